import DocketClient
import DocketTestKit
import Foundation
import Testing

@testable import DocketSQLite

/// Kills a server that loses what was not synced while it merges segments, and holds what it finds
/// afterwards against what its callers were told.
@Suite("Power cuts during merges", .serialized, .timeLimit(.minutes(10)))
struct MergeCutTests {
    private static let callers = 4
    /// Documents of each caller, which it changes and deletes over and over.
    private static let documents = 60
    private static let batch = 10
    private static let words = 5
    private static let cuts = 50
    private static let roundsMaximum = 150

    /// What each document may be: the number of its word, or nil where it is gone.
    private typealias Told = [String: Set<Int?>]

    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test("fifty cuts that fall into merges leave the index as its callers were told", .seeded)
    func keeps() async throws {
        var random = SeededGenerator()
        let key = try await TestServer.preparedKey(folder)
        var told: Told = [:]
        var (cuts, rounds) = (0, 0)
        while cuts < Self.cuts, rounds < Self.roundsMaximum {
            let server = try await TestServer.losingUnsynced(folder, "--long-merges")
            if rounds % 10 == 9 { try await check(told, server, key) }
            try await write(server, key, cutAfter: .random(in: 4...24, using: &random), &told)
            cuts += try isInMerge() ? 1 : 0
            rounds += 1
        }
        #expect(cuts == Self.cuts, "in \(rounds) rounds")
        let server = try await TestServer.losingUnsynced(folder)
        try await check(told, server, key)
    }
}

// MARK: - Rounds

extension MergeCutTests {
    /// Uploads and deletes until the power goes after so many acknowledgements.
    private func write(
        _ server: TestServer,
        _ key: String,
        cutAfter maximum: Int,
        _ told: inout Told
    ) async throws {
        var configuration = ClientConfiguration()
        configuration.attempts = 1
        let (acknowledgements, acknowledge) = AsyncStream<Void>.makeStream()
        let before = told
        told = try await server.client(key, configuration) { client in
            try await withThrowingTaskGroup(of: Told.self) { group in
                for caller in 0..<Self.callers {
                    group.addTask { await Self.call(client, caller, before, acknowledge) }
                }
                var heard = 0
                for await _ in acknowledgements {
                    heard += 1
                    if heard == maximum { break }
                }
                server.program.signal(SIGKILL)
                return try await group.reduce(into: [:]) { $0.merge($1) { own, _ in own } }
            }
        }
        try await server.cutPower()
    }

    /// One caller: change after change until the server is gone.
    ///
    /// What the last of them did is not known.
    private static func call(
        _ client: DocketClient,
        _ caller: Int,
        _ before: Told,
        _ acknowledge: AsyncStream<Void>.Continuation
    ) async -> Told {
        var told = before.filter { $0.key.hasPrefix("\(caller)-") }
        var random = SystemRandomNumberGenerator()
        while true {
            let ids = (0..<documents).shuffled(using: &random).prefix(batch).map {
                "\(caller)-\($0)"
            }
            let word = Int.random(in: 0..<words, using: &random)
            let deletes = Int.random(in: 0..<4, using: &random) == 0
            let after: Int? = deletes ? nil : word
            for id in ids { told[id, default: [nil]].insert(after) }
            do {
                if deletes {
                    _ = try await client.delete(ids, from: "papers")
                } else {
                    let documents = ids.map { Document(id: $0, title: "paper", body: "w\(word)") }
                    guard try await client.upload(documents, to: "papers").accepted == batch else {
                        return told
                    }
                }
            } catch {
                return told
            }
            for id in ids { told[id] = [after] }
            acknowledge.yield()
        }
    }

    /// Whether a merge had begun and not ended in what is left of the tenant's file.
    private func isInMerge() throws -> Bool {
        let copy = try TestFolder()
        let tenants = folder.path("data/tenants")
        for name in try FileManager.default.contentsOfDirectory(atPath: tenants)
        where !name.hasSuffix("-shm") {
            try FileManager.default.copyItem(atPath: tenants + "/" + name, toPath: copy.path(name))
        }
        let file = try #require(FileSystem.names(in: copy.path)?.first { $0.hasSuffix(".db") })
        let connection = try ConnectionHandle(path: copy.path(file), creates: false, vfs: nil)
        let state = Segment.State.inMaking.rawValue
        let merges = try connection.first(
            "SELECT count(*) FROM segments_1 WHERE state = \(state)",
            row: { $0.integer(0) }
        )
        return merges ?? 0 > 0
    }
}

// MARK: - Checks

extension MergeCutTests {
    /// Each document is as one of its callers was told, and searches find exactly that.
    private func check(_ told: Told, _ server: TestServer, _ key: String) async throws {
        try await server.client(key) { client in
            try await client.waitUntilIndexed("papers")
            var found: [String: Int] = [:]
            for try await stored in client.stream(StreamRequest(collection: "papers")).documents {
                #expect(found[stored.document.id] == nil, "a document comes twice")
                found[stored.document.id] = Int(stored.document.body.dropFirst())
            }
            for (id, allowed) in told { #expect(allowed.contains(found[id]), "\(id)") }
            #expect(found.keys.allSatisfy { told[$0] != nil })
            for word in 0..<Self.words {
                let wanted = found.filter { $0.value == word }.keys
                var request = SearchRequest(collection: "papers", query: "w\(word)")
                (request.limit, request.exactWords) = (1000, true)
                let reply = try await client.search(request).reply
                #expect(Set(reply.hits.map(\.document.id)) == Set(wanted))
                #expect(reply.hits.count == wanted.count && reply.total.value == wanted.count)
            }
        }
    }
}
