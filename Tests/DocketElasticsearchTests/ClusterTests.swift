import DocketCore
import Testing

@testable import DocketElasticsearch

@Suite("What an engine says of its cluster", .timeLimit(.minutes(5)))
struct ClusterTests {
    private static func replies(
        health: String = #"{"status":"yellow","number_of_nodes":2,"unassigned_shards":3}"#,
        settings: String
    ) throws -> ClusterReplies {
        let disks = """
            {"nodes":{
            "y":{"name":"b","fs":{"total":{"total_in_bytes":1000,"available_in_bytes":40}}},
            "x":{"name":"a","fs":{"total":{"total_in_bytes":1000,"available_in_bytes":120}}},
            "z":{"name":"coordinating"}}}
            """
        let blocks = """
            {"docket-pool-000001":{"settings":{"index":{"blocks":{
                "read_only_allow_delete":"true","write":"true"}}}},
            "docket-rebuilt-7":{"settings":{"index":{"blocks":{"write":"false"}}}}}
            """
        return try ClusterReplies(
            health: FlatJSON(bytes: Array(health.utf8)),
            disks: FlatJSON(bytes: Array(disks.utf8)),
            settings: FlatJSON(bytes: Array(settings.utf8)),
            blocks: FlatJSON(bytes: Array(blocks.utf8))
        )
    }

    private static func settings(_ scopes: String) -> String {
        scopes.replacing(
            "WATERMARK",
            with: #""cluster":{"routing":{"allocation":{"disk":{"watermark""#
        )
    }

    @Test("its status, disks by node against watermarks, and blocked indices")
    func state() throws {
        let settings = Self.settings(
            #"{"defaults":{WATERMARK:{"low":"85%","high":"0.9","flood_stage":"95%"}}}}}}}"#
        )
        let state = try Self.replies(settings: settings).state
        #expect(state.status == .yellow && state.nodes == 2 && state.unassignedShards == 3)
        #expect(state.blockedIndices == 1)
        #expect(state.disks.map(\.node) == ["a", "b"])
        #expect(state.disks.map(\.free) == [120, 40])
        let over = NodeDisk.Watermark.allCases.map { mark in state.disks.map { $0.isOver(mark) } }
        #expect(over == [[true, true], [false, true], [false, true]])
    }

    @Test("what was set last is in force, sizes are free bytes, and headroom bounds shares")
    func watermarks() throws {
        let settings = Self.settings(
            """
            {"defaults":{WATERMARK:{"low":"85%","low.max_headroom":"100b","high":"90%",
                "high.max_headroom":"1gb","flood_stage":"95%"}}}}}},
            "persistent":{WATERMARK:{"flood_stage":"500b"}}}}}},
            "transient":{WATERMARK:{"flood_stage":"-1"}}}}}}}
            """
        )
        let disk = try #require(try Self.replies(settings: settings).state.disks.first)
        #expect(disk.watermarks[.low] == 100)
        #expect(disk.watermarks[.high] == 100)
        // What is no watermark is none.
        #expect(disk.watermarks[.flood] == nil && !disk.isOver(.flood))
    }

    @Test("sizes and shares as engines write them")
    func numbers() {
        #expect(ClusterReplies.bytes("1.5kb") == 1536 && ClusterReplies.bytes("200GB") == 200 << 30)
        #expect(ClusterReplies.bytes("85%") == nil && ClusterReplies.bytes("0.85") == nil)
        #expect(ClusterReplies.bytes("-1b") == nil && ClusterReplies.bytes("9e30b") == nil)
        #expect(ClusterReplies.share("85%") == 0.85 && ClusterReplies.share("0.85") == 0.85)
        #expect(ClusterReplies.share("120%") == nil && ClusterReplies.share("x") == nil)
    }

    @Test("a reply that says nothing is an error")
    func damaged() {
        #expect(throws: DocketError.self) {
            _ = try Self.replies(health: "{}", settings: "{}").state
        }
    }
}
