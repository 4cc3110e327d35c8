internal import DocketClient
internal import Synchronization

/// What callers that write until a call fails were told.
final class Workload: Sendable {
    /// Ids by what the server said of them.
    struct Told: Sendable {
        var uploaded: Set<String> = []
        var deleted: Set<String> = []
        /// Whose delete had no answer: they may be there or not.
        var undecided: Set<String> = []
        /// Calls that had no answer although the server may have carried them out.
        var unanswered: [DocketError] = []

        /// What must be there.
        var standing: Set<String> { uploaded.subtracting(deleted).subtracting(undecided) }
    }

    static let collection = "papers"
    private static let callers = 4
    private static let batch = 25

    private let state = Mutex(Told())
    private let hasEnded = Atomic<Bool>(false)

    var told: Told { state.withLock { $0 } }

    /// Runs `body` while callers upload and delete, until it ends or their calls fail.
    func run(_ client: DocketClient, while body: () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for caller in 0..<Self.callers {
                group.addTask { await self.write(client, "c\(caller)") }
            }
            try await body()
            hasEnded.store(true, ordering: .releasing)
            try await group.waitForAll()
        }
    }

    /// Waits until so many documents more were acknowledged.
    func makeProgress(_ count: Int) async throws {
        let goal = told.uploaded.count + count
        while told.uploaded.count < goal { try await Task.sleep(for: .milliseconds(2)) }
    }

    /// One caller: batch after batch, and one document of each deleted again.
    private func write(_ client: DocketClient, _ name: String) async {
        for number in 0... {
            guard !hasEnded.load(ordering: .acquiring) else { return }
            let ids = (0..<Self.batch).map { "\(name)-\(number)-\($0)" }
            let documents = ids.map { Document(id: $0, body: "paper \($0)") }
            do throws(DocketError) {
                _ = try await client.upload(documents, to: Self.collection)
                state.withLock {
                    $0.uploaded.formUnion(ids)
                    $0.undecided.insert(ids[0])
                }
                _ = try await client.delete([ids[0]], from: Self.collection)
                state.withLock {
                    $0.undecided.remove(ids[0])
                    $0.deleted.insert(ids[0])
                }
            } catch {
                if !error.isNotProcessed { state.withLock { $0.unanswered.append(error) } }
                return
            }
        }
    }
}

extension DocketClient {
    /// Every document that search finds in the workload's collection, each once.
    func searchedIDs() async throws -> [String] {
        var ids: [String] = []
        let request = StreamRequest(collection: Workload.collection, query: "paper")
        for try await found in stream(request).documents { ids.append(found.document.id) }
        return ids
    }

    /// Those of `ids` whose status is not `state`, or that are unknown.
    func ids(_ ids: Set<String>, notIn state: DocumentState) async throws -> Set<String> {
        var wrong: Set<String> = []
        let all = Array(ids)
        for start in stride(from: 0, to: all.count, by: 1_000) {
            let slice = Array(all[start..<min(all.count, start + 1_000)])
            let reply = try await status(of: slice, in: Workload.collection)
            wrong.formUnion(reply.missing)
            wrong.formUnion(reply.documents.filter { $0.state != state }.map(\.id))
        }
        return wrong
    }
}
