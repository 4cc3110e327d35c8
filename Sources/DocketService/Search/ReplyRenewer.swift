internal import DocketCache
internal import DocketCore
internal import DocketRuntime
internal import DocketSystem
package import DocketTelemetry
internal import Synchronization

/// Asks the engine anew for replies that callers may be given for a while yet, so that nobody waits
/// when the while is over.
///
/// Each is a task of its own that counts as a call of its tenant.
package final class ReplyRenewer: Sendable {
    /// What became of replies that were due, each time that one was given.
    package struct Counts: Sendable {
        package let done = Counter()
        package let failed = Counter()
        /// There was too much to do.
        package let dropped = Counter()
    }

    package let counts = Counts()
    let limits: RenewalSchedule.Limits
    private let admission: Admission
    private let schedule: Mutex<RenewalSchedule>
    private let tasks = TaskSet()

    init(_ limits: RenewalSchedule.Limits, _ admission: Admission) {
        self.limits = limits
        self.admission = admission
        schedule = Mutex(RenewalSchedule(limits))
    }

    /// Whether a caller who allows replies of `allowed` microseconds is to be the one for whom this
    /// one is asked for anew.
    func isDue(_ reply: CachedReply, allowed: Int64) -> Bool {
        let age = WallClock.microseconds() - reply.asOfMicroseconds
        return RenewalSchedule.isDue(age: age, allowed: allowed, spread: reply.spread, limits)
    }

    /// Runs `search` beside the caller whom `reply` is given, unless there is too much to do.
    ///
    /// It ends by itself, or by the cancellation of its task.
    func offer(
        _ reply: CachedReply,
        of tenant: TenantID,
        beside loads: Int,
        _ search: @escaping @Sendable () async throws(DocketError) -> Void
    ) {
        let name = ObjectIdentifier(reply)
        let now = MonotonicTime.now()
        switch schedule.withLock({ $0.offer(name, of: tenant, beside: loads, at: now) }) {
        case .underWay: return
        case .dropped: return counts.dropped.increment()
        case .begin: break
        }
        let isPlaced = admission.enter(.tenant(tenant)) == nil
        let begins = isPlaced && tasks.start { [self] in await run(reply, of: tenant, search) }
        guard !begins else { return }
        counts.dropped.increment()
        schedule.withLock { $0.ended(name, isWell: true, at: now) }
        if isPlaced { admission.leave(.tenant(tenant)) }
    }

    /// `reply` is held, so that no other takes its name.
    private func run(
        _ reply: CachedReply,
        of tenant: TenantID,
        _ search: @Sendable () async throws(DocketError) -> Void
    ) async {
        var isWell = true
        do throws(DocketError) {
            try await search()
            counts.done.increment()
        } catch {
            isWell = false
            counts.failed.increment()
        }
        admission.leave(.tenant(tenant))
        schedule.withLock {
            $0.ended(ObjectIdentifier(reply), isWell: isWell, at: MonotonicTime.now())
        }
    }

    /// Cancels what is under way and waits for it.
    func end() async { await tasks.end() }
}
