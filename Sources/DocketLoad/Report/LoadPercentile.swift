internal import DocketTelemetry

/// A percentile that results name.
struct LoadPercentile: Sendable {
    let name: String
    let percent: Double

    static let all = [
        LoadPercentile(name: "P50", percent: 50), LoadPercentile(name: "P90", percent: 90),
        LoadPercentile(name: "P95", percent: 95), LoadPercentile(name: "P99", percent: 99),
        LoadPercentile(name: "P99.9", percent: 99.9), LoadPercentile(name: "max", percent: 100),
    ]

    /// In nanoseconds; 0 where there is nothing.
    func value(in histogram: LogLinearHistogram) -> UInt64 { histogram.percentile(percent) }
}

extension LoadResult {
    /// How long the run took; never zero.
    var seconds: Double { max(elapsed / .seconds(1), 1e-9) }

    /// Calls of a kind that succeeded, a second.
    func rate(of kind: CallKind) -> Double { Double(tally.calls(kind).latency.count) / seconds }
}
