internal import DocketSystem
internal import Synchronization

/// Bounds how many lines of one kind are written in a second; those left out are counted.
package final class LogRate: Sendable {
    private struct State {
        var second: UInt64 = 0
        var written = 0
        var leftOut = 0
    }

    private let maximum: Int
    private let state = Mutex(State())

    /// At most `maximum` lines a second.
    package init(maximum: Int) { self.maximum = maximum }

    /// How many lines were left out since the last one that was written; nil when this one is to be
    /// left out too.
    package func next() -> Int? { next(at: MonotonicTime.now().nanoseconds / 1_000_000_000) }

    func next(at second: UInt64) -> Int? {
        state.withLock { state in
            if second != state.second {
                state.second = second
                state.written = 0
            }
            guard state.written < maximum else {
                state.leftOut += 1
                return nil
            }
            state.written += 1
            defer { state.leftOut = 0 }
            return state.leftOut
        }
    }
}
