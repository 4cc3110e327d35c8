package import DocketCore
internal import DocketRuntime
package import DocketSystem
package import DocketTelemetry
internal import Synchronization

/// Brings an index of its own up to the truth: runs ``BulkSchedule`` over the outbox and the index,
/// one child task for each of its actions.
package final class OutboxIndexer: Service {
    package let name = "indexer"
    /// Tenants that are known to have what they need in the index.
    private static let preparedMaximum = 100_000
    /// Versions by which a hint of what was leased here is known.
    private static let leasedMaximum = 10_000
    private static let backlogInterval = Duration.seconds(10)

    private struct State {
        var schedule: BulkSchedule
        /// Actions that have not ended, but for those that only wait.
        var underWay = 0
        var isEnding = false
        var prepared: Set<TenantID> = []
        var place: (known: IndexPlace, since: MonotonicTime)?
        /// Of whom documents wait, as far as is known without asking.
        var waiting: TenantID?
        /// By the document's number: the newest versions that were leased here.
        var leased: [UInt64: UInt64] = [:]
    }

    private let outbox: any Outbox
    /// nil where indexing cannot be held.
    private let control: (any IndexingControl)?
    private let index: any SearchIndex
    private let limits: BulkLimits
    private let counters: IndexingCounters
    private let metrics: OutboxMetrics
    private let logger: Logger
    private let state: Mutex<State>
    private let actions: AsyncStream<BulkSchedule.Action>
    private let perform: AsyncStream<BulkSchedule.Action>.Continuation
    private let ended = OneShot<Void>()
    /// Whether the index takes what waits.
    package let health = HealthRecord("indexing", .up)

    package init(
        _ outbox: any Outbox,
        _ index: any SearchIndex,
        control: (any IndexingControl)? = nil,
        limits: BulkLimits = BulkLimits(),
        counters: IndexingCounters,
        metrics: OutboxMetrics,
        logger: Logger
    ) {
        self.outbox = outbox
        self.index = index
        self.control = control
        self.limits = limits
        self.counters = counters
        self.metrics = metrics
        self.logger = logger
        state = Mutex(State(schedule: BulkSchedule(limits, at: .now())))
        // Bounded by the schedule: a few for each bulk, and one for each time to wake.
        (actions, perform) = AsyncStream.makeStream()
    }

    /// Leases held.
    package var held: Int { state.withLock { $0.schedule.held } }

    /// Documents of the tenant wait; from any thread.
    package func wake(_ tenant: TenantID) {
        state.withLock { $0.waiting = tenant }
        apply { $0.filled(at: $1) }
    }

    /// Another process says that documents wait; from any thread.
    ///
    /// What was leased here meanwhile is no reason to look again: a process that takes documents
    /// and indexes hears its own hints as well.
    package func hear(_ hint: WorkHint) {
        let isKnown = state.withLock { state in
            state.leased[hint.document].map { $0 >= hint.version } ?? false
        }
        if !isKnown { apply { $0.filled(at: $1) } }
    }

    private func remember(_ changes: [LeasedChange]) {
        state.withLock { state in
            if state.leased.count + changes.count > Self.leasedMaximum { state.leased = [:] }
            for change in changes { state.leased[change.lease.number] = change.lease.version }
        }
    }

    /// The tenant is gone; from any thread.
    package func forget(_ tenant: TenantID) {
        state.withLock { state in
            if state.waiting == tenant { state.waiting = nil }
            state.prepared.remove(tenant)
        }
    }

    package func start() async throws { apply { $0.filled(at: $1) } }

    package func run() async throws {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.watchBacklog() }
            for await action in actions { group.addTask { await self.carryOut(action) } }
            group.cancelAll()
        }
    }

    /// Ends when the bulks under way have; by `deadline` they are cut.
    package func stop(by deadline: MonotonicTime) async {
        apply { $0.stopping(at: $1) }
        try? await ended.value(by: deadline)
        // Cancels what is left of them.
        perform.finish()
    }

    private func apply(
        _ event: (inout BulkSchedule, MonotonicTime) -> [BulkSchedule.Action]
    ) {
        let (actions, isHeld, wasHeld) = state.withLock { state in
            let wasHeld = state.schedule.isHeld
            let actions = event(&state.schedule, .now())
            state.underWay += actions.count(where: \.isWork)
            return (actions, state.schedule.isHeld, wasHeld)
        }
        if isHeld != wasHeld { report(isHeld: isHeld) }
        for action in actions { perform.yield(action) }
    }

    private func report(isHeld: Bool) {
        metrics.setHeld(isHeld)
        if isHeld {
            health.set(.blocked, error: "the index takes no writes")
            logger.error("the index takes no writes, documents wait until it does")
        } else {
            health.set(.up)
            logger.info("the index takes writes again")
        }
    }

    private func carryOut(_ action: BulkSchedule.Action) async {
        await work(on: action)
        let isLast = state.withLock { state in
            if action.isWork { state.underWay -= 1 }
            return state.isEnding && state.underWay == 0
        }
        if isLast { ended.succeed(()) }
    }

    private func work(on action: BulkSchedule.Action) async {
        switch action {
        case .lease(let documents, let bytes): await lease(documents, bytes)
        case .send(let bulk): await send(bulk)
        case .release(let leases, let delay, let isAttempt):
            if isAttempt { metrics.refused.add(leases.count) }
            // One that is not given back ends by itself.
            await attempt("giving leases back failed") { work throws(DocketError) in
                try await outbox.release(leases, after: delay, isAttempt: isAttempt, work: work)
            }
        case .fail(let failures): await fail(failures)
        case .refresh(let places):
            metrics.refreshes.increment()
            let isDone = await attempt("refreshing the index failed") { work throws(DocketError) in
                try await index.refresh(places, work: work)
            }
            apply { $0.refreshed(isDone: isDone, at: $1) }
        case .complete(let changes, let found): await complete(changes, foundSince: found)
        case .wake(let time):
            try? await Task.sleep(for: time - .now())
            apply { $0.tick(at: $1) }
        case .end: state.withLock { $0.isEnding = true }
        }
    }
}

