internal import DocketCache
internal import DocketRPC
internal import DocketRuntime
internal import DocketService
internal import DocketTelemetry

/// What the parts count, under the names that Prometheus reads.
enum ServerMetrics {
    static func register(
        _ registry: MetricsRegistry,
        _ rpc: RPCMetrics,
        _ connections: ServerConnections,
        _ service: DocumentService,
        _ loops: EventLoopGroup
    ) {
        registry.observeGauge(
            "docket_loop_turn_max_seconds",
            help: "Longest turn of an event loop since the last scrape"
        ) { Double(loops.takeLongestTurn()) / 1e9 }
        registry.show("docket_calls_count", "Uncached calls under way") {
            service.admission.underWay
        }
        registerRPC(registry, rpc, connections)
        registerCache(registry, service.searcher.cache)
        registerRenewals(registry, service.searcher.renewer.counts)
        if let shared = service.searcher.shared { registerShared(registry, shared.counts) }
    }

    static func register(_ registry: MetricsRegistry, _ log: LogOutput) {
        registry.count("docket_log_dropped_total", "Log lines dropped") { log.droppedRecords }
    }

    private static func registerRPC(
        _ registry: MetricsRegistry,
        _ rpc: RPCMetrics,
        _ connections: ServerConnections
    ) {
        registry.show("docket_connections_count", "Open connections") { connections.count }
        registry.show(
            "docket_connections_remaining_count",
            "Connections that would still be taken"
        ) { connections.remaining }
        let counts: [(StaticString, StaticString, @Sendable (RPCMetrics.Values) -> Int)] = [
            ("docket_connections_total", "Connections taken", { $0.accepted }),
            ("docket_connections_refused_total", "Connections refused", { $0.refused }),
            ("docket_reads_total", "Reads of sockets that gave bytes", { $0.reads }),
            ("docket_received_bytes_total", "Bytes read", { $0.bytesRead }),
            ("docket_sent_bytes_total", "Bytes written", { $0.bytesWritten }),
            ("docket_calls_at_once_total", "Calls answered in their turn", { $0.answeredAtOnce }),
        ]
        for (name, help, value) in counts { registry.count(name, help) { value(rpc.values) } }
    }

    private static func registerCache(_ registry: MetricsRegistry, _ cache: ReplyCache) {
        let outcomes: [(String, @Sendable (ReplyCache.Statistics) -> Int)] = [
            ("hit", { $0.hits }), ("stale", { $0.stale }), ("miss", { $0.misses }),
        ]
        for (outcome, value) in outcomes {
            registry.count(
                "docket_cache_lookups_total",
                "Lookups of cached replies",
                labels: [("tier", "l1"), ("outcome", outcome)]
            ) { value(cache.statistics) }
        }
        registry.count("docket_cache_evictions_total", "Cached replies evicted") {
            cache.statistics.evicted
        }
        registry.show("docket_cache_bytes", "Memory of cached replies") { cache.statistics.bytes }
    }

    private static func registerRenewals(
        _ registry: MetricsRegistry,
        _ counts: ReplyRenewer.Counts
    ) {
        let outcomes = [
            ("done", counts.done), ("failed", counts.failed), ("dropped", counts.dropped),
        ]
        for (outcome, counter) in outcomes {
            registry.count(
                "docket_cache_renewals_total",
                "Replies due to be asked for anew before callers find them too old",
                labels: [("outcome", outcome)]
            ) { Int(clamping: counter.value) }
        }
    }

    private static func registerShared(_ registry: MetricsRegistry, _ counts: SharedReplies.Counts)
    {
        let outcomes = [
            ("hit", counts.hits), ("stale", counts.stale), ("miss", counts.misses),
            ("damaged", counts.damaged), ("foreign", counts.foreign),
        ]
        for (outcome, counter) in outcomes {
            registry.count(
                "docket_cache_lookups_total",
                "Lookups of cached replies",
                labels: [("tier", "l2"), ("outcome", outcome)]
            ) { Int(clamping: counter.value) }
        }
    }

    /// What is brought into the index.
    static func register(_ registry: MetricsRegistry, _ indexing: IndexingCounters) {
        registry.count("docket_index_groups_total", "Groups indexed") { indexing.values.groups }
        registry.count("docket_indexed_documents_total", "Documents indexed") {
            indexing.values.indexed
        }
        registry.count("docket_indexed_late_total", "Documents found after over 5 minutes") {
            indexing.lateDocuments
        }
        registry.count("docket_failed_documents_total", "Documents that cannot be indexed") {
            indexing.values.failed
        }
        registry.count("docket_index_failures_total", "Groups that could not be indexed at once") {
            indexing.values.failures
        }
    }

    static func register(_ registry: MetricsRegistry, _ files: FilePlan) {
        registry.show("docket_open_files_limit_count", "Files the system allows") { files.limit }
    }

    /// What peers make the server hold.
    static func register(_ registry: MetricsRegistry, _ memory: ServerMemory) {
        registry.show("docket_held_received_bytes", "Requests not whole or waiting") {
            memory.held.received
        }
        registry.show("docket_held_working_bytes", "Requests being worked on") {
            memory.held.working
        }
        registry.show("docket_held_unsent_bytes", "Replies not read") { memory.held.unsent }
    }
}

extension MetricsRegistry {
    /// A counter that a part of the server keeps.
    func count(
        _ name: StaticString,
        _ help: StaticString,
        labels: [Label] = [],
        _ value: @escaping @Sendable () -> Int
    ) {
        observeCounter(name, help: help, labels: labels) { UInt64(value()) }
    }

    /// A gauge that a part of the server keeps.
    func show(
        _ name: StaticString,
        _ help: StaticString,
        _ value: @escaping @Sendable () -> Int
    ) {
        observeGauge(name, help: help) { Double(value()) }
    }
}
