internal import DocketCore
internal import DocketRuntime
internal import DocketSystem
internal import Synchronization

/// What the calls of a run, on several threads, have come to so far.
final class LoadRecorder: Sendable {
    private struct State {
        var tally = LoadTally()
        var lastEnd: MonotonicTime
    }

    private let state: Mutex<State>
    private let flying = Atomic<Int>(0)

    init(start: MonotonicTime) { state = Mutex(State(lastEnd: start)) }

    /// Calls that were started and have not ended.
    var inFlight: Int { flying.load(ordering: .relaxed) }

    /// What the calls that have ended came to, and when the last one did.
    var result: (tally: LoadTally, lastEnd: MonotonicTime) {
        state.withLock { ($0.tally, $0.lastEnd) }
    }

    /// Notes that a call was handed over to be made.
    func started() { flying.add(1, ordering: .relaxed) }

    /// Makes the call of `number`, which was meant for `time`, and notes what became of it.
    ///
    /// A call that is given up because the run was interrupted counts neither way.
    func make(_ number: Int, of calls: OfferedCalls, at time: MonotonicTime) async {
        let lateness = MonotonicTime.now().nanoseconds(since: time)
        let (kind, outcome) = await calls.run(number)
        let end = MonotonicTime.now()
        flying.subtract(1, ordering: .relaxed)
        if case .failed(.cancelled) = outcome, Task.isCancelled { return }
        state.withLock { state in
            state.tally.began(late: lateness)
            state.tally.ended(kind, outcome, after: end.nanoseconds(since: time))
            state.lastEnd = max(state.lastEnd, end)
        }
    }
}
