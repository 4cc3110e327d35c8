/// How many calls a peer gets at once, found by the times that it takes for them.
///
/// What a peer takes for calls that begin beside few others is its base. Where calls take longer
/// than that, some of them only wait inside of it, and the limit falls; otherwise it rises by its
/// root. After the adaptive concurrency filter of Envoy, whose parameters these are, but for its
/// regular search for the base by few calls at once, which sheds what it has no need to. Time comes
/// from the caller.
package struct ConcurrencyLimit: Sendable {
    package struct Configuration: Sendable {
        /// Before anything is known, and at the least: so few are no load for any peer.
        package var minimum = 8
        package var maximum = 64
        /// Beside so many calls, itself among them, one takes as long as alone.
        package var calm = 3
        /// Calls that a new limit, or a new base, is made of.
        package var samples = 50
        /// Calls may take longer than the base by this much, in percent, before the limit falls.
        package var buffer = 25

        package init() {}
    }

    private let configuration: Configuration
    /// The most calls at once since the last change, and the times of those that ended.
    private var peak = 0
    private var times: [Duration] = []
    /// Times of calls beside few others, for the next base.
    private var calm: [Duration] = []
    private var base: Duration?
    /// Calls that may be under way at once.
    package private(set) var limit: Int
    /// What the last calls took, in the median; nil before there were enough of them.
    package private(set) var time: Duration?

    package init(_ configuration: Configuration = Configuration()) {
        self.configuration = configuration
        limit = min(configuration.minimum, configuration.maximum)
    }

    /// A call has ended that took `time` and began as one of `count` calls.
    package mutating func ended(after time: Duration, beside count: Int) {
        if count <= configuration.calm { noteCalm(time) }
        peak = max(peak, count)
        times.append(time)
        guard times.count >= configuration.samples else { return }
        let median = Self.median(of: times)
        // Until enough calls were calm, the first ones have to do.
        let base = self.base ?? median
        self.base = base
        // Who does not use half of it learns nothing about more.
        if 2 * peak >= limit { adjust(base, median) }
        self.time = median
        peak = 0
        times = []
    }

    private mutating func noteCalm(_ time: Duration) {
        calm.append(time)
        guard calm.count >= configuration.samples else { return }
        base = Self.median(of: calm)
        calm = []
    }

    private mutating func adjust(_ base: Duration, _ time: Duration) {
        let allowed = (base * (100 + configuration.buffer)) / 100
        let gradient = min(2, max(0.5, allowed / max(time, .nanoseconds(1))))
        let wanted = Double(limit) * gradient + Double(limit).squareRoot()
        limit = min(max(Int(wanted), configuration.minimum), configuration.maximum)
    }

    private static func median(of times: [Duration]) -> Duration {
        times.sorted()[times.count / 2]
    }
}
