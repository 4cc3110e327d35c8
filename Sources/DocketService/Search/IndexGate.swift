internal import DocketCore
internal import DocketRuntime
internal import DocketSystem
internal import DocketTelemetry

/// The way of searches to the index: as many at once as it can use, of tenants in turns, and none
/// while it does not answer.
final class IndexGate: Sendable {
    /// A search that had less time than this tells nothing of the index when it is over.
    private static let tellingTime = Duration.seconds(1)

    private let gate: FairGate
    private let breaker: SearchBreaker
    private let refusals: Counter

    /// At most so many searches at once, whatever the index could use.
    init(
        atMost concurrency: Int,
        breaker: CircuitBreaker.Configuration,
        _ registry: MetricsRegistry,
        _ logger: Logger
    ) {
        var configuration = ConcurrencyLimit.Configuration()
        configuration.maximum = concurrency
        gate = FairGate(configuration)
        self.breaker = SearchBreaker(breaker, registry, logger)
        refusals = registry.counter(
            "docket_search_gate_refusals_total",
            help: "Searches of tenants of which too many waited"
        )
    }

    /// Whether searches ask the index.
    var health: HealthRecord { breaker.health }

    /// Searches that the index gets at once, and those that wait for a place.
    var places: (limit: Int, waiting: Int) { (gate.limit, gate.waiting) }

    /// What `ask` gives, in the tenant's turn.
    ///
    /// - Throws: `resourceExhausted` when the tenant's searches wait too long, `unavailable` while
    ///   the index does not answer; both without asking.
    func run<Value: Sendable>(
        for tenant: TenantID,
        _ workClass: WorkClass,
        _ work: WorkLimit,
        _ ask: () async throws(DocketError) -> Value
    ) async throws(DocketError) -> Value {
        let place = try await enter(tenant, workClass, work)
        let began = MonotonicTime.now()
        do throws(DocketError) {
            let value = try await breaker.run(ask)
            gate.leave(place, isTelling: true)
            return value
        } catch {
            let isLate = error.code == .deadlineExceeded
            gate.leave(place, isTelling: isLate && .now() - began >= Self.tellingTime)
            throw error
        }
    }

    private func enter(
        _ tenant: TenantID,
        _ workClass: WorkClass,
        _ work: WorkLimit
    ) async throws(DocketError) -> FairGate.Place {
        defer { work.onStop(nil) }
        do throws(FairThreadsRefusal) {
            return try await gate.enter(tenant.number, workClass) { work.onStop($0) }
        } catch {
            switch error {
            case .tooMuchWaits(let retryAfter):
                refusals.increment()
                throw DocketError(
                    .resourceExhausted,
                    "too many searches of the tenant wait for the index",
                    retryAfter: retryAfter,
                    isNotProcessed: true
                )
            case .withdrawn:
                var ending =
                    work.ending(at: MonotonicTime.now().nanoseconds)
                    ?? DocketError(.cancelled, "the work was stopped")
                ending.isNotProcessed = true
                throw ending
            case .ended:
                throw DocketError(.unavailable, "the server stops", isNotProcessed: true)
            }
        }
    }

    /// Refuses what waits, and all that comes.
    func close() { gate.close() }
}
