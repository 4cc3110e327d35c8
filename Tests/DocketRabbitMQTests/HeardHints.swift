import DocketCore
import DocketSystem
import Synchronization

/// Keeps the hints that came, to be waited for.
final class HeardHints: Sendable {
    private struct State {
        var hints: [WorkHint] = []
        var waiting: [(hint: WorkHint, shot: OneShot<Void>)] = []
    }

    private let state = Mutex(State())

    func add(_ hint: WorkHint) {
        let met = state.withLock { state in
            state.hints.append(hint)
            let met = state.waiting.filter { $0.hint == hint }.map(\.shot)
            state.waiting.removeAll { $0.hint == hint }
            return met
        }
        for shot in met { shot.succeed(()) }
    }

    /// Returns once this hint has come.
    func wait(for hint: WorkHint) async throws {
        let shot = OneShot<Void>()
        let isThere = state.withLock { state in
            if state.hints.contains(hint) { return true }
            state.waiting.append((hint, shot))
            return false
        }
        if !isThere { try await shot.value() }
    }
}
