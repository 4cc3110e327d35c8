package import DocketCore
internal import DocketRuntime
package import DocketSystem
package import DocketTelemetry

/// Deletes what collections have kept for long enough, as a delete by filter does it: in slices,
/// at a bounded rate.
package final class RetentionKeeper: Service {
    package let name = "retention"
    private let directory: any TenantDirectory
    private let store: any DocumentStore
    private let deletion: any FilteredDeletion
    /// nil where there is one server.
    private let ledger: (any RetentionLedger)?
    private let limits: RetentionLimits
    private let deleted: Counter
    private let logger: Logger

    package init(
        _ directory: any TenantDirectory,
        _ store: any DocumentStore,
        _ deletion: any FilteredDeletion,
        ledger: (any RetentionLedger)? = nil,
        limits: RetentionLimits,
        registry: MetricsRegistry,
        logger: Logger
    ) {
        self.directory = directory
        self.store = store
        self.deletion = deletion
        self.ledger = ledger
        self.limits = limits
        self.logger = logger
        deleted = registry.counter(
            "docket_retention_deleted_documents_total",
            help: "Documents deleted since their collections had kept them for long enough"
        )
    }

    package func start() async throws {}

    package func run() async throws {
        while !Task.isCancelled {
            do throws(DocketError) {
                var isTurn = true
                if let ledger {
                    try await within { (work) throws(DocketError) in
                        isTurn = try await ledger.claimRetention(every: limits.interval, work: work)
                    }
                }
                if isTurn { try await pass() }
            } catch {
                // The engines tell why they are away; what is to go is there the next time.
                logger.debug("retention failed", ["code": .string("\(error.code)")])
            }
            // One server of several: the turn is over while others rest.
            try await Task.sleep(for: ledger == nil ? limits.interval : limits.interval / 4)
        }
    }

    package func stop(by deadline: MonotonicTime) async {}

    /// Looks at all collections once.
    package func pass() async throws(DocketError) {
        var tenants: [TenantID] = []
        try await within { (work) throws(DocketError) in
            tenants = try await directory.tenants(work: work).map(\.id)
        }
        for tenant in tenants where !Task.isCancelled {
            // What is wrong with one tenant's data keeps no other's.
            do throws(DocketError) {
                var collections: [Collection] = []
                try await within { (work) throws(DocketError) in
                    collections = try await store.collections(tenant, work: work)
                }
                for collection in collections where collection.schema.retention != nil {
                    try await sweep(tenant, collection)
                }
            } catch {
                report(error, tenant)
            }
            try await rest(limits.tenantPause)
        }
    }

    private func sweep(_ tenant: TenantID, _ collection: Collection) async throws(DocketError) {
        guard let filter = collection.schema.expired(at: WallClock.microseconds()) else { return }
        var (count, next) = (0, UInt64?.some(0))
        while let after = next, !Task.isCancelled {
            let slice = DeleteSlice(
                collection: collection,
                filter: filter,
                after: after,
                limit: limits.slice
            )
            var result = DeleteSliceResult(deleted: 0, next: nil)
            try await within { (work) throws(DocketError) in
                result = try await deletion.deleteMatching(tenant, slice, work: work)
            }
            deleted.add(result.deleted)
            count += result.deleted
            next = result.next
            if next != nil { try await rest(limits.slicePause) }
        }
        guard count > 0 else { return }
        logger.info(
            "documents were deleted that a collection had kept for long enough",
            [
                "tenant": .string("\(tenant.number)"),
                "collection": .string("\(collection.number)"), "documents": .number(count),
            ]
        )
    }

    private func report(_ error: DocketError, _ tenant: TenantID) {
        // A collection that was deleted meanwhile keeps nothing.
        guard error.code != .notFound else { return }
        logger.warning(
            "documents of a tenant that were kept for long enough stay, it will be tried again",
            [
                "tenant": .string("\(tenant.number)"), "code": .string("\(error.code)"),
                "cause": .string(error.cause.text ?? error.message),
            ]
        )
    }

    private func rest(_ time: Duration) async throws(DocketError) {
        do {
            try await Task.sleep(for: time)
        } catch {
            throw DocketError(.cancelled, "the work was stopped")
        }
    }

    private func within(
        _ body: (WorkLimit) async throws(DocketError) -> Void
    ) async throws(DocketError) {
        try await WorkLimit.within(limits.answerTime, body)
    }
}

/// Times and sizes of deleting what was kept for long enough.
package struct RetentionLimits: Sendable {
    /// From one look at all collections to the next.
    package var interval: Duration
    /// Documents of one slice.
    package var slice = 500
    /// Between two slices of a collection: at most 1,000 documents a second go.
    package var slicePause = Duration.milliseconds(500)
    /// Between two tenants.
    package var tenantPause = Duration.milliseconds(20)
    /// Time for one answer of the store.
    package var answerTime = Duration.seconds(20)

    package init(interval: Duration) { self.interval = interval }
}
