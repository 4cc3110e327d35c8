package import DocketCore

extension ElasticsearchIndex: ClusterSource {
    package func clusterState(work: WorkLimit) async throws(DocketError) -> ClusterState {
        let health = try await read("/_cluster/health?filter_path=\(ClusterReplies.health)", work)
        let disks = try await read("/_nodes/stats/fs?filter_path=\(ClusterReplies.disks)", work)
        let settings = try await read(
            "/_cluster/settings?include_defaults=true&filter_path=\(ClusterReplies.watermarks)",
            work
        )
        let blocks = try await read(
            "/\(administration.names.series.prefix)-*/_settings/index.blocks.*",
            work
        )
        return try ClusterReplies(
            health: health,
            disks: disks,
            settings: settings,
            blocks: blocks
        ).state
    }

    private func read(_ path: String, _ work: WorkLimit) async throws(DocketError) -> FlatJSON {
        let reply = try await client.succeed(HTTPRequest(method: .get, path: path), work: work)
        do {
            return try FlatJSON(bytes: reply.body)
        } catch {
            throw DocketError(.internalError, "the search engine's reply is damaged")
                .caused(by: "\(error)")
        }
    }
}
