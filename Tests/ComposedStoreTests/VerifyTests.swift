import DocketCore
import DocketTestKit
import Foundation
import Testing

@testable import DocketElasticsearch
@testable import DocketService

/// Differences between the truth and an index, planted on real engines, found and put right.
@Suite(
    "Verifying an index",
    .serialized,
    .needs(.postgres, .elasticsearch, .opensearch),
    .timeLimit(.minutes(5))
)
struct VerifyTests {
    private static let engines = [Engine.Kind.elasticsearch, .opensearch]

    /// A store with so many documents that are found.
    private static func make(_ kind: Engine.Kind, documents: Int) async throws -> ComposedStore {
        let test = try await ComposedStore(on: kind)
        for start in stride(from: 0, to: documents, by: 500) {
            try await test.upload(
                (start..<min(start + 500, documents)).map { Document(id: "\($0)", title: "tea") }
            )
        }
        try await test.index()
        return test
    }

    /// Compares all of the tenant's collection, and what is beside it.
    @discardableResult
    private static func verify(
        _ test: ComposedStore,
        repairs: Bool = false
    ) async throws -> VerifyProgress {
        let verifier = test.verifier
        let work = WorkLimit(within: .seconds(60))
        var progress = VerifyProgress()
        var collection = test.collection
        var start: UInt64? = 0
        while let number = start {
            start = try await verifier.compare(
                test.tenant,
                &collection,
                after: number,
                limit: 700,
                repairs: repairs,
                &progress,
                work
            )
        }
        _ = try await verifier.findStrays(
            test.tenant,
            through: nil,
            besides: [collection],
            after: 0,
            repairs: repairs,
            &progress,
            work
        )
        return progress
    }

    /// Puts right what `plant` did, and expects that nothing is left of it.
    private static func expectRepair(
        _ test: ComposedStore,
        missing: Int = 0,
        extra: Int = 0,
        stale: Int = 0,
        foreign: Int = 0
    ) async throws {
        let seen = try await verify(test)
        #expect(seen.missing == missing && seen.extra == extra)
        #expect(seen.stale == stale && seen.foreign == foreign)
        #expect(seen.repaired == 0)
        let repaired = try await verify(test, repairs: true)
        #expect(repaired.differences == seen.differences)
        #expect(repaired.repaired == repaired.differences)
        try await test.index()
        let after = try await verify(test)
        #expect(after.differences == 0 && after.waiting == 0)
    }

    /// The number and the version that the truth has of a document.
    private static func row(_ test: ComposedStore, _ id: String) async throws -> [UInt64] {
        let rows = try await test.database.sql(
            """
            SELECT number, version FROM docket.documents
            WHERE tenant_id = \(test.tenant.number) AND id = '\(id)'
            """
        )
        return try #require(rows.first).split(separator: "|").compactMap { UInt64($0) }
    }

    private static func name(_ test: ComposedStore, _ number: UInt64) -> String {
        IndexedIdentity(test.tenant, test.collection.number, number).text
    }

    /// Takes a document out of the index behind Docket's back.
    private static func take(_ test: ComposedStore, _ id: String) async throws {
        let row = try await row(test, id)
        let path =
            "/\(test.names.pool)/_doc/\(name(test, row[0]))?routing=\(test.tenant.number)"
            + "&version=\(row[1])&version_type=external_gte&refresh=true"
        try await test.server.request("DELETE", path)
    }

    /// As after a restore: what is drawn from now on is above all versions that were planted.
    private static func raiseEpoch(_ test: ComposedStore, to epoch: Int = 2) async throws {
        try await test.database.sql("UPDATE docket.server SET epoch = \(epoch)")
    }

    /// Puts a document into the index behind Docket's back, found under the tenant's alias.
    private static func plant(
        _ test: ComposedStore,
        as name: String,
        _ number: UInt64,
        version: UInt64
    ) async throws {
        let (tenant, collection) = (test.tenant.number, test.collection.number)
        let path =
            "/\(test.names.pool)/_doc/\(name)?routing=\(tenant)&version=\(version)"
            + "&version_type=external&refresh=true"
        let body = """
            {"tenant":"\(tenant)","collection":"\(tenant).\(collection)","number":\(number),\
            "everything_stems":"tea"}
            """
        try await test.server.request("PUT", path, body)
    }

    @Test("finds nothing where nothing is wrong, and counts what waits", arguments: engines)
    func nothing(_ kind: Engine.Kind) async throws {
        let test = try await Self.make(kind, documents: 1500)
        try await test.delete("3", "4")
        try await test.index()
        try await test.upload([Document(id: "5", title: "waits"), Document(id: "new", title: "x")])
        let found = try await Self.verify(test, repairs: true)
        #expect(found.differences == 0 && found.repaired == 0)
        #expect(found.documents == 1499 && found.waiting == 2)
        try await test.close()
    }

    @Test("missing documents are indexed again", arguments: engines)
    func missing(_ kind: Engine.Kind) async throws {
        let test = try await Self.make(kind, documents: 1200)
        for id in ["0", "700", "1199"] { try await Self.take(test, id) }
        #expect(try await test.search("tea").total.value == 1197)
        try await Self.expectRepair(test, missing: 3)
        #expect(try await test.search("tea").total.value == 1200)
        #expect(try await test.counts().indexed == 1200)
        try await test.close()
    }

