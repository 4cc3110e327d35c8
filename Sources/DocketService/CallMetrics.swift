internal import DocketCore
internal import DocketMessages
package import DocketTelemetry
internal import DocketWire

/// What is counted of calls: by method and by tenant class, never by tenant or query.
package final class CallMetrics: Sendable {
    private struct Series: Sendable {
        /// By the number of the status code.
        let ended: [Counter]
        let seconds: Histogram
    }

    private let series: [UInt16: Series]
    private let search: Series?
    private let unknown: Counter
    private let degraded: Counter
    /// In the order of the classes.
    private let answers: [SearchAnswers]

    /// The names of the status codes as PROTOCOL.md has them, such as `NOT_FOUND`.
    private static let statuses = (UInt8(0)...16).map { number in
        String("\(DocketError.Code(rawValue: number))".map { $0 == " " ? "_" : $0 }).uppercased()
    }

    /// The number of a status code, that of UNKNOWN for one without a name.
    private static func number(of status: StatusCode) -> Int {
        let number = Int(status.rawValue)
        return number < statuses.count ? number : Int(StatusCode.unknown.rawValue)
    }

    /// The name of a status code, such as `NOT_FOUND`.
    static func name(of status: StatusCode) -> String { statuses[number(of: status)] }

    package init(_ registry: MetricsRegistry) {
        var series: [UInt16: Series] = [:]
        for method in DocketMethod.allCases {
            let labels: [MetricsRegistry.Label] = [
                ("method", method.name),
                ("class", method.needsAdministration ? "admin" : "tenant"),
            ]
            series[method.rawValue] = Series(
                ended: Self.statuses.map { status in
                    registry.counter(
                        "docket_calls_total",
                        help: "Calls that ended, by method and status code",
                        labels: labels + [("status", status)]
                    )
                },
                seconds: registry.histogram(
                    "docket_call_seconds",
                    help: "Time from a call's arrival to its end",
                    labels: labels
                )
            )
        }
        self.series = series
        answers = QuotaClass.allCases.map { SearchAnswers(registry, $0) }
        search = series[DocketMethod.search.rawValue]
        unknown = registry.counter(
            "docket_unknown_calls_total",
            help: "Calls of methods that do not exist"
        )
        degraded = registry.counter(
            "docket_degraded_answers_total",
            help: "Searches answered by old replies, since the engine could not be asked"
        )
    }

    /// So many searches were answered in the turn that read them, which took `nanoseconds`.
    func answeredSearches(_ count: Int, of quota: Quota, nanoseconds: UInt64) {
        answeredSearches(count, of: quota, from: .l1)
        search?.ended[0].add(count)
        search?.seconds.record(nanoseconds, count: UInt64(count))
    }

    func answeredSearches(_ count: Int, of quota: Quota, from source: ReplyOrigin.Source) {
        answers[QuotaClass(quota).rawValue].add(count, from: source)
    }

    /// A search was answered by an old reply, since the engine could not be asked.
    func answeredDegraded() { degraded.increment() }

    func ended(
        _ method: UInt16,
        isAdministration: Bool,
        _ status: StatusCode,
        took: Duration
    ) {
        guard let series = series[method] else { return unknown.increment() }
        series.ended[Self.number(of: status)].increment()
        series.seconds.record(took)
    }
}

/// The searches of one class of tenants, by where their answers came from.
private struct SearchAnswers: Sendable {
    private let l1: Counter
    private let l2: Counter
    private let engine: Counter

    init(_ registry: MetricsRegistry, _ quota: QuotaClass) {
        func counter(_ source: ReplyOrigin.Source) -> Counter {
            registry.counter(
                "docket_search_answers_total",
                help: "Searches that were answered, by the tenant's quota and from where",
                labels: [("quota", "\(quota)"), ("source", "\(source)")]
            )
        }
        l1 = counter(.l1)
        l2 = counter(.l2)
        engine = counter(.engine)
    }

    func add(_ count: Int, from source: ReplyOrigin.Source) {
        switch source {
        case .none: break
        case .l1: l1.add(count)
        case .l2: l2.add(count)
        case .engine: engine.add(count)
        }
    }
}
