internal import DocketTelemetry
internal import Testing

/// The text format of Prometheus, read back.
private struct Exposition {
    var types: [String: String] = [:]
    var helps: [String: String] = [:]
    var samples: [String: Double] = [:]
    var order: [String] = []

    init(_ text: String) {
        #expect(text.isEmpty || text.hasSuffix("\n"))
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ", maxSplits: 3).map(String.init)
            if words[0] == "#" {
                if words[1] == "TYPE" {
                    types[words[2]] = words[3]
                } else {
                    helps[words[2]] = words[3]
                }
                continue
            }
            guard let space = line.lastIndex(of: " ") else { continue }
            let name = String(line[..<space])
            #expect(samples[name] == nil, "\(name) is there twice")
            samples[name] = Double(line[line.index(after: space)...])
            order.append(name)
        }
    }
}

@Suite("Metrics", .timeLimit(.minutes(5)))
struct MetricsTests {
    private let registry = MetricsRegistry()

    private var exposition: Exposition { Exposition(registry.text()) }

    @Test("shows counters and gauges with their types")
    func simple() {
        registry.counter("docket_calls_total", help: "Calls.").add(41)
        registry.counter("docket_calls_total", help: "Calls.").increment()
        let gauge = registry.gauge("docket_connections", help: "Connections.")
        gauge.set(5)
        gauge.add(-7)
        registry.observeCounter("docket_hits_total", help: "Hits.") { 9 }
        registry.observeGauge("docket_age_seconds", help: "Age.") { 0.25 }
        let shown = exposition
        #expect(shown.samples["docket_calls_total"] == 42)
        #expect(shown.samples["docket_connections"] == -2)
        #expect(shown.samples["docket_hits_total"] == 9)
        #expect(shown.samples["docket_age_seconds"] == 0.25)
        #expect(shown.types["docket_calls_total"] == "counter")
        #expect(shown.types["docket_hits_total"] == "counter")
        #expect(shown.types["docket_age_seconds"] == "gauge")
        #expect(shown.helps["docket_calls_total"] == "Calls.")
        #expect(registry.names == registry.names.sorted())
        #expect(shown.order == shown.order.sorted())
    }

    @Test("tells series apart by labels, whose values are escaped")
    func labels() {
        registry.counter("docket_x_total", help: "a\\b", labels: [("method", "search")]).add(1)
        registry.counter("docket_x_total", help: "a\\b", labels: [("method", "a\"b\\c\nd")]).add(2)
        let shown = exposition
        #expect(shown.samples[#"docket_x_total{method="search"}"#] == 1)
        #expect(shown.samples[#"docket_x_total{method="a\"b\\c\nd"}"#] == 2)
        #expect(shown.helps["docket_x_total"] == #"a\\b"#)
        #expect(shown.samples.count == 2)
    }

    @Test("shows a histogram in seconds, with buckets that only grow")
    func histogram() {
        let histogram = registry.histogram(
            "docket_took_seconds",
            help: "Took.",
            labels: [("method", "get")]
        )
        let values: [UInt64] = [0, 1, 1024, 1025, 1_000_000, 1_000_000_000, 200_000_000_000]
        for value in values { histogram.record(value) }
        let shown = exposition
        let buckets = shown.order.filter { $0.contains("_bucket") }
        var last = 0.0
        for name in buckets {
            let count = shown.samples[name] ?? -1
            #expect(count >= last)
            last = count
            let bound = name.split(separator: "le=\"").last.map { $0.dropLast(2) } ?? ""
            let seconds = Double(bound.replacing("+Inf", with: "inf")) ?? -1
            #expect(count == Double(values.filter { Double($0) * 1e-9 <= seconds }.count))
        }
        #expect(buckets.last == #"docket_took_seconds_bucket{method="get",le="+Inf"}"#)
        #expect(shown.samples[#"docket_took_seconds_count{method="get"}"#] == 7)
        let sum = shown.samples[#"docket_took_seconds_sum{method="get"}"#] ?? 0
        #expect(abs(sum - 201.001002) < 1e-5)
        #expect(shown.types["docket_took_seconds"] == "histogram")
    }

    @Test("shows a histogram of sizes as they are")
    func counts() {
        let histogram = registry.histogram("docket_group_size", help: "Group.", unit: .count)
        for value: UInt64 in [1, 2, 3, 100] { histogram.record(value) }
        let shown = exposition
        #expect(shown.samples[#"docket_group_size_bucket{le="1.0"}"#] == 1)
        #expect(shown.samples[#"docket_group_size_bucket{le="4.0"}"#] == 3)
        #expect(shown.samples[#"docket_group_size_bucket{le="128.0"}"#] == 4)
        #expect(shown.samples["docket_group_size_sum"] == 106)
    }

    @Test("takes the longest and negative durations")
    func durations() {
        let histogram = Histogram(.nanoseconds)
        histogram.record(.seconds(-1))
        histogram.record(.seconds(Int64.max))
        histogram.record(.milliseconds(1))
        histogram.record(UInt64.max)
        #expect(histogram.count == 4)
    }

    @Test("counts what several threads count")
    func threads() async {
        let counter = registry.counter("docket_calls_total", help: "Calls.")
        let histogram = registry.histogram("docket_took_seconds", help: "Took.")
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for value in 0..<10_000 {
                        counter.increment()
                        histogram.record(UInt64(value))
                    }
                }
            }
        }
        #expect(counter.value == 80_000)
        #expect(histogram.count == 80_000)
        #expect(histogram.sum == 8 * 49_995_000)
    }
}
