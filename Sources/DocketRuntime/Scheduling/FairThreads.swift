package import DocketSystem
internal import Synchronization

/// Why a job did not run.
package enum FairThreadsRefusal: Error, Hashable, Sendable {
    /// Too much of its owner waits.
    case tooMuchWaits(retryAfter: Duration)
    /// It was withdrawn before it began.
    case withdrawn
    /// The threads have ended.
    case ended
}

/// Threads for work that blocks or takes long, shared fairly by its owners.
///
/// ``FairSchedule`` decides what runs. There are more threads than run at once: a paused job keeps
/// its own and waits there, so that pausing needs nothing of the job but a look at its ``JobTurn``
/// now and then.
package final class FairThreads: Sendable {
    private struct Waiting: Sendable {
        let turn: JobTurn
        /// Does the work, and says how its answer is given.
        let body: @Sendable (JobTurn) -> @Sendable () -> Void
        let refuse: @Sendable (FairThreadsRefusal) -> Void
    }

    private struct State {
        var schedule: FairSchedule
        /// Jobs that have not begun.
        var waiting: [FairSchedule.JobID: Waiting] = [:]
        /// Turns of those that have.
        var turns: [FairSchedule.JobID: JobTurn] = [:]
        var idle: [Worker] = []
        var isEnding = false
    }

    /// One thread.
    private final class Worker: Sendable {
        let wakeup = Semaphore()
        let assigned = Mutex<Waiting?>(nil)
        let thread = Mutex<SystemThread?>(nil)
    }

    private let state: Mutex<State>
    private let workers: [Worker]

    /// Starts the threads; `name` shows in tools.
    package init(name: String, _ limits: FairSchedule.Limits) throws(ThreadError) {
        state = Mutex(State(schedule: FairSchedule(limits)))
        workers = (0..<max(1, limits.begun)).map { _ in Worker() }
        state.withLock { $0.idle = workers.reversed() }
        for (number, worker) in workers.enumerated() {
            let handle = try SystemThread(name: "\(name)-\(number)") { [self] in serve(worker) }
            worker.thread.withLock { $0 = handle }
        }
    }

    /// Jobs that wait to begin.
    package var waiting: Int { state.withLock { $0.schedule.waiting } }

    /// Runs `body` on one of the threads, as work of `owner`.
    ///
    /// `onSubmitted` gets a function that withdraws the job: one that has not begun is
    /// then refused, one that is paused goes on. Throws ``FairThreadsRefusal``.
    package func run<Value: Sendable>(
        for owner: UInt64,
        _ workClass: WorkClass,
        onSubmitted: (@escaping @Sendable () -> Void) -> Void = { _ in },
        _ body: @escaping @Sendable (JobTurn) -> Value
    ) async throws(FairThreadsRefusal) -> Value {
        let result = await withCheckedContinuation { continuation in
            let job = submit(owner, workClass) { turn in
                let value = body(turn)
                return { continuation.resume(returning: .success(value)) }
            } refuse: { refusal in
                continuation.resume(returning: Result<Value, FairThreadsRefusal>.failure(refusal))
            }
            if let job { onSubmitted { [weak self] in self?.withdraw(job) } }
        }
        return try result.get()
    }

    private func submit(
        _ owner: UInt64,
        _ workClass: WorkClass,
        _ body: @escaping @Sendable (JobTurn) -> @Sendable () -> Void,
        refuse: @escaping @Sendable (FairThreadsRefusal) -> Void
    ) -> FairSchedule.JobID? {
        let now = MonotonicTime.now().nanoseconds
        var refusal = FairThreadsRefusal.ended
        let (job, woken) = state.withLock { state -> (FairSchedule.JobID?, [Semaphore]) in
            guard !state.isEnding else { return (nil, []) }
            let id = state.schedule.nextJob
            switch state.schedule.submitted(owner, workClass, at: now) {
            case .refused(let wait):
                refusal = .tooMuchWaits(retryAfter: .nanoseconds(Int64(clamping: wait)))
                return (nil, [])
            case .accepted(let actions):
                let turn = JobTurn(id, self)
                state.waiting[id] = Waiting(turn: turn, body: body, refuse: refuse)
                return (id, perform(actions, &state, at: now))
            }
        }
        wake(woken)
        if job == nil { refuse(refusal) }
        return job
    }

    private func withdraw(_ id: FairSchedule.JobID) {
        let now = MonotonicTime.now().nanoseconds
        let (gone, woken) = state.withLock { state -> (Waiting?, [Semaphore]) in
            let (isGone, actions) = state.schedule.withdrawn(id, at: now)
            let woken = perform(actions, &state, at: now)
            return (isGone ? state.waiting.removeValue(forKey: id) : nil, woken)
        }
        wake(woken)
        gone?.refuse(.withdrawn)
    }

    /// Does what the schedule says, all but beginning a job on the thread that asks.
    ///
    /// - Returns: What is to be signalled once the state is unlocked: who is woken may run at once
    ///   in the place of this thread, and would wait for it at its end.
    private func perform(
        _ actions: [FairSchedule.Action],
        _ state: inout State,
        at now: UInt64
    ) -> [Semaphore] {
        var woken: [Semaphore] = []
        for action in actions {
            switch action {
            case .start(let id):
                // There is a thread for each job that may begin.
                guard let job = state.waiting.removeValue(forKey: id),
                    let worker = state.idle.popLast()
                else { continue }
                begin(job, on: worker, &state, at: now)
                worker.assigned.withLock { $0 = job }
                woken.append(worker.wakeup)
            case .resume(let id):
                guard let turn = state.turns[id] else { continue }
                turn.sliceEnds(at: now + state.schedule.limits.quantum)
                if let wakeup = turn.resume() { woken.append(wakeup) }
            case .check(let id, let time): state.turns[id]?.sliceEnds(at: time)
            }
        }
        return woken
    }

    private func wake(_ woken: [Semaphore]) {
        for wakeup in woken { wakeup.signal() }
    }

    private func begin(_ job: Waiting, on worker: Worker, _ state: inout State, at now: UInt64) {
        job.turn.begin(on: worker.wakeup, until: now + state.schedule.limits.quantum)
        state.turns[job.turn.id] = job.turn
    }

    // MARK: On the threads

    private enum Next: Sendable {
        case job(Waiting)
        case idle
        case end
    }

    private func serve(_ worker: Worker) {
        while true {
            worker.wakeup.wait()
            // Woken without a job it ends.
            guard var job = worker.assigned.withLock({ $0.take() }) else { return }
            running: while true {
                let answer = job.body(job.turn)
                let next = finished(job.turn, worker)
                // Who is answered may ask again: this thread is free by then, and has in its
                // caches what that takes.
                answer()
                switch next {
                case .job(let next): job = next
                case .idle: break running
                case .end: return
                }
            }
        }
    }

    /// What this thread does next.
    private func finished(_ turn: JobTurn, _ worker: Worker) -> Next {
        let now = MonotonicTime.now().nanoseconds
        let (next, woken) = state.withLock { state -> (Next, [Semaphore]) in
            state.turns[turn.id] = nil
            var actions = state.schedule.finished(turn.id, at: now)
            for (place, action) in actions.enumerated() {
                guard case .start(let id) = action,
                    let job = state.waiting.removeValue(forKey: id)
                else { continue }
                actions.remove(at: place)
                begin(job, on: worker, &state, at: now)
                return (.job(job), perform(actions, &state, at: now))
            }
            if !state.isEnding { state.idle.append(worker) }
            let woken = perform(actions, &state, at: now)
            return (state.isEnding ? .end : .idle, woken)
        }
        wake(woken)
        return next
    }

    /// A slice is used up: returns when the job may go on.
    fileprivate func sliceEnded(_ turn: JobTurn, at now: UInt64) {
        let (mustWait, woken) = state.withLock { state -> (Bool, [Semaphore]) in
            switch state.schedule.checked(turn.id, at: now) {
            case .goOn(let time):
                turn.sliceEnds(at: time)
                return (false, [])
            case .pause(let actions): return (true, perform(actions, &state, at: now))
            }
        }
        wake(woken)
        if mustWait { turn.pause() }
    }

    /// Takes no more jobs, refuses those that wait, and ends the threads once the others are done.
    ///
    /// Blocks until then.
    package func shutdown() {
        let (refused, idle) = state.withLock { state in
            state.isEnding = true
            defer { (state.waiting, state.idle) = ([:], []) }
            for id in state.waiting.keys { _ = state.schedule.withdrawn(id, at: 0) }
            return (state.waiting.values.map(\.refuse), state.idle)
        }
        for refuse in refused { refuse(.ended) }
        for worker in idle { worker.wakeup.signal() }
        for worker in workers { worker.thread.withLock { $0 }?.join() }
    }
}

