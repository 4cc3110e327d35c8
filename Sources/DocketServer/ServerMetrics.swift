internal import DocketCache
internal import DocketRPC
internal import DocketRuntime
internal import DocketSQLite
internal import DocketService
internal import DocketTelemetry

/// What the parts count, under the names that Prometheus reads.
enum ServerMetrics {
    static func register(
        _ registry: MetricsRegistry,
        _ rpc: RPCMetrics,
        _ connections: ServerConnections,
        _ service: DocumentService,
        _ indexing: IndexingCounters,
        _ store: EmbeddedStore,
        _ loops: EventLoopGroup,
        _ log: LogOutput
    ) {
        registerRPC(registry, rpc, connections)
        let cache = service.searcher.cache
        for (outcome, read) in outcomes {
            registry.observeCounter(
                "docket_cache_lookups_total",
                help: "Lookups of cached replies",
                labels: [("outcome", outcome)]
            ) { UInt64(read(cache.statistics)) }
        }
        registry.observeCounter("docket_cache_evictions_total", help: "Cached replies evicted") {
            UInt64(cache.statistics.evicted)
        }
        registry.observeGauge("docket_cache_bytes", help: "Memory of cached replies") {
            Double(cache.statistics.bytes)
        }
        registry.observeGauge("docket_calls_count", help: "Uncached calls under way") {
            Double(service.admission.underWay)
        }
        registerStore(registry, indexing, store.counters)
        registry.observeGauge(
            "docket_loop_turn_max_seconds",
            help: "Longest turn of an event loop since the last scrape"
        ) { Double(loops.takeLongestTurn()) / 1e9 }
        registry.observeCounter("docket_log_dropped_total", help: "Log lines dropped") {
            UInt64(log.droppedRecords)
        }
    }

    private static func registerStore(
        _ registry: MetricsRegistry,
        _ indexing: IndexingCounters,
        _ counters: EmbeddedCounters
    ) {
        registry.observeCounter("docket_write_groups_total", help: "Transactions of writes") {
            UInt64(counters.writes.groups)
        }
        registry.observeCounter("docket_write_calls_total", help: "Calls in those transactions") {
            UInt64(counters.writes.calls)
        }
        registry.observeCounter("docket_written_documents_total", help: "Documents written") {
            UInt64(counters.writes.documents)
        }
        registry.observeCounter("docket_index_groups_total", help: "Groups indexed") {
            UInt64(indexing.values.groups)
        }
        registry.observeCounter("docket_indexed_documents_total", help: "Documents indexed") {
            UInt64(indexing.values.indexed)
        }
        registry.observeCounter(
            "docket_index_failures_total",
            help: "Groups that could not be indexed at once"
        ) { UInt64(indexing.values.failures) }
    }

    private static let outcomes: [(String, @Sendable (ReplyCache.Statistics) -> Int)] = [
        ("hit", { $0.hits }), ("stale", { $0.stale }), ("miss", { $0.misses }),
    ]

    static func register(_ registry: MetricsRegistry, _ files: FilePlan) {
        registry.observeGauge("docket_open_files_limit_count", help: "Files the system allows") {
            Double(files.limit)
        }
    }

    /// What peers make the server hold.
    static func register(_ registry: MetricsRegistry, _ memory: ServerMemory) {
        registry.observeGauge("docket_held_received_bytes", help: "Requests not whole or waiting") {
            Double(memory.held.received)
        }
        registry.observeGauge("docket_held_working_bytes", help: "Requests being worked on") {
            Double(memory.held.working)
        }
        registry.observeGauge("docket_held_unsent_bytes", help: "Replies not read") {
            Double(memory.held.unsent)
        }
    }

    private static func registerRPC(
        _ registry: MetricsRegistry,
        _ rpc: RPCMetrics,
        _ connections: ServerConnections
    ) {
        registry.observeGauge("docket_connections_count", help: "Open connections") {
            Double(connections.count)
        }
        registry.observeGauge(
            "docket_connections_remaining_count",
            help: "Connections that would still be taken"
        ) { Double(connections.remaining) }
        registry.observeCounter("docket_connections_total", help: "Connections taken") {
            UInt64(rpc.values.accepted)
        }
        registry.observeCounter("docket_connections_refused_total", help: "Connections refused") {
            UInt64(rpc.values.refused)
        }
        registry.observeCounter("docket_reads_total", help: "Reads of sockets that gave bytes") {
            UInt64(rpc.values.reads)
        }
        registry.observeCounter("docket_received_bytes_total", help: "Bytes read") {
            UInt64(rpc.values.bytesRead)
        }
        registry.observeCounter("docket_sent_bytes_total", help: "Bytes written") {
            UInt64(rpc.values.bytesWritten)
        }
        registry.observeCounter("docket_calls_at_once_total", help: "Calls answered in their turn")
        {
            UInt64(rpc.values.answeredAtOnce)
        }
    }
}
