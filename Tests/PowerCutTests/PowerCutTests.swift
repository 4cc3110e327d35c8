import DocketClient
import DocketTestKit
import Foundation
import Testing

/// Kills a server that loses what was not synced, again and again, and counts what is missing.
@Suite("Power cuts", .serialized, .timeLimit(.minutes(10)))
struct PowerCutTests {
    private static let callers = 4
    private static let batch = 10

    /// What the callers were told, over all rounds.
    private struct Told {
        var uploaded: Set<String> = []
        var deleted: Set<String> = []
        /// Deletes whose answer may not have come: these documents may be there or not.
        var undecided: Set<String> = []

        /// What must be there.
        var standing: Set<String> { uploaded.subtracting(deleted).subtracting(undecided) }
    }

    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test(
        "fifty cuts during uploads lose nothing that was acknowledged, and double nothing",
        .seeded
    )
    func keeps() async throws {
        var random = SeededGenerator()
        let key = try await TestServer.preparedKey(folder)
        var told = Told()
        for round in 0..<50 {
            let server = try await TestServer.losingUnsynced(folder)
            try await check(told, server.address, key, isWhole: round % 10 == 9)
            try await upload(
                round,
                server,
                key,
                cutAfter: .random(in: 1...12, using: &random),
                &told
            )
        }
        let server = try await TestServer.losingUnsynced(folder)
        try await check(told, server.address, key, isWhole: true)
        #expect(told.uploaded.count >= 50 * Self.batch)
        #expect(!told.deleted.isEmpty)
    }

    @Test("without waiting for the disk the same cuts lose acknowledged documents")
    func wouldNotice() async throws {
        let key = try await TestServer.preparedKey(folder)
        var lost = 0
        for round in 0..<10 where lost == 0 {
            var told = Told()
            let server = try await TestServer.losingUnsynced(folder, "--no-sync")
            try await upload(round, server, key, cutAfter: 8, &told)
            let next = try await TestServer.losingUnsynced(folder)
            lost = try await missing(of: told, next.address, key).count
            try await next.cutPower()
        }
        #expect(lost > 0)
    }
}

// MARK: - Rounds

extension PowerCutTests {
    /// Uploads, and deletes now and then, until the power goes after so many acknowledgements.
    private func upload(
        _ round: Int,
        _ server: TestServer,
        _ key: String,
        cutAfter maximum: Int,
        _ told: inout Told
    ) async throws {
        var configuration = ClientConfiguration()
        configuration.attempts = 1
        let (acknowledgements, acknowledge) = AsyncStream<Told>.makeStream()
        let old = told.standing.min()
        let heard = try await withDocketClient(
            addresses: [server.address],
            key: key,
            configuration: configuration
        ) { client in
            await withTaskGroup(of: Void.self, returning: [Told].self) { group in
                for caller in 0..<Self.callers {
                    group.addTask {
                        try? await Self.call(client, "r\(round)-\(caller)", old, acknowledge)
                    }
                }
                var heard: [Told] = []
                for await one in acknowledgements {
                    heard.append(one)
                    if heard.count == maximum { break }
                }
                server.program.signal(SIGKILL)
                await group.waitForAll()
                acknowledge.finish()
                for await one in acknowledgements { heard.append(one) }
                return heard
            }
        }
        try await server.cutPower()
        if let old { told.undecided.insert(old) }
        for one in heard {
            told.uploaded.formUnion(one.uploaded)
            told.deleted.formUnion(one.deleted)
            told.undecided.subtract(one.deleted)
        }
    }

    /// One caller: batch after batch until the server is gone.
    private static func call(
        _ client: DocketClient,
        _ name: String,
        _ old: String?,
        _ acknowledge: AsyncStream<Told>.Continuation
    ) async throws {
        if name.hasSuffix("-0"), let old {
            _ = try await client.delete([old], from: "papers")
            acknowledge.yield(Told(deleted: [old]))
        }
        for number in 0... {
            let ids = (0..<batch).map { "\(name)-\(number)-\($0)" }
            let documents = ids.map { Document(id: $0, title: "paper \($0)") }
            let reply = try await client.upload(documents, to: "papers")
            guard reply.accepted == batch else { return }
            acknowledge.yield(Told(uploaded: Set(ids)))
        }
    }
}

// MARK: - Checks

extension PowerCutTests {
    /// Nothing is missing, statuses are right; when `isWhole`, a stream has each document once.
    private func check(_ told: Told, _ address: String, _ key: String, isWhole: Bool) async throws {
        #expect(try await missing(of: told, address, key) == [])
        guard isWhole else { return }
        try await withDocketClient(addresses: [address], key: key) { client in
            var counts = try await client.status(in: "papers").collections[0].counts
            while counts.indexing + counts.deleting > 0 {
                try await Task.sleep(for: .milliseconds(5))
                counts = try await client.status(in: "papers").collections[0].counts
            }
            var seen: [String] = []
            for try await stored in client.stream(StreamRequest(collection: "papers")).documents {
                seen.append(stored.document.id)
                #expect(stored.state == .indexed)
            }
            #expect(Set(seen).count == seen.count, "a document comes twice")
            #expect(Set(seen).isSuperset(of: told.standing))
            #expect(Set(seen).isDisjoint(with: told.deleted))
            #expect(seen.count == counts.indexed && counts.failed == 0)
        }
    }

    /// The acknowledged uploads that the server does not know, and deletes that it forgot.
    private func missing(
        of told: Told,
        _ address: String,
        _ key: String
    ) async throws -> Set<String> {
        var wrong: Set<String> = []
        let ids = Array(told.uploaded)
        try await withDocketClient(addresses: [address], key: key) { client in
            for start in stride(from: 0, to: ids.count, by: 1_000) {
                let slice = Array(ids[start..<min(ids.count, start + 1_000)])
                let reply = try await client.status(of: slice, in: "papers")
                wrong.formUnion(reply.missing)
                for document in reply.documents where !told.undecided.contains(document.id) {
                    let isGone = document.state == .deleted || document.state == .deleting
                    if isGone != told.deleted.contains(document.id) { wrong.insert(document.id) }
                }
            }
        }
        return wrong
    }
}
