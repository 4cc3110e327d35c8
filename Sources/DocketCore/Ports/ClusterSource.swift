/// How the cluster of an index is, as it says itself.
package protocol ClusterSource: Sendable {
    /// - Throws: ``DocketError`` `unavailable` when it does not say.
    func clusterState(work: WorkLimit) async throws(DocketError) -> ClusterState
}

/// A cluster of nodes that hold an index.
package struct ClusterState: Hashable, Sendable {
    package enum Status: Int, Sendable {
        /// A part of the index is not there.
        case red = 0
        /// A copy is not there.
        case yellow = 1
        case green = 2
    }

    package var status: Status
    package var nodes: Int
    /// Shards that no node holds.
    package var unassignedShards: Int
    /// Indices of Docket that take no writes.
    package var blockedIndices: Int
    /// In the order of the nodes' names.
    package var disks: [NodeDisk]

    package init(
        status: Status,
        nodes: Int,
        unassignedShards: Int = 0,
        blockedIndices: Int = 0,
        disks: [NodeDisk] = []
    ) {
        self.status = status
        self.nodes = nodes
        self.unassignedShards = unassignedShards
        self.blockedIndices = blockedIndices
        self.disks = disks
    }
}

/// The disk of a node, in bytes.
package struct NodeDisk: Hashable, Sendable {
    /// What the cluster does where less is free than a node should have.
    package enum Watermark: String, Sendable, CaseIterable {
        /// No more shards come to the node.
        case low
        /// Shards leave it.
        case high
        /// What it holds takes no more writes.
        case flood
    }

    package var node: String
    package var total: Int
    package var free: Int
    /// How much has to be free.
    package var watermarks: [Watermark: Int]

    package init(node: String, total: Int, free: Int, watermarks: [Watermark: Int]) {
        self.node = node
        self.total = total
        self.free = free
        self.watermarks = watermarks
    }

    package func isOver(_ watermark: Watermark) -> Bool {
        watermarks[watermark].map { free < $0 } ?? false
    }
}
