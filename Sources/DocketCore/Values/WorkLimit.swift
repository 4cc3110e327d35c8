internal import Synchronization

/// What tells long work to stop: set once, when the call that asked for it is over.
///
/// Blocking engines read it from their own threads (SQLite's progress handler, for one).
package final class WorkLimit: Sendable {
    private let stopped = Atomic<Bool>(false)

    package init() {}

    /// True once the work is no longer wanted.
    package var isStopped: Bool { stopped.load(ordering: .relaxed) }

    /// Asks the work to stop; may be called more than once, from any thread.
    package func stop() { stopped.store(true, ordering: .relaxed) }
}
