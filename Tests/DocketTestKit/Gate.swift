internal import DocketSystem
internal import Synchronization

/// Holds tasks until it is opened, and tells how many have come.
package final class Gate: Sendable {
    private struct State {
        var isOpen = false
        var arrivals = 0
        var held: [OneShot<Void>] = []
        var watchers: [(count: Int, arrived: OneShot<Void>)] = []
    }

    private let state = Mutex(State())

    package init() {}

    /// Returns once the gate is open, or the task is cancelled.
    package func pass() async { try? await arrive().value() }

    /// Returns once the gate is open, whatever becomes of the task.
    package func passUncancelled() async { _ = try? await arrive().outcome() }

    /// Returns once `count` have come to the gate, or the task is cancelled.
    package func arrived(_ count: Int = 1) async {
        let arrived = OneShot<Void>()
        let isThere = state.withLock { state in
            if state.arrivals < count { state.watchers.append((count, arrived)) }
            return state.arrivals >= count
        }
        if !isThere { try? await arrived.value() }
    }

    package func open() {
        let held = state.withLock { state in
            state.isOpen = true
            defer { state.held = [] }
            return state.held
        }
        for turn in held { turn.succeed(()) }
    }

    private func arrive() -> OneShot<Void> {
        let turn = OneShot<Void>()
        let (isOpen, watchers) = state.withLock { state in
            state.arrivals += 1
            let arrivals = state.arrivals
            let reached = state.watchers.filter { $0.count <= arrivals }.map(\.arrived)
            state.watchers.removeAll { $0.count <= arrivals }
            if !state.isOpen { state.held.append(turn) }
            return (state.isOpen, reached)
        }
        if isOpen { turn.succeed(()) }
        for watcher in watchers { watcher.succeed(()) }
        return turn
    }
}
