import DocketCore
import DocketPostgres
import DocketSystem
import DocketTestKit
import Foundation
import Testing

@testable import DocketElasticsearch
@testable import DocketService

/// A server of the next version on the engines of the one before, whose indices it cannot search.
@Suite(
    "A collection in an index of an earlier version",
    .serialized,
    .needs(.postgres, .elasticsearch, .opensearch),
    .timeLimit(.minutes(5))
)
struct MoveTests {
    private static let engines = [Engine.Kind.elasticsearch, .opensearch]

    private static func work() -> WorkLimit { WorkLimit(within: .seconds(60)) }

    private static func documents(_ range: Range<Int>, _ title: String) -> [Document] {
        range.map { Document(id: "\($0)", title: title) }
    }

    /// Ids that are searched for, page by page.
    private static func found(_ test: ComposedStore, _ query: String) async throws -> Set<String> {
        let plan = try test.plan(SearchRequest(collection: test.collection.name, query: query))
        let ids = try await test.scan(plan).flatMap { $0.hits.map(\.document.id) }
        #expect(Set(ids).count == ids.count)
        return Set(ids)
    }

    private static func code(
        _ body: () async throws -> Void
    ) async -> DocketError.Code? {
        do { try await body() } catch { return (error as? DocketError)?.code }
        return nil
    }

    private static func untilMoved(_ test: ComposedStore) async throws -> ComposedStore {
        while true {
            let now = try await test.now()
            if now.collection.series == test.names.series { return now }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    @Test("is moved while it changes, and found whole; the index before goes", arguments: engines)
    func moved(_ kind: Engine.Kind) async throws {
        let old = try await ComposedStore(on: kind)
        for start in stride(from: 0, to: 2500, by: 500) {
            try await old.upload(Self.documents(start..<start + 500, "first"))
        }
        try await old.index()
        // One that is deleted, and one that waits to be, when the next version comes.
        try await old.delete("0")
        try await old.index()
        try await old.delete("1")
        let formerPool = IndexPlace(name: old.names.pool)

        let new = try await ComposedStore(succeeding: old)
        #expect(new.names.pool != old.names.pool)
        #expect(await Self.code { _ = try await new.search("first") } == .unavailable)
        // The old one searches on, but indexes nothing any longer.
        try await old.hearChanges()
        #expect(try await Self.found(old, "first").count == 2498)
        let request = LeaseRequest(
            limit: 10,
            limitBytes: 1 << 20,
            duration: .seconds(1),
            place: formerPool
        )
        let refusal = await Self.code {
            _ = try await old.store.lease(request, work: Self.work())
        }
        #expect(refusal == .failedPrecondition)
        #expect(
            await Self.code { try await old.store.claimSeries(work: Self.work()) }
                == .failedPrecondition
        )
        let made = try await new.create("made").series
        #expect(made == new.names.series)

        try await new.serving { _ in
            for turn in 0..<5 {
                let start = 500 + turn * 100
                try await new.upload(Self.documents(start..<start + 100, "second"))
                try await new.upload([Document(id: "new \(turn)", title: "second")])
                try await new.delete("\(1500 + turn)")
                // A deleted one comes back under its number.
                try await new.upload([Document(id: "0", title: "second")])
            }
            let now = try await Self.untilMoved(new)
            while try await new.hasWork() { try await Task.sleep(for: .milliseconds(10)) }
            try await now.compare(in: new.names.pool)
            #expect(try await Self.found(now, "second").count == 500 + 5 + 1)
            #expect(try await Self.found(now, "first").count == 2500 - 500 - 5 - 2)
            #expect(now.collection.schemaEpoch == old.collection.schemaEpoch + 1)
            while try await !new.index.former(work: Self.work()).isEmpty {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        try await old.leave()
        try await new.close()
    }

    @Test("comes out of an index of its own, and a rebuild under way is given up")
    func rebuilt() async throws {
        let old = try await ComposedStore(on: .elasticsearch)
        try await old.add(Document(id: "a", title: "x"), Document(id: "b", title: "x"))
        let work = Self.work()
        var status: RebuildStatus?
        try await old.serving { rebuilder in
            _ = try await rebuilder.begin(old.tenant, of: old.collection, work: work)
            while status?.stage != .done {
                status = try await rebuilder.status(old.tenant, of: old.collection, work: work)
                try await Task.sleep(for: .milliseconds(10))
            }
        }
        #expect(try await old.now().collection.place != nil)
        _ = try await old.store.beginRebuild(
            old.tenant,
            of: old.collection,
            naming: { old.index.place(ofRebuild: $0) },
            work: work
        )
        let new = try await ComposedStore(succeeding: old)
        let given = try await new.store.rebuildStatus(new.tenant, of: new.collection, work: work)
        #expect(given?.stage == .failed)
        try await new.serving { _ in
            let now = try await Self.untilMoved(new)
            #expect(now.collection.place == nil)
            #expect(try await Self.found(now, "x") == ["a", "b"])
            try await now.compare(in: new.names.pool)
        }
        try await old.leave()
        try await new.close()
    }
}
