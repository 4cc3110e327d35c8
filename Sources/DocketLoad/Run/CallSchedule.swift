internal import DocketRuntime
internal import DocketSystem

/// Which call of an open loop is offered when, whatever becomes of the calls before it.
///
/// A value without a clock: the time goes in, the next step comes out. A call whose time has
/// passed is offered at once and keeps its time, from which its latency counts; so a server or a
/// harness that stalls cannot thin out the load that would have shown it.
struct CallSchedule: Sendable {
    enum Step: Equatable, Sendable {
        /// Call this number, which was meant for that time.
        case start(Int, at: MonotonicTime)
        /// Nothing is due before that time.
        case wait(until: MonotonicTime)
        /// All calls were offered.
        case end
    }

    /// Calls of the whole run.
    let callCount: Int
    /// Calls that were due while as many as allowed were in flight.
    private(set) var notOffered = 0
    private let start: MonotonicTime
    private let nanosecondsPerCall: Double
    private let inFlightMaximum: Int
    private var number = 0

    /// A schedule of `rate` calls a second, the first one at `start`.
    init(
        rate: Double,
        duration: Duration,
        inFlightMaximum: Int,
        start: MonotonicTime
    ) {
        callCount = max(1, Int((rate * (duration / .seconds(1))).rounded()))
        nanosecondsPerCall = 1e9 / rate
        self.inFlightMaximum = inFlightMaximum
        self.start = start
    }

    /// What is to be done at `now`, with so many calls in flight.
    mutating func next(at now: MonotonicTime, inFlight: Int) -> Step {
        while number < callCount {
            let time = time(of: number)
            guard time <= now else { return .wait(until: time) }
            defer { number += 1 }
            guard inFlight >= inFlightMaximum else { return .start(number, at: time) }
            notOffered += 1
        }
        return .end
    }

    private func time(of number: Int) -> MonotonicTime {
        // Counted from the start each time, so that no error of rounding adds up.
        start + .nanoseconds(Int64((Double(number) * nanosecondsPerCall).rounded()))
    }
}
