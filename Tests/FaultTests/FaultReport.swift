internal import DocketClient

/// The table of a rehearsal, for people.
struct FaultReport: CustomStringConvertible {
    let fault: String
    let history: FaultHistory.State
    let found: Int

    var description: String {
        var lines = [fault]
        for phase in FaultHistory.Phase.allCases {
            lines.append("  \(phase)")
            for call in FaultHistory.Call.allCases { lines.append(line(call, phase)) }
        }
        let lost = history.standing.count - found
        lines.append("  acknowledged \(history.uploaded.count), deleted \(history.deleted.count)")
        lines.append("  standing \(history.standing.count), of these not found \(lost)")
        let degraded = history.untilDegraded.map { "\(seconds($0)) after its begin" } ?? "never"
        lines.append("  the first search from a cache that said so ended \(degraded)")
        let normal = seconds(history.untilNormal)
        lines.append(
            "  the last search that was not answered as usual ended \(normal) after the fault"
        )
        return lines.joined(separator: "\n")
    }

    private func line(_ call: FaultHistory.Call, _ phase: FaultHistory.Phase) -> String {
        let cells = history.latencies.filter { $0.key.call == call && $0.key.phase == phase }
        let parts = cells.sorted { $0.value.count > $1.value.count }.map { cell, latencies in
            let sorted = latencies.sorted()
            let median = seconds(sorted[sorted.count / 2])
            let high = seconds(sorted[sorted.count * 95 / 100])
            return "\(name(cell.outcome)) \(sorted.count) (P50 \(median), P95 \(high))"
        }
        return "    \("\(call)".padding(to: 10))"
            + (parts.isEmpty ? "none" : parts.joined(separator: "; "))
    }

    private func name(_ outcome: FaultHistory.Outcome) -> String {
        guard case .failed(let code, let message) = outcome else { return "\(outcome)" }
        return "\(code) \"\(message)\""
    }

    private func seconds(_ duration: Duration) -> String {
        let milliseconds =
            Double(duration.components.seconds) * 1e3
            + Double(duration.components.attoseconds) / 1e15
        return milliseconds < 1000
            ? "\((milliseconds * 10).rounded() / 10) ms"
            : "\((milliseconds / 100).rounded() / 10) s"
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
