internal import DocketTestKit
internal import Testing

/// The series that processes of docketd show, and whether expressions of Prometheus ask for others.
struct ExportedMetrics {
    /// Labels that Prometheus gives to all series of a process.
    private static let labelsOfTargets: Set<String> = ["job", "instance"]

    private var labels: [String: [[String: String]]] = [:]

    var names: Set<String> { Set(labels.keys) }

    mutating func add(_ samples: [MetricSample]) {
        for sample in samples { labels[sample.name, default: []].append(sample.labels) }
    }

    /// What an expression selects and nobody exports, in words.
    func unknown(in expression: String) -> [String] {
        let selectors = expression.matches(of: /\b(docket_[a-z0-9_]+)(?:\{([^}]*)\})?/)
        return selectors.flatMap { selector -> [String] in
            let name = String(selector.1)
            guard let series = labels[name] else { return ["\(name) is not exported"] }
            let matchers = (selector.2 ?? "").matches(of: /([a-z_]+)(=~|!=|!~|=)"([^"]*)"/)
            return matchers.flatMap { matcher -> [String] in
                let label = String(matcher.1)
                guard !Self.labelsOfTargets.contains(label) else { return [] }
                // Of a choice each has to be there.
                return matcher.3.split(separator: "|").compactMap { value in
                    let isThere = series.contains { $0[label] == String(value) }
                    return isThere ? nil : "\(name) has no \(label) \(value)"
                }
            }
        }
    }
}

extension ExportedMetrics {
    /// All that docketd exports: on the embedded store, and on all engines with both roles.
    static func ofAllStores() async throws -> ExportedMetrics {
        var exported = ExportedMetrics()
        let (embedded, onEngines) = (try TestFolder(), try TestFolder())
        let first = try await TestServer(embedded)
        exported.add(try first.metrics())
        try await #expect(first.stop().status == 0)
        var settings = try await settingsOfAllEngines(onEngines)
        settings["DOCKET_SNAPSHOT_REPOSITORY"] = "file:///snapshots"
        settings["DOCKET_SNAPSHOT_INTERVAL"] = "1d"
        let second = try await TestServer(onEngines, environment: settings)
        // The search engine has to say first which nodes it has.
        while !exported.names.contains("docket_cluster_disk_bytes") {
            try await Task.sleep(for: .milliseconds(50))
            exported.add(try second.metrics())
        }
        try await #expect(second.stop().status == 0)
        return exported
    }

    /// Settings of a server on an engine of each kind.
    static func settingsOfAllEngines(
        _ folder: TestFolder,
        on store: ServerStore = .engines
    ) async throws -> [String: String] {
        let redis = try await Engines.shared.redis()
        let cache = [
            "DOCKET_REDIS": "redis://\(redis.engine.host):\(redis.engine.port)",
            "DOCKET_REDIS_PASSWORD_FILE": try folder.write(redis.password, to: "redis-password"),
        ]
        let broker = try await Engines.shared.rabbitmq().settings(folder)
        return try await store.settings(folder)
            .merging(cache) { $1 }.merging(broker) { $1 }
    }
}
