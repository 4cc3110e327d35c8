package import DocketCore
internal import DocketRuntime
package import DocketSystem
package import DocketTelemetry
internal import Synchronization

/// Asks the cluster of the index how it is, now and then, and shows that as metrics.
package final class ClusterWatch: Service {
    package let name = "cluster watch"
    private static let interval = Duration.seconds(30)
    private static let nodesMaximum = 64
    private static let answerTime = Duration.seconds(10)

    /// Whether the cluster has all of the index, and room for more.
    package let health = HealthRecord("cluster")
    private let source: any ClusterSource
    private let registry: MetricsRegistry
    private let failures: Counter
    private let logger: Logger
    /// As it was the last time; nil while it does not say.
    private let state = Mutex<ClusterState?>(nil)
    /// Nodes that have metrics of their own: the registry keeps them, whatever comes and goes.
    private let shown = Mutex<Set<String>>([])

    package init(_ source: any ClusterSource, registry: MetricsRegistry, logger: Logger) {
        self.source = source
        self.registry = registry
        self.logger = logger
        failures = registry.counter(
            "docket_cluster_failures_total",
            help: "Times that the search engine did not say how it is"
        )
        show("docket_cluster_state", "2 green, 1 yellow, 0 red") { $0.status.rawValue }
        show("docket_cluster_nodes_count", "Nodes of the search engine") { $0.nodes }
        show("docket_cluster_unassigned_shards_count", "Shards that no node holds") {
            $0.unassignedShards
        }
        show("docket_cluster_blocked_indices_count", "Indices of Docket that take no writes") {
            $0.blockedIndices
        }
        for watermark in NodeDisk.Watermark.allCases {
            show(
                "docket_cluster_disks_over_count",
                "Nodes of the search engine with less free disk than a watermark asks for",
                [("watermark", watermark.rawValue)]
            ) { state in state.disks.count { $0.isOver(watermark) } }
        }
    }

    /// A gauge that is NaN while the cluster does not say.
    private func show(
        _ name: StaticString,
        _ help: StaticString,
        _ labels: [MetricsRegistry.Label] = [],
        _ value: @escaping @Sendable (ClusterState) -> Int?
    ) {
        registry.observeGauge(name, help: help, labels: labels) { [weak self] in
            let state = self?.state.withLock { $0 }
            return state.flatMap(value).map(Double.init) ?? .nan
        }
    }

    package func start() async throws {}

    package func run() async throws {
        while !Task.isCancelled {
            await look()
            try await Task.sleep(for: Self.interval)
        }
    }

    package func stop(by deadline: MonotonicTime) async {}

    /// Asks once.
    package func look() async {
        do throws(DocketError) {
            let now = try await WorkLimit.within(Self.answerTime) { (work) throws(DocketError) in
                try await source.clusterState(work: work)
            }
            let before = state.withLock { state in
                defer { state = now }
                return state
            }
            for disk in now.disks { show(disk) }
            report(now, before)
        } catch {
            failures.increment()
            state.withLock { $0 = nil }
            health.set(.away, error: error.withCause)
        }
    }

    private func show(_ disk: NodeDisk) {
        let node = disk.node
        let isNew = shown.withLock { shown in
            shown.count < Self.nodesMaximum && shown.insert(node).inserted
        }
        guard isNew else { return }
        let find = { @Sendable (state: ClusterState) in state.disks.first { $0.node == node } }
        show("docket_cluster_disk_bytes", "Disk of a node", [("node", node)]) { find($0)?.total }
        show("docket_cluster_disk_free_bytes", "Free disk of a node", [("node", node)]) {
            find($0)?.free
        }
        for watermark in NodeDisk.Watermark.allCases {
            show(
                "docket_cluster_disk_watermark_bytes",
                "Free disk that a node has to have",
                [("node", node), ("watermark", watermark.rawValue)]
            ) { find($0)?.watermarks[watermark] }
        }
    }

    private func report(_ now: ClusterState, _ before: ClusterState?) {
        guard let fault = now.fault else { return health.set(.up) }
        health.set(now.status == .red ? .alarm : .blocked, error: fault)
        guard before?.fault != fault else { return }
        logger.error("the search engine's cluster is not well", ["cause": .string(fault)])
    }
}

extension ClusterState {
    /// Why somebody has to look at it; nil while nobody has.
    var fault: String? {
        if status == .red { return "red: \(unassignedShards) shards are not there" }
        if blockedIndices > 0 { return "\(blockedIndices) indices take no writes" }
        let full = disks.filter { $0.isOver(.flood) }
        return full.first.map { "the disk of \($0.node) is over its flood stage" }
    }
}
