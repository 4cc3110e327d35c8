internal import DocketRuntime
internal import DocketTestKit
internal import Testing

/// A pool that a schedule rules, with a clock of its own: nothing runs, time is counted.
private struct Pool {
    struct Job {
        let owner: UInt64
        /// What it still has to do.
        var left: UInt64
        let submitted: UInt64
        var runsSince: UInt64?
        var checksAt: UInt64 = .max
    }

    let limits: FairSchedule.Limits
    var schedule: FairSchedule
    var now: UInt64 = 0
    var jobs: [FairSchedule.JobID: Job] = [:]
    /// Those that run, and how many each owner has.
    private var active: Set<FairSchedule.JobID> = []
    private var owned: [UInt64: Int] = [:]
    /// Time that each owner got, and the longest that one of its jobs took from its coming to its
    /// end.
    var used: [UInt64: UInt64] = [:]
    var longest: [UInt64: UInt64] = [:]
    var ended = 0

    init(_ limits: FairSchedule.Limits) {
        self.limits = limits
        schedule = FairSchedule(limits)
    }

    var running: Int { active.count }

    func count(of owner: UInt64) -> Int { owned[owner, default: 0] }

    mutating func submit(_ owner: UInt64, _ work: UInt64, _ workClass: WorkClass = .interactive) {
        let id = schedule.nextJob
        guard case .accepted(let actions) = schedule.submitted(owner, workClass, at: now) else {
            Issue.record("refused")
            return
        }
        jobs[id] = Job(owner: owner, left: work, submitted: now)
        owned[owner, default: 0] += 1
        perform(actions)
    }

    private mutating func perform(_ actions: [FairSchedule.Action]) {
        for action in actions {
            switch action {
            case .start(let id), .resume(let id):
                #expect(jobs[id]?.runsSince == nil)
                jobs[id]?.runsSince = now
                jobs[id]?.checksAt = now + limits.quantum
                active.insert(id)
            case .check(let id, let time): jobs[id]?.checksAt = max(now, time)
            }
        }
        #expect(running <= limits.width)
    }

    /// Goes on to the next event; false when nothing runs.
    mutating func step() -> Bool {
        var next: (time: UInt64, id: FairSchedule.JobID, isEnd: Bool)?
        for id in active {
            guard let job = jobs[id], let since = job.runsSince else { continue }
            let end = since + job.left
            let time = min(end, max(job.checksAt, now))
            // Ties go to the older job, so that every run is the same.
            if next.map({ (time, id) < ($0.time, $0.id) }) ?? true {
                next = (time, id, end <= time)
            }
        }
        guard let next, let job = jobs[next.id], let since = job.runsSince else { return false }
        now = next.time
        used[job.owner, default: 0] += now - since
        jobs[next.id]?.left -= now - since
        if next.isEnd {
            jobs[next.id] = nil
            active.remove(next.id)
            owned[job.owner, default: 1] -= 1
            ended += 1
            longest[job.owner] = max(longest[job.owner] ?? 0, now - job.submitted)
            perform(schedule.finished(next.id, at: now))
        } else {
            jobs[next.id]?.runsSince = now
            switch schedule.checked(next.id, at: now) {
            case .goOn(let time): jobs[next.id]?.checksAt = time
            case .pause(let actions):
                jobs[next.id]?.runsSince = nil
                active.remove(next.id)
                perform(actions)
            }
        }
        return true
    }
}

@Suite("The fair schedule", .timeLimit(.minutes(1)))
struct FairScheduleTests {
    private static let millisecond: UInt64 = 1_000_000

    private static func limits(
        _ change: (inout FairSchedule.Limits) -> Void = { _ in }
    ) -> FairSchedule.Limits {
        var limits = FairSchedule.Limits()
        limits.ownerWaiting = 100_000
        limits.delayTarget = .max
        change(&limits)
        return limits
    }