/// A running job's share of its threads.
package final class JobTurn: Sendable {
    let id: FairSchedule.JobID
    private let threads: FairThreads
    private let end = Atomic<UInt64>(.max)
    private let wakeup = Mutex<Semaphore?>(nil)
    private let isResumed = Atomic<Bool>(false)

    fileprivate init(_ id: FairSchedule.JobID, _ threads: FairThreads) {
        self.id = id
        self.threads = threads
    }

    /// Called by the job as often as it can, at the latest each 100 µs: where another owner's turn
    /// has come, it returns when that is over.
    package func look() { look(at: MonotonicTime.now()) }

    /// As `look()`, for who knows the time.
    package func look(at now: MonotonicTime) {
        guard now.nanoseconds >= end.load(ordering: .relaxed) else { return }
        threads.sliceEnded(self, at: now.nanoseconds)
    }

    fileprivate func begin(on wakeup: Semaphore, until time: UInt64) {
        self.wakeup.withLock { $0 = wakeup }
        sliceEnds(at: time)
    }

    fileprivate func sliceEnds(at time: UInt64) { end.store(time, ordering: .relaxed) }

    /// Lets the job go on once what is returned is signalled.
    fileprivate func resume() -> Semaphore? {
        isResumed.store(true, ordering: .releasing)
        return wakeup.withLock { $0 }
    }

    fileprivate func pause() {
        let wakeup = wakeup.withLock { $0 }
        repeat { wakeup?.wait() } while !isResumed.exchange(false, ordering: .acquiring)
    }
}
