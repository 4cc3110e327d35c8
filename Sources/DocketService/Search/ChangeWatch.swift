package import DocketCore
internal import DocketRuntime
package import DocketSystem
package import DocketTelemetry
internal import Synchronization

/// Asks the truth a few times a second what other servers have changed, and ends here what must no
/// longer be seen: cached replies, removed documents in totals, keys.
///
/// While no answer comes, nothing is confirmed: a second after the last one, cached replies are
/// only given as degraded. One question is asked at a time.
package final class ChangeWatch: Service {
    package let name = "changes"
    private let feed: any ChangeFeed
    private let collections: CollectionRegistry
    private let removals: KnownRemovals
    private let authenticator: Authenticator
    private let interval: Duration
    private let limit: Duration
    private let answers: Counter
    private let failures: Counter
    private let logger: Logger
    /// What the last answer said; only the one question under way looks.
    private let mark = Mutex<ChangeMark?>(nil)

    /// A watch that asks `interval` after each answer, and waits for it for `limit` at most.
    package init(
        _ feed: any ChangeFeed,
        collections: CollectionRegistry,
        removals: KnownRemovals,
        authenticator: Authenticator,
        interval: Duration = .milliseconds(250),
        limit: Duration = .seconds(1),
        registry: MetricsRegistry,
        logger: Logger
    ) {
        self.feed = feed
        self.collections = collections
        self.removals = removals
        self.authenticator = authenticator
        self.interval = interval
        self.limit = limit
        self.logger = logger
        answers = registry.counter(
            "docket_change_answers_total",
            help: "Answers of the truth to what has changed"
        )
        failures = registry.counter(
            "docket_change_failures_total",
            help: "Times that the truth could not say what has changed"
        )
    }

    /// Asks for what holds now: nothing is served before it is known.
    package func start() async throws { try await ask() }

    package func run() async throws {
        var isAnswered = true
        while !Task.isCancelled {
            try await Task.sleep(for: interval)
            do throws(DocketError) {
                try await ask()
                if !isAnswered { logger.info("the truth says again what has changed") }
                isAnswered = true
            } catch {
                guard !Task.isCancelled else { return }
                failures.increment()
                if isAnswered { report(error) }
                isAnswered = false
            }
        }
    }

    package func stop(by deadline: MonotonicTime) async {}

    private func report(_ error: DocketError) {
        logger.warning(
            "the truth does not say what has changed, cached replies are only given as degraded",
            [
                "code": .string("\(error.code)"),
                "cause": .string(error.cause.text ?? error.message),
            ]
        )
    }

    private func ask() async throws(DocketError) {
        let asked = MonotonicTime.now()
        let question = removals.ask()
        let known = mark.withLock { $0 }
        let changes = try await WorkLimit.within(limit) { work throws(DocketError) in
            try await feed.changes(since: known, work: work)
        }
        take(changes, question)
        mark.withLock { $0 = changes.mark }
        collections.confirm(at: asked.nanoseconds)
        answers.increment()
    }

    private func take(_ changes: ChangeSet, _ question: KnownRemovals.Question) {
        for key in changes.revokedKeys { authenticator.revoke(key) }
        for tenant in changes.deletedTenants {
            authenticator.revokeAll(of: tenant)
            collections.tenantDeleted(tenant)
        }
        // Before the generations: a search that begins at the new ones knows what is removed.
        removals.answered(question, changes.collections)
        for change in changes.collections {
            collections.generationsChanged(
                change.collection.tenant,
                change.collection.number,
                change.generations
            )
        }
        for gone in changes.deletedCollections {
            collections.collectionDeleted(gone.tenant, gone.number)
        }
    }
}
