internal import DocketCore
package import DocketTelemetry

/// What is counted of the way from the outbox to the index.
package struct OutboxMetrics: Sendable {
    let bulks: Counter
    let bulkDocuments: Histogram
    let busy: Counter
    let refused: Counter
    let failures: Counter
    let refreshes: Counter
    private let isHeld: Gauge
    private let isOperatorHold: Gauge
    private let tenants: Gauge
    private let documents: Gauge
    private let oldest: Gauge
    private let largest: Gauge
    private let lateTenants: Gauge

    package init(_ registry: MetricsRegistry) {
        bulks = registry.counter("docket_bulks_total", help: "Bulks sent to the index")
        bulkDocuments = registry.histogram(
            "docket_bulk_documents_count",
            help: "Documents in a bulk",
            unit: .count
        )
        busy = registry.counter(
            "docket_bulk_busy_total",
            help: "Documents that the index was too busy to take"
        )
        refused = registry.counter(
            "docket_bulk_refused_total",
            help: "Attempts at which the index refused a document"
        )
        failures = registry.counter(
            "docket_bulk_failures_total",
            help: "Bulks of which nothing is known"
        )
        refreshes = registry.counter("docket_refreshes_total", help: "Refreshes of the index")
        isHeld = registry.gauge(
            "docket_write_hold_state",
            help: "1 while the index takes no writes at all"
        )
        isOperatorHold = registry.gauge(
            "docket_indexing_hold_state",
            help: "1 while an operator holds indexing"
        )
        tenants = registry.gauge(
            "docket_outbox_tenants_count",
            help: "Tenants with documents that wait to be indexed"
        )
        documents = registry.gauge(
            "docket_outbox_documents_count",
            help: "Documents that wait to be indexed"
        )
        oldest = registry.gauge(
            "docket_outbox_oldest_seconds",
            help: "Age of the oldest document that waits to be indexed"
        )
        largest = registry.gauge(
            "docket_outbox_largest_count",
            help: "Documents of the tenant that has the most waiting"
        )
        lateTenants = registry.gauge(
            "docket_outbox_late_tenants_count",
            help: "Tenants with a document that has waited for over 5 minutes"
        )
    }

    func setHeld(_ held: Bool) { isHeld.set(held ? 1 : 0) }

    func set(isOperatorHold: Bool) { self.isOperatorHold.set(isOperatorHold ? 1 : 0) }

    func set(_ backlog: [TenantBacklog]) {
        tenants.set(backlog.count)
        documents.set(backlog.reduce(0) { $0 + $1.documents })
        largest.set(backlog.map(\.documents).max() ?? 0)
        lateTenants.set(backlog.count { $0.oldest > IndexingLag.goal })
        oldest.set(Int(backlog.map(\.oldest).max()?.components.seconds ?? 0))
    }
}
