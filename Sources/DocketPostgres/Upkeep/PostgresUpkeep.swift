package import DocketCore
internal import DocketRuntime
package import DocketSystem
internal import DocketTelemetry

/// What goes on by itself: soft generations that waited, and the end of what nobody needs.
///
/// Every server does it; they pass over what another one has locked.
package final class PostgresUpkeep: Service {
    /// Turns between two cleanings that found nothing to do.
    private static let turnsBetweenCleanings = 20

    package let name = "postgres-upkeep"
    private let store: PostgresStore

    package init(_ store: PostgresStore) { self.store = store }

    package func start() async throws {}

    package func run() async throws {
        let interval = store.configuration.upkeepInterval
        var turn = 0
        while !Task.isCancelled {
            do throws(DocketError) {
                let work = WorkLimit(within: store.configuration.statementTime)
                try await store.raiseApplied(work: work)
                if turn == 0, try await store.clean(work: work) {
                    turn = Self.turnsBetweenCleanings - 1
                }
            } catch {
                // The pool tells why the server is away; what is due stays due.
                store.logger.debug("upkeep failed", ["code": .string("\(error.code)")])
            }
            turn = (turn + 1) % Self.turnsBetweenCleanings
            try await Task.sleep(for: interval)
        }
    }

    package func stop(by deadline: MonotonicTime) async {}
}

extension PostgresStore {
    /// Both halves of the upkeep once; true when there is more to do.
    package func maintain(work: WorkLimit) async throws(DocketError) -> Bool {
        try await raiseApplied(work: work)
        return try await clean(work: work)
    }

    /// Raises soft generations that may rise, and the statuses that waited for them.
    func raiseApplied(work: WorkLimit) async throws(DocketError) {
        let interval = configuration.softGenerationInterval
        let changes = try await workers.run(work) { session in
            let isDue = try session.run(AppliedDocuments.finding(interval))[0].count > 0
            guard isDue else { return [GenerationChange]() }
            return try session.transaction { try AppliedDocuments.raise(session, interval) }
        }
        tell(changes)
    }

    /// Removes a slice of what is no longer needed; true when there is more.
    func clean(work: WorkLimit) async throws(DocketError) -> Bool {
        let lifetimes = RetiredRows.Lifetimes(
            deletions: configuration.deletionLifetime,
            deletionBytes: configuration.deletionBytes
        )
        let found = try await workers.run(work) { session in
            try session.run(DeletedCollections.finding)[0].all { row in
                CollectionReference(
                    tenant: row.tenant(0),
                    number: UInt32(truncatingIfNeeded: row.integer(1))
                )
            }
        }
        var hasMore = false
        for collection in found {
            let isFull = try await workers.run(work) { session in
                try session.transaction { try DeletedCollections.sweep(collection, session) }
            }
            if isFull { hasMore = true }
            currentObserver?.outboxFilled(WorkHint(tenant: collection.tenant))
        }
        let isFull = try await workers.run(work) { session in
            try session.transaction { try RetiredRows.forget(lifetimes, session) }
        }
        return hasMore || isFull
    }
}
