internal import Synchronization

/// All metrics of the process, by name and labels; writes the text that Prometheus reads.
///
/// Everything is registered at start, with labels that the code fixes: nothing that a caller
/// sends becomes a label, so the number of series is bounded. Registering twice gives the same
/// instrument.
package final class MetricsRegistry: Sendable {
    /// A label: its name and its value.
    package typealias Label = (name: StaticString, value: String)

    private enum Instrument {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(Histogram)
        case observedCounter(@Sendable () -> UInt64)
        case observedGauge(@Sendable () -> Double)

        var type: String {
            switch self {
            case .counter, .observedCounter: "counter"
            case .gauge, .observedGauge: "gauge"
            case .histogram: "histogram"
            }
        }
    }

    private struct Family {
        let help: String
        let type: String
        var series: [(labels: String, instrument: Instrument)] = []
    }

    /// Series of one name: some 60 methods with each status code.
    package static let seriesMaximum = 1024

    private let families = Mutex<[String: Family]>([:])

    package init() {}

    /// A counter; its name ends in `_total`.
    package func counter(
        _ name: StaticString,
        help: StaticString,
        labels: [Label] = []
    ) -> Counter {
        let made = register(name, help, labels) { .counter(Counter()) }
        guard case .counter(let counter) = made else { return Counter() }
        return counter
    }

    package func gauge(_ name: StaticString, help: StaticString, labels: [Label] = []) -> Gauge {
        let made = register(name, help, labels) { .gauge(Gauge()) }
        guard case .gauge(let gauge) = made else { return Gauge() }
        return gauge
    }

    /// A histogram; one of nanoseconds is shown in seconds, and its name ends in `_seconds`.
    package func histogram(
        _ name: StaticString,
        help: StaticString,
        unit: Histogram.Unit = .nanoseconds,
        labels: [Label] = []
    ) -> Histogram {
        let made = register(name, help, labels) { .histogram(Histogram(unit)) }
        guard case .histogram(let histogram) = made else { return Histogram(unit) }
        return histogram
    }

    /// A counter that is kept elsewhere and read when the metrics are.
    package func observeCounter(
        _ name: StaticString,
        help: StaticString,
        labels: [Label] = [],
        _ value: @escaping @Sendable () -> UInt64
    ) {
        _ = register(name, help, labels) { .observedCounter(value) }
    }

    /// A gauge that is kept elsewhere and read when the metrics are.
    package func observeGauge(
        _ name: StaticString,
        help: StaticString,
        labels: [Label] = [],
        _ value: @escaping @Sendable () -> Double
    ) {
        _ = register(name, help, labels) { .observedGauge(value) }
    }

    /// The names of all metrics, sorted.
    package var names: [String] { families.withLock { $0.keys.sorted() } }

    private func register(
        _ name: StaticString,
        _ help: StaticString,
        _ labels: [Label],
        _ make: () -> Instrument
    ) -> Instrument {
        let text = Self.text(of: labels)
        let name = name.description
        return families.withLock { families in
            let made = make()
            var family = families[name] ?? Family(help: help.description, type: made.type)
            precondition(family.type == made.type, "\(name) is registered as a \(family.type)")
            if let known = family.series.first(where: { $0.labels == text }) {
                return known.instrument
            }
            precondition(family.series.count < Self.seriesMaximum, "\(name) has too many series")
            family.series.append((text, made))
            families[name] = family
            return made
        }
    }
}

extension MetricsRegistry {
    /// All metrics in the text format of Prometheus, version 0.0.4, sorted by name.
    package func text() -> String {
        // Copied first: an observed value may take locks of its own.
        let families = families.withLock { $0 }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text += "# HELP \(name) \(Self.escape(family.help, quotes: false))\n"
            text += "# TYPE \(name) \(family.type)\n"
            for (labels, instrument) in family.series {
                Self.append(instrument, name, labels, to: &text)
            }
        }
        return text
    }

    private static func append(
        _ instrument: Instrument,
        _ name: String,
        _ labels: String,
        to text: inout String
    ) {
        let braces = labels.isEmpty ? "" : "{\(labels)}"
        switch instrument {
        case .counter(let counter): text += "\(name)\(braces) \(counter.value)\n"
        case .gauge(let gauge): text += "\(name)\(braces) \(gauge.value)\n"
        case .observedCounter(let value): text += "\(name)\(braces) \(value())\n"
        case .observedGauge(let value): text += "\(name)\(braces) \(number(value()))\n"
        case .histogram(let histogram):
            let snapshot = histogram.snapshot()
            let before = labels.isEmpty ? "" : labels + ","
            for (bound, count) in snapshot.buckets {
                text += "\(name)_bucket{\(before)le=\"\(number(bound))\"} \(count)\n"
            }
            text += "\(name)_bucket{\(before)le=\"+Inf\"} \(snapshot.count)\n"
            text += "\(name)_sum\(braces) \(number(snapshot.sum))\n"
            text += "\(name)_count\(braces) \(snapshot.count)\n"
        }
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return "\(value)"
    }

    private static func text(of labels: [Label]) -> String {
        labels.map { "\($0.name)=\"\(escape($0.value, quotes: true))\"" }.joined(separator: ",")
    }

    /// The format's escapes: line feed and backslash, and in label values the quotation mark.
    private static func escape(_ text: String, quotes: Bool) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": escaped += "\\\\"
            case "\n": escaped += "\\n"
            case "\"" where quotes: escaped += "\\\""
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