extension BulkSchedule.Action {
    /// Whether the outbox or the index is asked.
    fileprivate var isWork: Bool {
        switch self {
        case .lease, .send, .release, .fail, .refresh, .complete: true
        case .wake, .end: false
        }
    }
}

// MARK: Actions

extension OutboxIndexer {
    private func lease(_ documents: Int, _ bytes: Int) async {
        var changes: [LeasedChange] = []
        let isDone = await attempt("leasing documents failed") { work throws(DocketError) in
            guard let place = try await place(work) else { return }
            var request = LeaseRequest(
                limit: documents,
                limitBytes: bytes,
                duration: limits.leaseTime,
                place: place
            )
            request.clusters = try await index.clusters(work: work)
            changes = try await outbox.lease(request, work: work)
            remember(changes)
        }
        apply { isDone ? $0.leased(changes, at: $1) : $0.leaseFailed(at: $1) }
    }

    /// Where documents that are new go; nil when none waits.
    ///
    /// The index may move it now and then.
    private func place(_ work: WorkLimit) async throws(DocketError) -> IndexPlace? {
        let (known, waiting) = state.withLock { ($0.place, $0.waiting) }
        if let known, MonotonicTime.now() - known.since < limits.leaseTime { return known.known }
        var tenant = waiting
        if tenant == nil { tenant = try await outbox.backlog(work: work).first?.tenant }
        guard let tenant else { return nil }
        let place = try await index.place(for: tenant, work: work)
        state.withLock { $0.place = (place, .now()) }
        return place
    }

    private func send(_ bulk: BulkSchedule.Bulk) async {
        metrics.bulks.increment()
        metrics.bulkDocuments.record(UInt64(bulk.changes.count))
        var outcomes: [IndexOutcome] = []
        let isDone = await attempt("sending documents to the index failed") {
            work throws(DocketError) in
            try await prepare(bulk.changes, work)
            outcomes = try await apply(bulk.changes, work)
        }
        guard isDone else {
            metrics.failures.increment()
            counters.addFailure()
            return apply { $0.sendFailed(bulk.number, at: $1) }
        }
        metrics.busy.add(outcomes.count { $0 == .busy })
        apply { $0.sent(bulk.number, outcomes, at: $1) }
    }

    /// What became of each change, and of its copy where its collection is rebuilt: a change is
    /// applied once both are.
    private func apply(
        _ changes: [LeasedChange],
        _ work: WorkLimit
    ) async throws(DocketError) -> [IndexOutcome] {
        let copied = changes.indices.filter { changes[$0].copy != nil }
        let copies = copied.map { place in
            var change = changes[place].change
            change.place = changes[place].copy ?? change.place
            return change
        }
        let all = try await index.apply(changes.map(\.change) + copies, work: work)
        var outcomes = Array(all.prefix(changes.count))
        for (place, outcome) in zip(copied, all.dropFirst(changes.count))
        where outcomes[place] == .applied { outcomes[place] = outcome }
        return outcomes
    }

    /// Makes what the tenants of these changes need in the index.
    private func prepare(
        _ changes: [LeasedChange],
        _ work: WorkLimit
    ) async throws(DocketError) {
        let tenants = Set(changes.map(\.lease.tenant))
        for tenant in tenants.subtracting(state.withLock { $0.prepared }) {
            _ = try await index.place(for: tenant, work: work)
            state.withLock { state in
                if state.prepared.count >= Self.preparedMaximum { state.prepared.removeAll() }
                state.prepared.insert(tenant)
            }
        }
    }

    private func fail(_ failures: [IndexFailure]) async {
        metrics.refused.add(failures.count)
        let isDone = await attempt("failing documents failed") { work throws(DocketError) in
            try await outbox.fail(failures, work: work)
        }
        guard isDone else { return }
        var progress = IndexingProgress()
        progress.failed = failures.count
        counters.add(progress)
    }

    private func complete(_ changes: [AppliedChange], foundSince found: MonotonicTime) async {
        var progress = IndexingProgress()
        let isDone = await attempt("completing documents failed") { work throws(DocketError) in
            progress.late = try await outbox.complete(
                changes.map(\.lease),
                foundFor: .now() - found,
                work: work
            )
        }
        if isDone {
            progress.deleted = changes.count(where: \.isRemoval)
            progress.indexed = changes.count - progress.deleted
            counters.add(progress)
        }
        apply { $0.completed(isDone: isDone, at: $1) }
    }

    private func watchBacklog() async {
        while !Task.isCancelled {
            await attempt("reading the backlog failed") { work throws(DocketError) in
                metrics.set(try await outbox.backlog(work: work))
                guard let control else { return }
                metrics.set(isOperatorHold: try await control.indexingHold(work: work) != nil)
            }
            try? await Task.sleep(for: Self.backlogInterval)
        }
    }

    /// Runs `body` within the time of an answer; false when it failed, which is logged.
    @discardableResult
    private func attempt(
        _ failure: StaticString,
        _ body: (WorkLimit) async throws(DocketError) -> Void
    ) async -> Bool {
        do throws(DocketError) {
            try await WorkLimit.within(limits.answerTime, body)
            return true
        } catch {
            health.note("\(failure): \(error.withCause)")
            logger.warning(
                failure,
                [
                    "code": .string("\(error.code)"),
                    "cause": .string(error.cause.text ?? error.message),
                ]
            )
            return false
        }
    }
}
