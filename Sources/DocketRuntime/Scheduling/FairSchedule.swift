/// Which work of a pool comes first.
package enum WorkClass: Int, Hashable, Sendable, CaseIterable {
    /// Somebody waits for this one answer.
    case interactive
    /// Long or in the background: it comes after, with an eighth of the time at the least.
    case bulk
}

/// Decides whose work runs: deficit round robin between owners over the time that was measured.
///
/// A value: events in, actions out; times are monotonic nanoseconds. An owner that has little to
/// do, one that was not backlogged when its work came, goes before those that are, until it has
/// used its quantum. Work that has run for its slice is paused when another owner's turn has come,
/// and goes on later; so nobody waits for the end of long work, and nothing waits while there is
/// room.
package struct FairSchedule: Sendable {
    package typealias JobID = UInt64

    package struct Limits: Sendable {
        /// Jobs that run at once.
        package var width = 2
        /// Jobs that have begun and not ended, running or paused.
        package var begun = 8
        /// Of one owner.
        package var ownerBegun = 2
        /// Jobs of one owner that wait to begin, in each class.
        package var ownerWaiting = 1024
        /// Time of an owner's turn, and of a slice.
        package var quantum: UInt64 = 2_000_000
        /// A job that gives way to another has run for this time.
        package var shortestSlice: UInt64 = 250_000
        /// An owner whose jobs all wait longer than this for `delayInterval` gets no more in.
        package var delayTarget: UInt64 = 500_000_000
        package var delayInterval: UInt64 = 1_000_000_000

        package init() {}
    }

    /// What the owner of the schedule does next.
    package enum Action: Hashable, Sendable {
        /// Run a job that has not begun.
        case start(JobID)
        /// Let a paused job go on.
        case resume(JobID)
        /// Let a running job report `checked` at this time.
        case check(JobID, at: UInt64)
    }

    /// What became of a new job.
    package enum Submission: Hashable, Sendable {
        case accepted([Action])
        /// The owner has too much that waits; it may come again after this time.
        case refused(retryAfter: UInt64)
    }

    /// What a job does that has used up its slice.
    package enum Verdict: Hashable, Sendable {
        /// It goes on to this time.
        case goOn(until: UInt64)
        /// It waits for `resume`.
        case pause([Action])
    }

    enum Phase: Hashable {
        case waiting(since: UInt64)
        /// Its time until `since` is accounted for.
        case running(since: UInt64, isAsked: Bool)
        case paused
    }

    struct Job {
        let owner: UInt64
        var workClass: WorkClass
        var phase: Phase
    }

    package private(set) var limits: Limits
    private var jobs: [JobID: Job] = [:]
    private var lanes = WorkClass.allCases.map { _ in Lane() }
    /// Jobs of each owner that have begun.
    private var begunByOwner: [UInt64: Int] = [:]
    /// Those that have begun and not ended.
    private var begunJobs: [JobID] = []
    private var running = 0
    private var lastJob: JobID = 0
    /// Time that interactive work owes to bulk work that waits.
    private var owedToBulk: UInt64 = 0

    package init(_ limits: Limits) { self.limits = limits }

    /// Jobs that wait to begin.
    package var waiting: Int { jobs.count - begunJobs.count }

    package var isIdle: Bool { jobs.isEmpty }

    /// The number that the next submitted job gets.
    package var nextJob: JobID { lastJob + 1 }

    // MARK: Events

    /// A job of `owner` has come.
    package mutating func submitted(
        _ owner: UInt64,
        _ workClass: WorkClass,
        at now: UInt64
    ) -> Submission {
        if let wait = lanes[workClass.rawValue].refusal(owner, limits, at: now) {
            return .refused(retryAfter: wait)
        }
        lastJob += 1
        jobs[lastJob] = Job(owner: owner, workClass: workClass, phase: .waiting(since: now))
        lanes[workClass.rawValue].add(lastJob, of: owner, since: now, limits)
        promote(owner, to: workClass)
        var actions = fill(at: now)
        if !actions.contains(.start(lastJob)), let asked = askOne(to: owner, workClass, at: now) {
            actions.append(asked)
        }
        return .accepted(actions)
    }

    /// A running job looks whether it may go on.
    package mutating func checked(_ id: JobID, at now: UInt64) -> Verdict {
        guard let job = jobs[id], case .running(let since, _) = job.phase else {
            return .goOn(until: .max)
        }
        charge(job, now &- since)
        // As if it were paused: the next to run may be this job again.
        jobs[id]?.phase = .paused
        lanes[job.workClass.rawValue].putBack(id, of: job.owner, limits)
        running -= 1
        let actions = fill(at: now)
        guard !actions.contains(.resume(id)) else { return .goOn(until: now + limits.quantum) }
        return .pause(actions)
    }

    /// A running job has ended.
    package mutating func finished(_ id: JobID, at now: UInt64) -> [Action] {
        guard let job = jobs.removeValue(forKey: id), case .running(let since, _) = job.phase
        else { return [] }
        charge(job, now &- since)
        running -= 1
        begunJobs.removeAll { $0 == id }
        let left = begunByOwner[job.owner, default: 1] - 1
        begunByOwner[job.owner] = left > 0 ? left : nil
        if jobs.isEmpty { reset() }
        return fill(at: now)
    }

    /// These limits hold from now on; what runs beyond them goes on.
    package mutating func resized(_ limits: Limits, at now: UInt64) -> [Action] {
        self.limits = limits
        return fill(at: now)
    }

    /// A job is no longer wanted: true when it had not begun and is gone.
    ///
    /// One that was paused goes on at once, to find out and end.
    package mutating func withdrawn(_ id: JobID, at now: UInt64) -> (isGone: Bool, [Action]) {
        guard let job = jobs[id] else { return (false, []) }
        switch job.phase {
        case .waiting:
            jobs[id] = nil
            lanes[job.workClass.rawValue].removeWaiting(id, of: job.owner)
            return (true, [])
        case .paused:
            lanes[job.workClass.rawValue].removePaused(id, of: job.owner)
            return (false, [resume(id, at: now)])
        case .running: return (false, [])
        }
    }

    // MARK: Choice

    /// Begins or resumes jobs while there is room.
    private mutating func fill(at now: UInt64) -> [Action] {
        var actions: [Action] = []
        while running < limits.width, let id = choose() {
            guard case .waiting(let since)? = jobs[id]?.phase else {
                actions.append(resume(id, at: now))
                continue
            }
            let owner = jobs[id]?.owner ?? 0
            let lane = jobs[id]?.workClass.rawValue ?? 0
            lanes[lane].noteDelay(of: owner, now &- since, limits, at: now)
            begunJobs.append(id)
            begunByOwner[owner, default: 0] += 1
            running += 1
            jobs[id]?.phase = .running(since: now, isAsked: false)
            actions.append(.start(id))
        }
        return actions
    }

    private mutating func resume(_ id: JobID, at now: UInt64) -> Action {
        running += 1
        jobs[id]?.phase = .running(since: now, isAsked: false)
        return .resume(id)
    }

    /// Takes the job whose turn it is off its lane.
    private mutating func choose() -> JobID? {
        let bulkFirst = owedToBulk >= limits.quantum
        let order: [WorkClass] = bulkFirst ? [.bulk, .interactive] : [.interactive, .bulk]
        let mayBegin = begunJobs.count < limits.begun
        // Many that are paused leave the last threads to owners that have none.
        let mayBeginMore = begunJobs.count - running < limits.begun / 2
        for workClass in order {
            let (begunByOwner, most) = (begunByOwner, limits.ownerBegun)
            let chosen = lanes[workClass.rawValue].take(limits) { owner in
                let own = begunByOwner[owner, default: 0]
                return mayBegin && (own == 0 || (own < most && mayBeginMore))
            }
            if let chosen { return chosen }
        }
        return nil
    }

    /// All slots are taken and work has come of an owner that has none of them: a running job is
    /// asked to look whether it may go on.
    private mutating func askOne(
        to owner: UInt64,
        _ workClass: WorkClass,
        at now: UInt64
    ) -> Action? {
        guard running >= limits.width, begunJobs.count < limits.begun else { return nil }
        var victim: (id: JobID, since: UInt64, job: Job, share: Int)?
        for id in begunJobs {
            guard let job = jobs[id], case .running(let since, let isAsked) = job.phase
            else { continue }
            // The owner has its part, or somebody gives way already.
            if job.owner == owner || isAsked { return nil }
            guard job.workClass.rawValue >= workClass.rawValue else { continue }
            let share = begunByOwner[job.owner, default: 1] + (job.workClass == .bulk ? 1000 : 0)
            if share > victim?.share ?? 0 { victim = (id, since, job, share) }
        }
        guard let victim else { return nil }
        jobs[victim.id]?.phase = .running(since: victim.since, isAsked: true)
        return .check(victim.id, at: max(now, victim.since + limits.shortestSlice))
    }

    // MARK: Accounts

    private mutating func charge(_ job: Job, _ time: UInt64) {
        lanes[job.workClass.rawValue].charge(job.owner, time, limits)
        switch job.workClass {
        case .interactive:
            let bulkWaits = lanes[WorkClass.bulk.rawValue].hasWork
            if bulkWaits { owedToBulk = min(owedToBulk + time / 8, 10 * limits.quantum) }
        case .bulk: owedToBulk -= min(owedToBulk, time)
        }
    }

    /// Interactive work that waits for begun bulk work of its owner brings that forward.
    private mutating func promote(_ owner: UInt64, to workClass: WorkClass) {
        guard workClass == .interactive, begunByOwner[owner, default: 0] >= limits.ownerBegun
        else { return }
        for id in begunJobs {
            guard let job = jobs[id], job.owner == owner, job.workClass == .bulk else { continue }
            switch job.phase {
            case .waiting: continue
            case .running: jobs[id]?.workClass = .interactive
            case .paused:
                jobs[id]?.workClass = .interactive
                lanes[WorkClass.bulk.rawValue].removePaused(id, of: owner)
                lanes[WorkClass.interactive.rawValue].putBack(id, of: owner, limits)
            }
        }
    }

    /// Nothing is left to be fair about.
    private mutating func reset() {
        for lane in lanes.indices { lanes[lane] = Lane() }
        owedToBulk = 0
    }
}
