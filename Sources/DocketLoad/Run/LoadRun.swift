internal import DocketRuntime
internal import DocketSystem
internal import Synchronization

/// How calls follow each other.
enum LoadPace: Hashable, Sendable {
    /// At so many calls a second, whatever becomes of them, as long as fewer than the maximum are
    /// in flight.
    case open(rate: Double, inFlightMaximum: Int)
    /// So many callers, each of which makes its next call when the last one has ended.
    case closed(callers: Int)
}

/// What a run has shown.
struct LoadResult: Sendable {
    let pace: LoadPace
    let mix: CallMix
    let tally: LoadTally
    /// Calls that were due while as many as allowed were in flight.
    let notOffered: Int
    /// From the first call's time to the last call's end, and no less than what was asked for.
    let elapsed: Duration
    /// What this process used of the processors meanwhile.
    let processorTime: Duration
    let isInterrupted: Bool
}

/// Offers calls at a pace, and measures them.
struct LoadRun: Sendable {
    let calls: OfferedCalls
    let pace: LoadPace
    let duration: Duration
    /// Where calls are made: not a thread of the schedule, which they would delay.
    let executor: any TaskExecutor

    /// Above 10,000 calls a second those of 100 µs begin together, the first of them so much late:
    /// waking for each one takes more of a processor than the calls.
    private static let wakeInterval = Duration.microseconds(100)

    /// The whole run: returns when the last of its calls has ended, or its task is cancelled.
    ///
    /// - Throws: `ThreadError` where the system has no threads.
    func run() async throws -> LoadResult {
        let paceThread = try ThreadExecutor(name: "pace")
        let processorTime = Pacer.processorTime()
        let start = MonotonicTime.now() + .milliseconds(1)
        let recorder = LoadRecorder(start: start)
        var notOffered = 0
        switch pace {
        case .open(let rate, let inFlightMaximum):
            let schedule = CallSchedule(
                rate: rate,
                duration: duration,
                inFlightMaximum: inFlightMaximum,
                start: start
            )
            notOffered = await withTaskExecutorPreference(paceThread) {
                await offer(schedule, recorder)
            }
        case .closed(let callers):
            await withTaskExecutorPreference(executor) {
                await repeatCalls(callers, recorder, until: start + duration)
            }
        }
        let (tally, lastEnd) = recorder.result
        let isInterrupted = Task.isCancelled
        return LoadResult(
            pace: pace,
            mix: calls.mix,
            tally: tally,
            notOffered: notOffered,
            elapsed: isInterrupted ? lastEnd - start : max(duration, lastEnd - start),
            processorTime: Pacer.processorTime() - processorTime,
            isInterrupted: isInterrupted
        )
    }

    /// The open loop: this task keeps the schedule, each call is a child of its own.
    ///
    /// - Returns: How many calls were due but not offered.
    private func offer(
        _ planned: CallSchedule,
        _ recorder: LoadRecorder
    ) async -> Int {
        var schedule = planned
        var wake = MonotonicTime.now()
        Pacer.sharpenTimers()
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                switch schedule.next(at: .now(), inFlight: recorder.inFlight) {
                case .end: return
                case .wait(let time):
                    wake = max(time, wake + Self.wakeInterval)
                    Pacer.wait(until: wake)
                case .start(let number, let time):
                    recorder.started()
                    group.addTask(executorPreference: executor) { [calls] in
                        await recorder.make(number, of: calls, at: time)
                    }
                }
            }
            group.cancelAll()
        }
        return schedule.notOffered
    }

    /// The closed loop: each caller is a child task.
    private func repeatCalls(
        _ callers: Int,
        _ recorder: LoadRecorder,
        until end: MonotonicTime
    ) async {
        let numbers = CallNumbers()
        await withDiscardingTaskGroup { group in
            for _ in 0..<callers {
                group.addTask { [calls] in
                    var now = MonotonicTime.now()
                    repeat {
                        recorder.started()
                        await recorder.make(numbers.next(), of: calls, at: now)
                        now = .now()
                    } while now < end && !Task.isCancelled
                }
            }
        }
    }
}

/// Numbers the calls of several callers.
private final class CallNumbers: Sendable {
    private let count = Atomic<Int>(0)

    func next() -> Int { count.wrappingAdd(1, ordering: .relaxed).oldValue }
}
