internal import DocketCore
internal import DocketRuntime
internal import DocketSystem
internal import DocketTelemetry
internal import Synchronization

/// The breaker in front of the index: while it is open, a search fails at once and says when to
/// come back.
final class SearchBreaker: Sendable {
    private let breaker: Mutex<CircuitBreaker>
    /// A caller who has less time than this learns nothing of the index when it passes.
    private let fairTime: Duration
    private let openings: Counter
    private let refusals: Counter
    private let logger: Logger
    let health = HealthRecord("searches", .up)

    init(
        _ configuration: CircuitBreaker.Configuration,
        _ registry: MetricsRegistry,
        _ logger: Logger
    ) {
        breaker = Mutex(CircuitBreaker(configuration))
        fairTime = configuration.slow
        self.logger = logger
        openings = registry.counter(
            "docket_search_breaker_openings_total",
            help: "Times that searches stopped asking the index"
        )
        refusals = registry.counter(
            "docket_search_breaker_refusals_total",
            help: "Searches that did not ask the index"
        )
    }

    /// What `ask` gives, or `unavailable` without asking.
    func run<Value: Sendable>(
        _ ask: () async throws(DocketError) -> Value
    ) async throws(DocketError) -> Value {
        let permit: CircuitBreaker.Permit
        let began = MonotonicTime.now()
        switch breaker.withLock({ $0.admit(at: began) }) {
        case .allowed(let allowed): permit = allowed
        case .refused(let wait):
            refusals.increment()
            throw DocketError(
                .unavailable,
                "searches cannot be answered now",
                retryAfter: wait,
                isNotProcessed: true
            )
        }
        do throws(DocketError) {
            let value = try await ask()
            ended(permit, .answered, nil)
            return value
        } catch {
            ended(permit, outcome(of: error, after: .now() - began), error)
            throw error
        }
    }

    /// A request that the index refuses was answered.
    private func outcome(
        of error: DocketError,
        after took: Duration
    ) -> CircuitBreaker.Outcome {
        switch error.code {
        case .cancelled: .abandoned
        case .deadlineExceeded where took < fairTime: .abandoned
        case .unavailable, .deadlineExceeded, .internalError, .unknown: .failed
        default: .answered
        }
    }

    private func ended(
        _ permit: CircuitBreaker.Permit,
        _ outcome: CircuitBreaker.Outcome,
        _ error: DocketError?
    ) {
        switch breaker.withLock({ $0.ended(permit, outcome, at: MonotonicTime.now()) }) {
        case .opened, .reopened:
            openings.increment()
            health.set(.open, error: error?.withCause ?? "too slow")
            logger.warning(
                "searches no longer ask the index",
                ["cause": .string(error?.cause.text ?? error?.message ?? "too slow")]
            )
        case .closed:
            health.set(.up)
            logger.info("searches ask the index again")
        case nil: break
        }
    }
}
