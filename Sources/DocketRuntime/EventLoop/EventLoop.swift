package import DocketSystem
internal import Glibc
internal import Synchronization

/// What is done once per turn, after the turn's jobs: one flush, however many replies it holds.
package protocol TurnEnd: AnyObject {
    func turnDidEnd()
}

/// One thread that waits for sockets and deadlines, and the executor of every actor that lives on
/// it.
///
/// Each callback from libuv is a *turn*: its own work, then the actions that other turns and
/// threads asked for, the jobs that are ready on this thread, and the `atTurnEnd` work. A turn runs
/// at most `jobsPerTurn` of either; what is left runs in the next one, after the sockets were
/// looked at again, so jobs that make jobs cannot starve I/O.
///
/// `watch`, `schedule`, `cancel` and `atTurnEnd` belong to the loop's own thread.
// Because: confined to the loop's thread, but for `remote`, `thread` and `wakers`, which are made
// for several.
package final class EventLoop: SerialExecutor, TaskExecutor, @unchecked Sendable {
    /// At 2 µs each about half a millisecond, within the 2 ms that a turn may take.
    static let jobsPerTurn = 256
    /// Time after which a turn begins no more jobs, where these take longer.
    static let turnNanoseconds: UInt64 = 1_000_000

    enum Cause {
        case wakeup
        case deadlines
        case leftover
    }

    /// What other threads hand over.
    private struct Remote {
        var jobs: [UnownedJob] = []
        var actions: [@Sendable () -> Void] = []
        var isSignalled = false
        var isClosed = false
    }

    private(set) var handle: EventLoopHandle?
    private let remote = Mutex(Remote())
    private let thread = Atomic<UInt>(0)
    private let wakers = Atomic<Int>(0)

    private var actions = JobQueue<@Sendable () -> Void>()
    private var jobs = JobQueue<UnownedJob>()
    private var turnEnds: [any TurnEnd] = []
    /// Those whose turn is ending; empty otherwise.
    private var endingTurns: [any TurnEnd] = []
    private var isBusy = false
    private var deadlines = DeadlineHeap<() -> Void>()
    private var signalWatches: [SignalWatch] = []
    private var armedFor = MonotonicTime.distantFuture
    private let longestTurn = Atomic<UInt64>(0)

    /// When the turn now in progress began: good enough for rates and ages, and free.
    package private(set) var turnStart = MonotonicTime.now()

    /// Fails when the process has no descriptors left.
    package init() throws(EventLoopError) {
        handle = try EventLoopHandle(owner: self)
    }

    deinit { handle?.close() }

    /// Whether the caller runs on this loop's thread.
    package var isCurrent: Bool { thread.load(ordering: .relaxed) == pthread_self() }
}

// MARK: From any thread

extension EventLoop {
    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        if isCurrent { return jobs.append(job) }
        handOver { $0.jobs.append(job) }
    }

    /// Runs `action` on the loop, soon; never before this call has returned to a caller on the
    /// loop.
    ///
    /// After the loop has ended it is dropped. Not for bulk: nothing bounds what waits here.
    package func execute(_ action: @escaping @Sendable () -> Void) {
        handOver { $0.actions.append(action) }
    }

    package func checkIsolated() { precondition(isCurrent, "not on this event loop") }

    package func isIsolatingCurrentContext() -> Bool? { isCurrent }

    /// Ends `run()` after the turn in progress and the jobs that are ready.
    package func stop() { execute { self.handle?.stop() } }

    private func handOver(_ append: (inout Remote) -> Void) {
        let mustWake = remote.withLock { remote in
            guard !remote.isClosed else { return false }
            append(&remote)
            defer { remote.isSignalled = true }
            if !remote.isSignalled { wakers.add(1, ordering: .relaxed) }
            return !remote.isSignalled
        }
        guard mustWake else { return }
        handle?.wake()
        wakers.subtract(1, ordering: .releasing)
    }
}

// MARK: On the loop

extension EventLoop {
    /// Runs `end` once, at the end of the turn that is now in progress.
    package func atTurnEnd(_ end: any TurnEnd) {
        assert(isCurrent)
        turnEnds.append(end)
    }

    /// Runs `action` on this loop at `time`, up to a millisecond late.
    @discardableResult
    package func schedule(
        at time: MonotonicTime,
        _ action: @escaping () -> Void
    ) -> DeadlineToken {
        assert(isCurrent)
        return deadlines.insert(at: time, action)
    }

