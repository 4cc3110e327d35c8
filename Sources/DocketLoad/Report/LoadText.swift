internal import DocketClient
internal import DocketCommands
internal import DocketCore
internal import DocketTelemetry

/// A result as people read it.
struct LoadText {
    let result: LoadResult

    var text: String {
        var lines = [heading + "\n", table.text()]
        lines += CallKind.allCases.compactMap(failures).map { $0 + "\n" }
        for line in [sources, documents, harness] where !line.isEmpty { lines.append(line + "\n") }
        lines += LoadVerdict.warnings(result).map { "warning: \($0)\n" }
        return lines.joined()
    }

    private var heading: String {
        let mix = "searches:uploads \(result.mix.searches):\(result.mix.uploads)"
        let time = NumberText.duration(result.elapsed)
        switch result.pace {
        case .open(let rate, _):
            return "open loop: \(Self.rate(rate)) calls/s offered, all ended after \(time), "
                + "\(mix); latency from the time a call was meant for"
        case .closed(let callers):
            return "closed loop: \(callers) callers, each with its next call after its last, "
                + "for \(time), \(mix); good for the peak rate, not for latency"
        }
    }

    private var table: TextTable {
        let columns = LoadPercentile.all.map {
            (name: $0.name, alignment: TextTable.Alignment.right)
        }
        var table = TextTable(
            [("", .left), ("calls", .right), ("failed", .right), ("done/s", .right)] + columns
        )
        for kind in CallKind.allCases {
            let calls = result.tally.calls(kind)
            guard calls.count > 0 else { continue }
            table.add(row(kind.rawValue, calls, calls.latency, rate: result.rate(of: kind)))
            guard calls.failedCount > 0 else { continue }
            table.add(row("  failed", nil, calls.failedLatency, rate: nil))
        }
        return table
    }

    private func row(
        _ name: String,
        _ calls: LoadTally.Calls?,
        _ latency: LogLinearHistogram,
        rate: Double?
    ) -> [String] {
        let counts = calls.map { [$0.count, $0.failedCount].map(NumberText.grouped) } ?? ["", ""]
        return [name] + counts + [rate.map(Self.rate) ?? ""]
            + LoadPercentile.all.map { latency.count > 0 ? Self.time($0.value(in: latency)) : "-" }
    }

    private func failures(_ kind: CallKind) -> String? {
        let failures = result.tally.calls(kind).failures
        guard !failures.isEmpty else { return nil }
        let counts = failures.sorted { $0.key.rawValue < $1.key.rawValue }
            .map { "\($0.key) \(NumberText.grouped($0.value))" }
        return "\(kind.rawValue) failures: " + counts.joined(separator: ", ")
    }

    private var sources: String {
        let sources = result.tally.searches.sources
        let total = sources.values.reduce(0, +)
        guard total > 0 else { return "" }
        let shares = [AnswerSource.l1, .l2, .engine, .none].compactMap { source in
            sources[source].map { "\(source.name) \(Self.percent(Double($0) / Double(total)))" }
        }
        return "answered from: " + shares.joined(separator: ", ")
    }

    private var documents: String {
        let uploads = result.tally.uploads
        guard uploads.count > 0 else { return "" }
        let rate = Double(uploads.documentsAccepted) / result.seconds
        return "documents: \(NumberText.grouped(uploads.documentsAccepted)) accepted "
            + "(\(Self.rate(rate))/s), \(NumberText.grouped(uploads.documentsRejected)) rejected"
    }

    private var harness: String {
        let lateness = result.tally.lateness
        guard lateness.count > 0 else { return "harness: no call has ended" }
        let processor = result.processorTime / .microseconds(1) / Double(lateness.count)
        let cost = "\(NumberText.fixed(processor, digits: 1)) µs of processor a call"
        guard case .open = result.pace else { return "harness: \(cost)" }
        return "harness: \(Self.percent(LoadVerdict.lateShare(result))) of calls began more than "
            + "1 ms late, P99 \(Self.time(lateness.percentile(99))), worst "
            + "\(Self.time(lateness.maximum)); "
            + "\(NumberText.grouped(result.notOffered)) not offered; \(cost)"
    }

    private static func time(_ nanoseconds: UInt64) -> String {
        NumberText.duration(.nanoseconds(Int64(clamping: nanoseconds)))
    }

    private static func rate(_ rate: Double) -> String {
        rate < 100 ? NumberText.fixed(rate, digits: 1) : NumberText.grouped(Int(rate.rounded()))
    }

    private static func percent(_ share: Double) -> String {
        NumberText.fixed(share * 100, digits: 2) + " %"
    }
}
