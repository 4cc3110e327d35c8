internal import DocketTestKit

/// The disk of an Elasticsearch as it sees it, looked at as often as it can be told to.
struct DiskWatermarks: Sendable {
    let server: SearchServer

    /// Makes what is used of the disk more than the flood stage, whatever the machine's is; returns
    /// once indices are blocked.
    func flood() async throws {
        try await set(low: "\"1%\"", high: "\"2%\"", flood: "\"3%\"")
        try await until(isBlocked: true)
    }

    /// Returns once Elasticsearch has lifted the block by itself.
    func relieve() async throws {
        try await set(low: "null", high: "null", flood: "null")
        try await until(isBlocked: false)
    }

    /// Has the disk looked at each ten seconds, at the watermarks of its own.
    func watch() async throws { try await set(low: "null", high: "null", flood: "null") }

    private func set(low: String, high: String, flood: String) async throws {
        let watermark = "cluster.routing.allocation.disk.watermark"
        try await server.request(
            "PUT",
            "/_cluster/settings",
            """
            {"persistent":{"\(watermark).low":\(low),"\(watermark).high":\(high),\
            "\(watermark).flood_stage":\(flood),"cluster.info.update.interval":"10s"}}
            """
        )
    }

    /// It says nothing by itself.
    func until(isBlocked: Bool) async throws {
        let path = "/faults-*/_settings/index.blocks.read_only_allow_delete"
        while try await server.request("GET", path).contains("true") != isBlocked {
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}
