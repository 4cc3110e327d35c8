internal import DocketClient
internal import Foundation
internal import Synchronization

/// Calls in an open loop: each begins when it is due, whatever becomes of those before it.
///
/// A tenth of the documents is deleted a while after it is acknowledged, so that searches may have
/// found it. Half of the searches are a few that are made again and again.
final class FaultLoad: Sendable {
    static let collection = "papers"
    /// Different searches that are repeated.
    static let repeated = 20

    /// Seconds of each phase, which `make faults` sets; without, phases and load are small.
    static let seconds = ProcessInfo.processInfo.environment["DOCKET_FAULT_SECONDS"]
        .flatMap(Int.init)

    private static let isShort = (seconds ?? 0) < 30

    let seconds = FaultLoad.seconds ?? 2
    /// In a second; phases that are short have fewer.
    let uploads = FaultLoad.isShort ? 50 : 200
    let searches = FaultLoad.isShort ? 40 : 100
    let history = FaultHistory()
    private let hasEnded = Atomic<Bool>(false)

    /// What a client is that tries nothing twice, so that each call is counted as it was answered.
    static var client: ClientConfiguration {
        var configuration = ClientConfiguration()
        configuration.attempts = 1
        configuration.waitingCalls = 10_000
        configuration.timeouts.writes = .seconds(10)
        return configuration
    }

    /// Calls of one phase.
    var calls: Int { seconds * (uploads + searches) }

    /// Makes calls until `body` ends.
    func run(_ client: DocketClient, while body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.pace(self.uploads) { await self.upload($0, client) } }
            group.addTask { try await self.pace(self.searches) { await self.search($0, client) } }
            try await body()
            hasEnded.store(true, ordering: .releasing)
            try await group.waitForAll()
        }
    }

    private func pace(
        _ rate: Int,
        _ call: @escaping @Sendable (Int) async -> Void
    ) async throws {
        let began = ContinuousClock.now
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0... {
                guard !hasEnded.load(ordering: .acquiring) else { break }
                try await Task.sleep(until: began + .seconds(1) * number / rate)
                group.addTask { await call(number) }
            }
            try await group.waitForAll()
        }
    }

    private func upload(_ number: Int, _ client: DocketClient) async {
        let id = "paper-\(number)"
        let document = Document(id: id, body: "paper w\(number % 1000)")
        let start = history.begin()
        do throws(DocketError) {
            let reply = try await client.upload([document], to: Self.collection)
            if reply.accepted == 1 { history.uploaded(id) }
            history.end(.upload, start, .answered)
            let old = "paper-\(number - 100)"
            guard number.isMultiple(of: 10), history.willDelete(old) else { return }
            _ = try await client.delete([old], from: Self.collection)
            history.deleted(old)
        } catch {
            history.end(.upload, start, .init(error))
        }
    }

    private func search(_ number: Int, _ client: DocketClient) async {
        let isNew = number.isMultiple(of: 2)
        let words = isNew ? "w\(number % 1000) x\(number)" : "w\(number % (2 * Self.repeated))"
        let request = SearchRequest(collection: Self.collection, query: words)
        let start = history.begin()
        do throws(DocketError) {
            let result = try await client.search(request)
            let ids = result.reply.hits.map(\.document.id)
            history.found(ids, by: start, of: words, isNew: isNew)
            history.end(isNew ? .new : .repeated, start, result.isDegraded ? .degraded : .answered)
        } catch {
            history.end(isNew ? .new : .repeated, start, .init(error))
        }
    }
}
