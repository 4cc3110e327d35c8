internal import DocketRuntime
package import DocketSystem

/// Asks the system for the addresses of names, on a thread of its own since that may take long.
package actor NameResolver {
    private nonisolated let executor: ThreadExecutor

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor.asUnownedSerialExecutor()
    }

    package init() throws(ThreadError) {
        executor = try ThreadExecutor(name: "resolver")
    }

    /// All addresses of `endpoint`, best first; numeric ones cost no wait.
    ///
    /// Throws `ResolutionError`, or `DeadlineExceeded` when there is no answer in time.
    nonisolated func addresses(
        of endpoint: Endpoint,
        by deadline: MonotonicTime
    ) async throws -> [SocketAddress] {
        if let address = SocketAddress.numeric(endpoint) { return [address] }
        return try await withDeadline(deadline) { try await self.look(up: endpoint) }
    }

    /// Waits for the lookup in progress and ends the thread.
    package nonisolated func shutdown() { executor.shutdown() }

    private func look(up endpoint: Endpoint) throws -> [SocketAddress] {
        try Task.checkCancellation()
        return try SocketAddress.resolve(endpoint)
    }
}
