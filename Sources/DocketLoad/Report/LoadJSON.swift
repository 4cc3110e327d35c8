internal import DocketClient
internal import DocketCore
internal import DocketJSON
internal import DocketTelemetry

/// A result as programs read it: times in microseconds, shares from 0 to 1.
enum LoadJSON {
    static func text(_ result: LoadResult) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            write(result.pace, to: &writer)
            writer.member("mix", "\(result.mix.searches):\(result.mix.uploads)")
            writer.member("seconds", result.seconds)
            for kind in CallKind.allCases where result.tally.calls(kind).count > 0 {
                writer.member(kind.rawValue) { write(kind, of: result, to: &$0) }
            }
            writer.member("harness") { writeHarness(of: result, to: &$0) }
            writer.member("warnings") { writer in
                writer.array { for text in LoadVerdict.warnings(result) { $0.value(text) } }
            }
        }
        return writer.text
    }

    private static func write(_ pace: LoadPace, to writer: inout JSONWriter) {
        switch pace {
        case .open(let rate, let inFlightMaximum):
            writer.member("loop", "open")
            writer.member("offered_per_second", rate)
            writer.member("in_flight_maximum", inFlightMaximum)
        case .closed(let callers):
            writer.member("loop", "closed")
            writer.member("callers", callers)
        }
    }

    private static func write(
        _ kind: CallKind,
        of result: LoadResult,
        to writer: inout JSONWriter
    ) {
        let calls = result.tally.calls(kind)
        writer.object { writer in
            writer.member("calls", calls.count)
            writer.member("failed", calls.failedCount)
            writer.member("done_per_second", result.rate(of: kind))
            writer.member("latency_us") { write(calls.latency, to: &$0) }
            writer.member("failed_latency_us") { write(calls.failedLatency, to: &$0) }
            writer.member("failures") { writer in
                writer.object { writer in
                    for (code, count) in calls.failures.sorted(by: {
                        $0.key.rawValue < $1.key.rawValue
                    }) {
                        writer.member("\(code)", count)
                    }
                }
            }
            if kind == .search { writeSources(calls.sources, to: &writer) }
            guard kind == .upload else { return }
            writer.member("documents_accepted", calls.documentsAccepted)
            writer.member("documents_rejected", calls.documentsRejected)
        }
    }

    private static func writeSources(
        _ sources: [AnswerSource: Int],
        to writer: inout JSONWriter
    ) {
        writer.member("answered_from") { writer in
            writer.object { writer in
                for source in [AnswerSource.l1, .l2, .engine, .none] {
                    writer.member(source.name, sources[source] ?? 0)
                }
            }
        }
    }

    private static func writeHarness(of result: LoadResult, to writer: inout JSONWriter) {
        let lateness = result.tally.lateness
        writer.object { writer in
            if case .open = result.pace {
                writer.member("not_offered", result.notOffered)
                writer.member("late_share", LoadVerdict.lateShare(result))
                writer.member("lateness_us") { write(lateness, to: &$0) }
            }
            let processor = result.processorTime / .microseconds(1)
            writer.member("processor_us_per_call", processor / Double(max(1, lateness.count)))
        }
    }

    /// The percentiles; null where there is nothing.
    private static func write(_ histogram: LogLinearHistogram, to writer: inout JSONWriter) {
        guard histogram.count > 0 else { return writer.null() }
        writer.object { writer in
            for percentile in LoadPercentile.all {
                let name = percentile.name.lowercased()
                writer.member(name, Double(percentile.value(in: histogram)) / 1000)
            }
            writer.member("mean", histogram.mean / 1000)
        }
    }
}
