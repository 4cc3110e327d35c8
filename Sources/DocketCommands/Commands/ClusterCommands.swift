internal import DocketClient
internal import DocketCore
internal import DocketJSON

extension CommandContext {
    private static let steps: [(name: String, action: ClusterAction)] = [
        ("show", .show), ("begin", .begin), ("switch", .switchOver), ("release", .release),
    ]

    /// `admin cluster STEP`.
    func runCluster() async throws {
        guard let step = Self.steps.first(where: { $0.name == operands[0] }) else {
            let names = Self.steps.map(\.name).joined(separator: ", ")
            throw UsageError("\(operands[0]) is no step, they are \(names)")
        }
        let clusters = try await withClient { try await $0.clusters(step.action) }
        try answer {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("searched", clusters.searched)
                writer.member("twin", clusters.twin)
                writer.member("state", "\(clusters.state)")
                writer.member("documents", clusters.documents)
                writer.member("documents_all", clusters.all)
            }
            return writer.text
        } text: {
            Self.text(clusters)
        }
    }

    private static func text(_ clusters: ChangeClustersReply) -> String {
        let searched = "searched: \(clusters.searched)\n"
        guard clusters.state != .none else { return searched }
        let done = NumberText.grouped(clusters.documents)
        let all = NumberText.grouped(max(clusters.documents, clusters.all))
        let progress = clusters.state == .filling ? ", \(done) of \(all) documents" : ""
        return searched + "twin:     \(clusters.twin), \(clusters.state)\(progress)\n"
    }
}
