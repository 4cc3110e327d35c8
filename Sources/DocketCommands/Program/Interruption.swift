internal import DocketRuntime

/// Runs a program until it is done or interrupted.
package enum Interruption {
    /// Cancels `body` at the first SIGINT or SIGTERM, waits for it, and says that it was
    /// interrupted.
    ///
    /// - Throws: What makes an event loop fail to start, before `body` runs.
    package static func run(
        _ body: @escaping @Sendable () async -> ExitStatus
    ) async throws -> ExitStatus {
        let loops = try EventLoopGroup(count: 1)
        try loops.start()
        // A loop that still ends while the process does finds libuv shut down, and aborts.
        defer {
            loops.stop()
            loops.join()
        }
        let signals = try await loops.loops[0].signals([.interrupt, .terminate])
        return await withTaskGroup(of: ExitStatus?.self) { group in
            group.addTask { await body() }
            group.addTask {
                for await _ in signals { return nil }
                return nil
            }
            let first = await group.next() ?? nil
            group.cancelAll()
            guard first == nil else { return first ?? .serverError }
            // What was interrupted says on its own how far it came.
            _ = await group.next()
            return .interrupted
        }
    }
}
