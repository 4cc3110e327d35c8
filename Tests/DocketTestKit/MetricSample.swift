/// One sample of the text that Prometheus reads.
package struct MetricSample: Sendable {
    package let name: String
    package let labels: [String: String]
    package let value: Double

    /// nil for what is no sample, as a comment.
    package init?(_ line: some StringProtocol) {
        let text = String(line)
        guard let match = text.wholeMatch(of: /([a-z_0-9]+)(?:\{(.*)\})? ([0-9.e+InfNa-]+)/),
            let value = Double(match.3)
        else { return nil }
        name = String(match.1)
        self.value = value
        var labels: [String: String] = [:]
        for label in (match.2 ?? "").matches(of: /([a-z_]+)="([^"]*)"/) {
            labels[String(label.1)] = String(label.2)
        }
        self.labels = labels
    }
}

extension TestServer {
    /// All samples of `/metrics`, as they are now.
    package func metrics() throws -> [MetricSample] {
        try get("/metrics").split(separator: "\n").compactMap { MetricSample($0) }
    }
}
