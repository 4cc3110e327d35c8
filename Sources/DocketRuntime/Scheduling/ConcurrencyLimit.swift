package import DocketSystem

/// How many calls a peer gets at once, found by the times that it takes for them.
///
/// What a peer takes when it has little to do is its base. Where calls take longer than that, some
/// of them only wait inside of it, and the limit falls; otherwise it rises by its root. The base is
/// of calls that began beside few others; where a minute had no such calls, the limit is at its
/// minimum until there were enough of them. After the adaptive concurrency filter of Envoy, whose
/// parameters these are; time comes from the caller.
package struct ConcurrencyLimit: Sendable {
    package struct Configuration: Sendable {
        /// Before anything is known.
        package var initial = 8
        /// Beside so many calls, itself among them, one takes as long as alone.
        package var minimum = 3
        package var maximum = 64
        /// Calls that a new limit, or a new base, is made of.
        package var samples = 50
        /// Calls may take longer than the base by this much, in percent, before the limit falls.
        package var buffer = 25
        /// The base is found anew after this time.
        package var baseLifetime = Duration.seconds(60)

        package init() {}
    }

    private enum Phase {
        /// The most calls at once since the last change, and the times of those that ended.
        case adjusting(peak: Int, [Duration])
        /// The base is being found; the limit before that.
        case measuring(before: Int)
    }

    private let configuration: Configuration
    private var phase = Phase.adjusting(peak: 0, [])
    private var base: (time: Duration, since: MonotonicTime)?
    /// Times of calls beside few others, for the next base.
    private var calm: [Duration] = []
    /// Calls that may be under way at once.
    package private(set) var limit: Int
    /// What the last calls took, in the median; nil before there were enough of them.
    package private(set) var time: Duration?

    package init(_ configuration: Configuration = Configuration()) {
        self.configuration = configuration
        limit = min(configuration.initial, configuration.maximum)
    }

    /// A call has ended at `now` that took `time` and began as one of `count` calls.
    package mutating func ended(after time: Duration, beside count: Int, at now: MonotonicTime) {
        if count <= configuration.minimum { noteCalm(time, at: now) }
        guard case .adjusting(let peak, var times) = phase else { return }
        times.append(time)
        phase = .adjusting(peak: max(peak, count), times)
        guard times.count >= configuration.samples else { return }
        phase = .adjusting(peak: 0, [])
        let median = Self.median(of: times)
        self.time = median
        // Who does not use half of it learns nothing about more.
        guard 2 * max(peak, count) >= limit else { return }
        guard let base, now < base.since + configuration.baseLifetime else {
            phase = .measuring(before: limit)
            calm = []
            limit = min(limit, configuration.minimum)
            return
        }
        adjust(base.time, median)
    }

    private mutating func noteCalm(_ time: Duration, at now: MonotonicTime) {
        calm.append(time)
        guard calm.count >= configuration.samples else { return }
        base = (Self.median(of: calm), now)
        calm = []
        guard case .measuring(let before) = phase else { return }
        limit = before
        phase = .adjusting(peak: 0, [])
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