    @Test("owners with work get the same time, whatever their jobs take", arguments: 0..<20)
    func fairness(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var pool = Pool(Self.limits { $0.begun = 64 })
        let owners = UInt64.random(in: 3...9, using: &random)
        let sizes = (0...owners).map { _ in UInt64.random(in: 1...80, using: &random) }
        // Each always has work, one job more than may run of it.
        func fill(_ pool: inout Pool) {
            for owner in 1...owners {
                while pool.count(of: owner) < 3 {
                    let work = sizes[Int(owner)] * Self.millisecond / 4
                    pool.submit(owner, UInt64.random(in: 1...work, using: &random))
                }
            }
        }
        fill(&pool)
        while pool.now < 4000 * Self.millisecond, pool.step() { fill(&pool) }
        let most = pool.used.values.max() ?? 0
        let least = pool.used.values.min() ?? 0
        #expect(pool.used.count == Int(owners))
        // A turn and what was begun in it, for each of the threads.
        #expect(most - least <= 12 * pool.limits.quantum, "seed \(seed): \(least) to \(most)")
    }

    @Test("nothing waits while there is room, and everything ends", arguments: 0..<50)
    func conserving(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var pool = Pool(
            Self.limits {
                $0.width = Int.random(in: 1...4, using: &random)
                $0.begun = $0.width + Int.random(in: 0...8, using: &random)
                $0.ownerBegun = $0.width
            }
        )
        var total: UInt64 = 0
        let count = 300
        for _ in 0..<count {
            let work = UInt64.random(in: 1...20 * Self.millisecond, using: &random)
            total += work
            let workClass: WorkClass = Bool.random(using: &random) ? .bulk : .interactive
            pool.submit(UInt64.random(in: 1...5, using: &random), work, workClass)
            if Bool.random(using: &random) { _ = pool.step() }
            let isBusy = pool.running == min(pool.limits.width, pool.jobs.count)
            #expect(isBusy, "seed \(seed): a thread is idle beside work that waits")
        }
        while pool.step() {
            let isBusy = pool.running == min(pool.limits.width, pool.jobs.count)
            #expect(isBusy, "seed \(seed)")
        }
        #expect(pool.ended == count)
        #expect(pool.used.values.reduce(0, +) == total)
        #expect(pool.schedule.isIdle)
    }

    @Test(
        "an owner with little to do waits for no more than a slice beside a flood",
        arguments: [1, 5, 50, 500] as [UInt64]
    )
    func quiet(_ floodMilliseconds: UInt64) {
        var pool = Pool(Self.limits())
        for _ in 0..<4000 { pool.submit(1, floodMilliseconds * Self.millisecond) }
        for round in 1...200 as ClosedRange<UInt64> {
            while pool.now < round * 7 * Self.millisecond, pool.step() {}
            pool.submit(2, Self.millisecond)
            while pool.count(of: 2) > 0, pool.step() {}
        }
        let wait = (pool.longest[2] ?? 0) - Self.millisecond
        #expect(wait <= pool.limits.shortestSlice + Self.millisecond)
        // And the flood goes on meanwhile.
        let flood = pool.used[1] ?? 0
        #expect(flood >= pool.now * UInt64(pool.limits.width) * 8 / 10)
    }

    @Test("who sends one long job after another is no quiet owner")
    func sequence() {
        var pool = Pool(Self.limits { $0.width = 1 })
        for _ in 0..<1000 { pool.submit(1, 3 * Self.millisecond) }
        pool.submit(2, 50 * Self.millisecond)
        while pool.now < 2000 * Self.millisecond, pool.step() {
            if pool.count(of: 2) == 0 {
                pool.submit(2, 50 * Self.millisecond)
            }
        }
        let (flood, sequence) = (pool.used[1] ?? 0, pool.used[2] ?? 0)
        #expect(sequence <= flood + 60 * Self.millisecond)
    }

