internal import DocketCore

/// What became of a batch once none of its documents waits to be indexed any more.
struct SettledBatch: Sendable {
    private static let firstPause = Duration.milliseconds(20)
    private static let longestPause = Duration.milliseconds(100)

    private(set) var indexed = 0
    /// A line for each document that failed.
    private(set) var failures: [String] = []

    /// Asks `statuses` until all are indexed, failed or deleted.
    ///
    /// - Throws: ``DocketError`` of the client.
    init(
        waitingFor ids: [String],
        _ statuses: @Sendable ([String]) async throws -> StatusReply
    ) async throws {
        var left = ids
        var pause = Self.firstPause
        while true {
            let reply = try await statuses(left)
            left = take(reply)
            guard !left.isEmpty else { return }
            try await Task.sleep(for: pause)
            pause = min(Self.longestPause, pause * 3 / 2)
        }
    }

    /// Notes what is settled; returns the ids that are not.
    private mutating func take(_ reply: StatusReply) -> [String] {
        var left: [String] = []
        for document in reply.documents {
            switch document.state {
            case .indexing: left.append(document.id)
            case .indexed: indexed += 1
            case .failed:
                let id = PlainText.shortened(PlainText.line(document.id), to: 64)
                failures.append("id \"\(id)\": failed: \(PlainText.line(document.error))")
            case .deleting, .deleted: break
            }
        }
        return left
    }
}
