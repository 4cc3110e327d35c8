import DocketCore
import DocketPostgres
import DocketTelemetry
import DocketTestKit
import Testing

@testable import DocketElasticsearch
@testable import DocketService

/// Real clusters, as they say themselves how they are.
@Suite(
    "Watching a cluster",
    .serialized,
    .needs(.postgres, .elasticsearch, .opensearch),
    .timeLimit(.minutes(5))
)
struct ClusterWatchTests {
    private static let engines = [Engine.Kind.elasticsearch, .opensearch]

    @Test(
        "disks and watermarks are metrics, and a block is a fault until it goes",
        arguments: engines
    )
    func state(_ kind: Engine.Kind) async throws {
        let test = try await ComposedStore(on: kind)
        try await test.add(Document(id: "1", title: "tea"))
        let registry = MetricsRegistry()
        let watch = ClusterWatch(test.index, registry: registry, logger: Logger(test.log))
        #expect(registry.text().contains("docket_cluster_state NaN\n"))
        await watch.look()
        let text = registry.text()
        #expect(text.contains("docket_cluster_nodes_count 1.0\n"))
        #expect(text.contains("docket_cluster_blocked_indices_count 0.0\n"))
        #expect(text.contains("docket_cluster_disks_over_count{watermark=\"flood\"} "))
        let state = try await test.index.clusterState(work: WorkLimit(within: .seconds(30)))
        let disk = try #require(state.disks.first)
        #expect(disk.free > 0 && disk.free < disk.total)
        #expect(Set(disk.watermarks.keys) == Set(NodeDisk.Watermark.allCases))
        #expect(text.contains("docket_cluster_disk_bytes{node=\"\(disk.node)\"} "))
        #expect(
            text.contains(
                "docket_cluster_disk_watermark_bytes{node=\"\(disk.node)\",watermark=\"flood\"} "
            )
        )

        let path = "/\(test.names.pool)/_settings"
        try await test.server.request("PUT", path, #"{"index.blocks.write":true}"#)
        await watch.look()
        #expect(registry.text().contains("docket_cluster_blocked_indices_count 1.0\n"))
        #expect(!watch.health.now.state.isWell)
        #expect(test.log.messages.contains("the search engine's cluster is not well"))
        try await test.server.request("PUT", path, #"{"index.blocks.write":null}"#)
        await watch.look()
        #expect(registry.text().contains("docket_cluster_blocked_indices_count 0.0\n"))

        test.index.close()
        await watch.look()
        #expect(watch.health.now.state == .away)
        #expect(registry.text().contains("docket_cluster_state NaN\n"))
        #expect(registry.text().contains("docket_cluster_failures_total 1\n"))
        await test.store.close()
    }
}