    @Test("stale documents are indexed again, older and newer ones", arguments: engines)
    func stale(_ kind: Engine.Kind) async throws {
        let test = try await Self.make(kind, documents: 20)
        try await test.add(Document(id: "old", title: "tea"))
        let old = try await Self.row(test, "old")
        try await Self.plant(test, as: Self.name(test, old[0]), old[0], version: old[1] + 1)
        try await Self.raiseEpoch(test)
        try await test.database.sql(
            """
            UPDATE docket.documents SET version = version + 5, indexed_version = version + 5
            WHERE id = '7';
            UPDATE docket.versions SET version = version + 5 WHERE number =
                (SELECT number FROM docket.documents WHERE id = '7')
            """
        )
        #expect(try await test.search("tea").ids.contains("7") == false)
        try await Self.expectRepair(test, stale: 2)
        #expect(try await test.search("tea").total.value == 21)
        #expect(try await test.search("tea") { $0.limit = 100 }.ids.count == 21)
        try await test.close()
    }

    @Test("extra documents go: unknown, deleted and failed ones", arguments: engines)
    func extra(_ kind: Engine.Kind) async throws {
        let test = try await Self.make(kind, documents: 20)
        try await test.delete("8")
        try await test.index()
        let deleted = try await Self.row(test, "8")
        try await Self.plant(test, as: Self.name(test, deleted[0]), deleted[0], version: 1 << 50)
        try await Self.plant(test, as: Self.name(test, 999_999), 999_999, version: 12)
        // The versions of this truth are below that of the planted one.
        let seen = try await Self.verify(test, repairs: true)
        #expect(seen.extra == 2 && seen.repaired == 1)
        try await Self.raiseEpoch(test, to: 2000)
        try await Self.expectRepair(test, extra: 1)
        #expect(try await test.search("tea").total.value == 19)
        #expect(try await test.state("8") == .deleted)
        let counts = try await test.counts()
        #expect(counts.indexed == 19 && counts.deleting == 0)
        try await test.close()
    }

    @Test("foreign documents go, with an error in the log", arguments: engines)
    func foreign(_ kind: Engine.Kind) async throws {
        let test = try await Self.make(kind, documents: 10)
        let other = try await test.stranger("other")
        try await other.add(Document(id: "theirs", title: "tea"))
        let row = try await Self.row(other, "theirs")
        // Their document, but found as this tenant's, and one that is nobody's.
        try await Self.plant(test, as: Self.name(other, row[0]), row[0], version: row[1] + 1)
        try await Self.plant(test, as: "nobody", 4711, version: 3)
        try await Self.raiseEpoch(test)
        let code = await thrownCode { _ = try await test.search("tea") { $0.limit = 100 } }
        #expect(code == .internalError)
        try await Self.expectRepair(test, foreign: 2)
        #expect(
            test.log.messages.contains(
                "searches of a tenant reach a document that is not the tenant's"
            )
        )
        #expect(try await test.search("tea").total.value == 10)
        // What was theirs has to be given to the index again.
        try await Self.expectRepair(other, missing: 1)
        #expect(try await other.search("tea").ids == ["theirs"])
        try await test.close()
    }

    @Test("a name that reaches other tenants is made anew", arguments: engines)
    func alias(_ kind: Engine.Kind) async throws {
        let test = try await Self.make(kind, documents: 10)
        let other = try await test.stranger("other")
        try await other.upload((0..<5).map { Document(id: "theirs \($0)", title: "tea") })
        try await other.index()
        let alias = test.names.alias(of: test.tenant)
        try await test.server.request(
            "POST",
            "/_aliases",
            #"{"actions":[{"add":{"index":"\#(test.names.pool)","alias":"\#(alias)"}}]}"#
        )
        try await Self.expectRepair(test, foreign: 5)
        #expect(try await other.search("tea").total.value == 5)
        #expect(try await test.search("tea").total.value == 10)
        try await test.close()
    }

    @Test("samples find what is wrong in time", arguments: engines)
    func samples(_ kind: Engine.Kind) async throws {
        let test = try await Self.make(kind, documents: 1000)
        try await Self.take(test, "500")
        var collection = test.collection
        var progress = VerifyProgress()
        let work = WorkLimit(within: .seconds(60))
        while progress.missing == 0 {
            let start = try #require(
                try await test.verifier.randomStart(test.tenant, in: collection, work)
            )
            _ = try await test.verifier.compare(
                test.tenant,
                &collection,
                after: start,
                limit: 100,
                repairs: false,
                &progress,
                work
            )
        }
        #expect(progress.differences == progress.missing && progress.documents >= 1)
        try await test.close()
    }

    @Test("finds nothing while documents change, and are rebuilt", arguments: engines)
    func busy(_ kind: Engine.Kind) async throws {
        let test = try await Self.make(kind, documents: 1000)
        try await test.serving { rebuilder in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for turn in 0..<30 {
                        try await test.upload(
                            (turn * 20..<turn * 20 + 50).map {
                                Document(id: "\($0)", title: "tea \(turn)")
                            }
                        )
                        try await test.delete("\(turn * 30)", "\(turn * 30 + 1)")
                    }
                    let work = WorkLimit(within: .seconds(60))
                    _ = try await rebuilder.begin(test.tenant, of: test.collection, work: work)
                    while true {
                        let status = try await rebuilder.status(
                            test.tenant,
                            of: test.collection,
                            work: work
                        )
                        if status?.stage == .done { return }
                        try await Task.sleep(for: .milliseconds(10))
                    }
                }
                group.addTask {
                    while !Task.isCancelled {
                        let found = try await Self.verify(test, repairs: true)
                        #expect(found.differences == 0, "\(found)")
                    }
                }
                try await group.next()
                group.cancelAll()
                try? await group.waitForAll()
            }
        }
        try await test.close()
    }
}
