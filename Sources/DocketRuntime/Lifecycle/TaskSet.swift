internal import Synchronization

/// Tasks that nobody awaits while they run, and that end with their owner at the latest.
package final class TaskSet: Sendable {
    private struct State {
        var tasks: [UInt64: Task<Void, Never>] = [:]
        var last: UInt64 = 0
        var isEnded = false
    }

    private let state = Mutex(State())

    package init() {}

    /// Runs `body` in a task of its own; `false`, and nothing runs, once the set has ended.
    @discardableResult
    package func start(_ body: @escaping @Sendable () async -> Void) -> Bool {
        state.withLock { state in
            guard !state.isEnded else { return false }
            state.last += 1
            let number = state.last
            // Owned by this set until it is done; `end()` cancels and awaits it.
            state.tasks[number] = Task { [weak self] in
                await body()
                self?.remove(number)
            }
            return true
        }
    }

    /// Cancels the tasks and waits for them; none is started from now on.
    package func end() async {
        let tasks = state.withLock { state in
            state.isEnded = true
            defer { state.tasks = [:] }
            return state.tasks
        }
        for task in tasks.values { task.cancel() }
        for task in tasks.values { await task.value }
    }

    private func remove(_ number: UInt64) {
        _ = state.withLock { $0.tasks.removeValue(forKey: number) }
    }
}
