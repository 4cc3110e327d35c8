internal import DocketCore

/// ChangeClusters: has the index led over to another search engine, or tells how far that is.
struct ChangeClustersMethod: UnaryMethod {
    /// nil where the index is part of the truth.
    let clusters: ClusterKeeper?

    func answer(
        _ request: ChangeClustersRequest,
        _ caller: Caller
    ) async throws(DocketError) -> ChangeClustersReply {
        guard let clusters else {
            throw DocketError(
                .failedPrecondition,
                "the embedded store keeps documents and index in one file: there is no search "
                    + "engine"
            )
        }
        let work = caller.work
        let now =
            switch request.action {
            case .show: try await clusters.status(work: work)
            case .begin: try await clusters.begin(work: work)
            case .switchOver: try await clusters.switchOver(work: work)
            case .release: try await clusters.release(work: work)
            }
        return ChangeClustersReply(now)
    }
}

extension ChangeClustersReply {
    fileprivate init(_ clusters: IndexClusters) {
        self.init(searched: clusters.searched ?? "", all: clusters.documents)
        guard let twin = clusters.twin else { return }
        self.twin = twin.cluster
        documents = twin.documents
        state =
            switch twin.stage {
            case .preparing: .preparing
            case .filling: .filling
            case .ready: .ready
            case .away: .away
            }
    }
}
