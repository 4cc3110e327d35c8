internal import DocketTelemetry

/// What spoils a result, so that its numbers say little about the server.
enum LoadVerdict {
    /// From where on the harness itself is late, in nanoseconds.
    static let lateNanoseconds: UInt64 = 1_000_000
    /// The share of late calls that a result bears.
    static let lateShareMaximum = 0.01

    /// The share of calls that began late, 0 to 1.
    static func lateShare(_ result: LoadResult) -> Double {
        let lateness = result.tally.lateness
        guard lateness.count > 0 else { return 0 }
        return Double(lateness.countAbove(lateNanoseconds)) / Double(lateness.count)
    }

    /// One sentence for each thing that spoils the result.
    static func warnings(_ result: LoadResult) -> [String] {
        var warnings: [String] = []
        if case .open = result.pace, lateShare(result) > lateShareMaximum {
            warnings.append(
                "the harness itself was more than 1 ms late for over 1 % of its calls: "
                    + "this run is void, offer less or give it a processor of its own"
            )
        }
        if result.notOffered > 0 {
            warnings.append(
                "\(result.notOffered) calls were not offered, since as many as --in-flight "
                    + "allows were under way: latencies are too low"
            )
        }
        if result.isInterrupted { warnings.append("the run was interrupted") }
        return warnings
    }
}
