internal import DocketCore
internal import DocketMessages
package import DocketTelemetry
internal import DocketWire

/// What is counted of calls: by method and by tenant class, never by tenant or query.
package final class CallMetrics: Sendable {
    private struct Series: Sendable {
        let answered: Counter
        let failed: Counter
        let seconds: Histogram
    }

    private let series: [UInt16: Series]
    private let search: Series?
    private let unknown: Counter

    package init(_ registry: MetricsRegistry) {
        var series: [UInt16: Series] = [:]
        for method in DocketMethod.allCases {
            let labels: [MetricsRegistry.Label] = [
                ("method", method.name),
                ("class", method.needsAdministration ? "admin" : "tenant"),
            ]
            series[method.rawValue] = Series(
                answered: registry.counter(
                    "docket_calls_total",
                    help: "Calls that ended, by method and outcome",
                    labels: labels + [("outcome", "ok")]
                ),
                failed: registry.counter(
                    "docket_calls_total",
                    help: "Calls that ended, by method and outcome",
                    labels: labels + [("outcome", "error")]
                ),
                seconds: registry.histogram(
                    "docket_call_seconds",
                    help: "Time from a call's arrival to its end",
                    labels: labels
                )
            )
        }
        self.series = series
        search = series[DocketMethod.search.rawValue]
        unknown = registry.counter(
            "docket_unknown_calls_total",
            help: "Calls of methods that do not exist"
        )
    }

    /// So many searches were answered in the turn that read them, which took `nanoseconds`.
    func answeredSearches(_ count: Int, nanoseconds: UInt64) {
        search?.answered.add(count)
        search?.seconds.record(nanoseconds, count: UInt64(count))
    }

    func ended(
        _ method: UInt16,
        isAdministration: Bool,
        _ status: StatusCode,
        took: Duration
    ) {
        guard let series = series[method] else { return unknown.increment() }
        if status == .ok { series.answered.increment() } else { series.failed.increment() }
        series.seconds.record(took)
    }
}
