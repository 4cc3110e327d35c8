internal import DocketSystem
internal import Synchronization

/// Tells work that nobody needs it any longer: the work looks, its caller stops it.
///
/// One for each piece of work. Looking costs a load, so loops look often.
package final class WorkLimit: Sendable {
    private struct State {
        var isStopped = false
        var onStop: (@Sendable () -> Void)?
    }

    private let stopped = Atomic<Bool>(false)
    private let state = Mutex(State())
    /// When the work stops by itself, in nanoseconds of the monotonic clock.
    package let deadlineNanoseconds: UInt64

    /// A limit without a deadline, unless there is one.
    package init(deadlineNanoseconds: UInt64 = .max) {
        self.deadlineNanoseconds = deadlineNanoseconds
    }

    /// A limit that passes so long from now.
    package convenience init(within duration: Duration) {
        self.init(deadlineNanoseconds: (MonotonicTime.now() + duration).nanoseconds)
    }

    /// True once the work is no longer wanted.
    package var isStopped: Bool { stopped.load(ordering: .relaxed) }

    /// True once the work was stopped or its deadline has passed.
    package func hasEnded(at nanoseconds: UInt64) -> Bool {
        isStopped || nanoseconds >= deadlineNanoseconds
    }

    /// What the work ends with: `deadlineExceeded` once its deadline has passed, also where that
    /// is why it was stopped, `cancelled` once it was stopped before; nil until then.
    package func ending(at nanoseconds: UInt64) -> DocketError? {
        guard nanoseconds < deadlineNanoseconds else {
            return DocketError(.deadlineExceeded, "the time for the work is over")
        }
        return isStopped ? DocketError(.cancelled, "the work was stopped") : nil
    }

    /// Asks the work to stop; may be called more than once, from any thread.
    package func stop() {
        stopped.store(true, ordering: .relaxed)
        let onStop = state.withLock { state in
            state.isStopped = true
            return state.onStop.take()
        }
        onStop?()
    }

    /// Sets what is told of the stop, in the place of what was set before; at once if that was.
    package func onStop(_ tell: (@Sendable () -> Void)?) {
        let isStopped = state.withLock { state in
            if !state.isStopped { state.onStop = tell }
            return state.isStopped
        }
        if isStopped { tell?() }
    }
}