    /// Runs `action` on this loop `delay` from now, up to a millisecond late.
    @discardableResult
    package func schedule(after delay: Duration, _ action: @escaping () -> Void) -> DeadlineToken {
        schedule(at: .now() + delay, action)
    }

    /// Forgets a scheduled action; nothing happens when it has run already.
    package func cancel(_ token: DeadlineToken) {
        assert(isCurrent)
        deadlines.cancel(token)
    }

    /// Serves until `stop()`, on the calling thread, which becomes the loop's.
    func run() {
        thread.store(pthread_self(), ordering: .relaxed)
        handle?.run()
        close()
    }

    func turn(_ cause: Cause) {
        switch cause {
        case .wakeup: turn { takeRemote() }
        case .deadlines: turn { runDeadlines() }
        case .leftover: turn {}
        }
    }

    /// Each callback of libuv goes through here.
    func turn(_ body: () -> Void) {
        turnStart = .now()
        body()
        if !actions.isEmpty { runActions() }
        var budget = Self.jobsPerTurn
        while budget > 0, !jobs.isEmpty || !turnEnds.isEmpty {
            runJobs(&budget)
            endTurn()
            budget -= 1
        }
        noteTurn()
        if isBusy != hasLeftover {
            isBusy = hasLeftover
            handle?.setBusy(isBusy)
        }
        arm()
    }

    private var hasLeftover: Bool { !jobs.isEmpty || !turnEnds.isEmpty || !actions.isEmpty }

    /// Half of the time at most, so that jobs get theirs.
    private func runActions() {
        for _ in 0..<Self.jobsPerTurn {
            guard let action = actions.popFirst() else { return }
            action()
            if turnTime > Self.turnNanoseconds / 2 { return }
        }
    }

    private func runJobs(_ budget: inout Int) {
        while budget > 0, let job = jobs.popFirst() {
            budget -= 1
            unsafe job.runSynchronously(
                isolatedTo: asUnownedSerialExecutor(),
                taskExecutor: asUnownedTaskExecutor()
            )
            if turnTime > Self.turnNanoseconds { budget = 0 }
        }
    }

    /// Nanoseconds since the turn began.
    private var turnTime: UInt64 { MonotonicTime.now().nanoseconds(since: turnStart) }

    private func noteTurn() {
        let time = turnTime
        // Only this thread raises it; one who takes it meanwhile may miss this one turn.
        if time > longestTurn.load(ordering: .relaxed) {
            longestTurn.store(time, ordering: .relaxed)
        }
    }

    /// The longest turn since it was last asked, from any thread.
    func takeLongestTurn() -> UInt64 { longestTurn.exchange(0, ordering: .relaxed) }

    private func endTurn() {
        guard !turnEnds.isEmpty else { return }
        // Two arrays that take turns, so that none is made anew.
        swap(&turnEnds, &endingTurns)
        for end in endingTurns { end.turnDidEnd() }
        endingTurns.removeAll(keepingCapacity: true)
    }

    private func takeRemote() {
        let taken = remote.withLock { remote in
            defer { remote = Remote(isClosed: remote.isClosed) }
            return remote
        }
        jobs.append(contentsOf: taken.jobs)
        actions.append(contentsOf: taken.actions)
    }

    private func runDeadlines() {
        armedFor = .distantFuture
        for _ in 0..<Self.jobsPerTurn {
            guard let action = deadlines.popDue(at: turnStart) else { return }
            action()
        }
    }

    /// Asks for a turn at the earliest deadline, unless one comes before it anyway.
    private func arm() {
        guard let first = deadlines.first, first < armedFor else { return }
        armedFor = first
        let delay = (first - .now()).wholeNanoseconds
        // Rounded up: a turn just before the deadline would find nothing due.
        handle?.setTimer(milliseconds: delay <= 0 ? 0 : (UInt64(delay) + 999_999) / 1_000_000)
    }

    /// Runs what is under way, so that no task hangs for it, and ends the handles.
    private func close() {
        for _ in 0..<Self.jobsPerTurn {
            turn(.wakeup)
            guard hasLeftover || remote.withLock({ $0.isSignalled }) else { break }
        }
        remote.withLock { $0.isClosed = true }
        while wakers.load(ordering: .acquiring) > 0 { sched_yield() }
        for watch in signalWatches { watch.close() }
        signalWatches = []
        handle?.close()
        handle = nil
    }

    func keepUntilClosed(_ watch: SignalWatch) { signalWatches.append(watch) }
}
