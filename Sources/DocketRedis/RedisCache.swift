package import DocketCore
internal import DocketRuntime
package import DocketSystem
package import DocketTelemetry
internal import Synchronization

/// The cache that servers share, in Redis: one thread with one connection for all lookups.
///
/// While Redis is away or slow everything is a miss at once, and nothing else depends on it.
package final class RedisCache: SharedReplyCache, Service {
    package let name = "shared cache"
    private let thread: RedisThread
    private let events: RedisEvents
    private let callLimit: Duration
    private let breaker: Mutex<CircuitBreaker>

    /// A cache that connects once it is started, and again whenever it has to.
    ///
    /// - Throws: ``DocketError`` `resourceExhausted` without a descriptor.
    package init(
        _ configuration: RedisConfiguration,
        registry: MetricsRegistry,
        logger: Logger
    ) throws(DocketError) {
        events = RedisEvents("\(configuration.host):\(configuration.port)", registry, logger)
        thread = try RedisThread(configuration, events)
        callLimit = configuration.callLimit
        breaker = Mutex(CircuitBreaker(Self.breaker(configuration)))
        registry.observeGauge(
            "docket_shared_cache_state",
            help:
                "2 while searches ask the shared cache, 1 while it is too slow, 0 while it is away"
        ) { [weak self] in Double(self?.state ?? 0) }
    }

    private static func breaker(
        _ redis: RedisConfiguration
    ) -> CircuitBreaker.Configuration {
        var configuration = CircuitBreaker.Configuration()
        configuration.slow = redis.callLimit
        configuration.openBase = .milliseconds(500)
        configuration.openCap = .seconds(5)
        configuration.trialsAtOnce = 1
        configuration.trialsToClose = 3
        return configuration
    }

    private var state: Int {
        guard thread.isOpen else { return 0 }
        return breaker.withLock { $0.isClosed } ? 2 : 1
    }

    /// Returns before Redis has answered: nothing needs it.
    package func start() async throws { try thread.start() }

    package func stop(by deadline: MonotonicTime) async { close() }

    /// Ends the thread, if there is one.
    package func close() { thread.close() }

    /// Whether searches ask it.
    package var health: HealthRecord { events.health }

    // MARK: SharedReplyCache

    package func lookup(_ keys: [SharedReplyKey], work: WorkLimit) async -> [SharedReply?] {
        let missing = [SharedReply?](repeating: nil, count: keys.count)
        let asked = MonotonicTime.now()
        guard !keys.isEmpty, !work.hasEnded(at: asked.nanoseconds), thread.isOpen,
            case .allowed(let permit) = breaker.withLock({ $0.admit(at: asked) })
        else { return missing }
        let limit = asked + callLimit
        let deadline = min(limit, MonotonicTime(nanoseconds: work.deadlineNanoseconds))
        let answer = await thread.lookup(keys, by: deadline)
        switch answer {
        case .values(let replies):
            ended(permit, .answered)
            return replies
        case .late:
            events.late()
            ended(permit, deadline == limit ? .failed : .abandoned)
        case .refused: ended(permit, .failed)
        case .away, .full: ended(permit, .abandoned)
        }
        return missing
    }

    package func store(_ reply: SharedReply, under key: SharedReplyKey) {
        guard thread.isOpen, breaker.withLock({ $0.isClosed }) else { return }
        if !thread.store(RedisPipeline.Entry(key: key, reply: reply)) { events.dropped() }
    }

    private func ended(_ permit: CircuitBreaker.Permit, _ outcome: CircuitBreaker.Outcome) {
        switch breaker.withLock({ $0.ended(permit, outcome, at: MonotonicTime.now()) }) {
        case .opened: events.breakerOpened()
        case .closed: events.breakerClosed()
        case .reopened, nil: break
        }
    }
}