    @Test("bulk work comes after interactive work, with an eighth of the time at the least")
    func classes() {
        var pool = Pool(Self.limits { $0.width = 1 })
        for _ in 0..<10 { pool.submit(1, 1000 * Self.millisecond, .bulk) }
        for _ in 0..<2000 { pool.submit(2, 3 * Self.millisecond) }
        while pool.now < 3000 * Self.millisecond, pool.step() {}
        let (bulk, interactive) = (pool.used[1] ?? 0, pool.used[2] ?? 0)
        #expect(bulk >= interactive / 10 && bulk <= interactive / 6, "\(bulk) of \(interactive)")
    }

    @Test("interactive work brings forward the bulk work of its owner that it has to wait for")
    func promotion() {
        var pool = Pool(
            Self.limits {
                $0.width = 1
                $0.ownerBegun = 1
            }
        )
        pool.submit(1, 20 * Self.millisecond, .bulk)
        for _ in 0..<1000 { pool.submit(2, 3 * Self.millisecond) }
        _ = pool.step()
        pool.submit(1, Self.millisecond)
        while pool.count(of: 1) > 0, pool.step() {}
        // Half of the time is its own.
        #expect(pool.now <= 60 * Self.millisecond)
    }

    @Test("a job that is withdrawn before it begins is gone, one that is paused goes on at once")
    func withdrawal() {
        var schedule = FairSchedule(Self.limits { $0.width = 1 })
        #expect(schedule.submitted(1, .interactive, at: 0) == .accepted([.start(1)]))
        guard case .accepted(let actions) = schedule.submitted(2, .interactive, at: 1) else {
            Issue.record("refused")
            return
        }
        #expect(actions == [.check(1, at: schedule.limits.shortestSlice)])
        // Its turn of 2 ms is not over.
        #expect(schedule.checked(1, at: 300_000) == .goOn(until: 2_300_000))
        #expect(schedule.checked(1, at: 2_300_000) == .pause([.start(2)]))
        _ = schedule.submitted(3, .interactive, at: 2_300_000)
        let (isGone, none) = schedule.withdrawn(3, at: 2_300_001)
        #expect(isGone && none.isEmpty)
        let (isGonePaused, resumed) = schedule.withdrawn(1, at: 2_300_002)
        #expect(!isGonePaused && resumed == [.resume(1)])
        #expect(schedule.finished(1, at: 2_300_003).isEmpty)
        #expect(schedule.finished(2, at: 2_400_000).isEmpty)
        #expect(schedule.isIdle)
    }

    @Test("an owner whose jobs all wait too long gets no more in, until they do not; others do")
    func delay() {
        var pool = Pool(
            Self.limits {
                $0.delayTarget = 100 * Self.millisecond
                $0.delayInterval = 200 * Self.millisecond
            }
        )
        for _ in 0..<400 { pool.submit(1, 5 * Self.millisecond) }
        while pool.now < 600 * Self.millisecond, pool.step() {}
        guard case .refused(let wait) = pool.schedule.submitted(1, .interactive, at: pool.now)
        else {
            Issue.record("a queue that has stood for half a second is taken for a burst")
            return
        }
        #expect(wait >= 20 * Self.millisecond)
        pool.submit(2, Self.millisecond)
        while pool.step() {}
        pool.submit(1, Self.millisecond)
        let runs = pool.step()
        #expect(runs)
    }

    @Test("an owner's jobs that wait are bounded")
    func bound() {
        var schedule = FairSchedule(Self.limits { $0.ownerWaiting = 3 })
        for _ in 0..<5 { _ = schedule.submitted(1, .interactive, at: 0) }
        #expect(schedule.waiting == 3)
        guard case .refused = schedule.submitted(1, .interactive, at: 0) else {
            Issue.record("taken")
            return
        }
        guard case .accepted = schedule.submitted(2, .interactive, at: 0) else {
            Issue.record("another owner is refused")
            return
        }
    }
}
