package import DocketCore
internal import DocketRuntime
package import DocketSystem
package import DocketTelemetry
internal import Synchronization

/// Keeps the index up to the truth: runs the schedule, one child task for each running group.
package final class Indexer: Service {
    package let name = "indexer"
    private let indexing: any DocumentIndexing
    private let control: any IndexingControl
    private let logger: Logger
    private let schedule: Mutex<IndexingSchedule>
    private let actions: AsyncStream<IndexingSchedule.Action>
    private let perform: AsyncStream<IndexingSchedule.Action>.Continuation
    private let counters: IndexingCounters

    /// An indexer of `width` tenants at once; one per writing thread is enough.
    package init(
        _ indexing: any DocumentIndexing,
        control: any IndexingControl,
        width: Int,
        counters: IndexingCounters,
        logger: Logger
    ) {
        self.indexing = indexing
        self.control = control
        self.logger = logger
        self.counters = counters
        schedule = Mutex(IndexingSchedule(width: width))
        // Bounded by the schedule itself: one action for each tenant at most.
        (actions, perform) = AsyncStream.makeStream()
    }

    /// Documents of the tenant wait; from any thread.
    package func wake(_ tenant: TenantID) { apply { $0.filled(tenant) } }

    /// The tenant is gone; from any thread.
    package func forget(_ tenant: TenantID) {
        schedule.withLock { $0.removed(tenant) }
    }

    /// Whether an operator holds indexing.
    package var isHeld: Bool { schedule.withLock { $0.isHeld } }

    package func start() async throws {
        let hold = try await control.indexingHold(work: WorkLimit())
        apply { $0.set(isHeld: hold != nil) }
        for tenant in try await indexing.tenantsToIndex() { wake(tenant) }
    }

    package func run() async throws {
        await withDiscardingTaskGroup { group in
            for await action in actions {
                group.addTask { await self.carryOut(action) }
            }
            group.cancelAll()
        }
    }

    package func stop(by deadline: MonotonicTime) async { perform.finish() }

    private func carryOut(_ action: IndexingSchedule.Action) async {
        switch action {
        case .start(let tenant): await indexGroup(of: tenant)
        case .wait(let tenant, let duration):
            try? await Task.sleep(for: duration)
            apply { $0.awoke(tenant) }
        }
    }

    private func indexGroup(of tenant: TenantID) async {
        do {
            let progress = try await indexing.indexNext(tenant)
            counters.add(progress)
            apply { $0.finished(tenant, progress) }
        } catch {
            counters.addFailure()
            logger.warning(
                "indexing failed, will be tried again",
                [
                    "tenant": .number(tenant.number), "code": .string("\(error.code)"),
                    "cause": .string(error.cause.text ?? error.message),
                ]
            )
            apply { $0.failed(tenant) }
        }
    }

    private func apply(_ event: (inout IndexingSchedule) -> [IndexingSchedule.Action]) {
        for action in schedule.withLock({ event(&$0) }) { perform.yield(action) }
    }
}

extension Indexer: IndexingControl {
    package func indexingHold(work: WorkLimit) async throws(DocketError) -> IndexingHold? {
        try await control.indexingHold(work: work)
    }

    package func holdIndexing(
        reason: String,
        work: WorkLimit
    ) async throws(DocketError) -> IndexingHold {
        let hold = try await control.holdIndexing(reason: reason, work: work)
        apply { $0.set(isHeld: true) }
        return hold
    }

    package func releaseIndexing(work: WorkLimit) async throws(DocketError) {
        try await control.releaseIndexing(work: work)
        apply { $0.set(isHeld: false) }
    }
}
