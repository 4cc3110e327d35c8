internal import DocketCore

/// What the engine says of its nodes, put together.
struct ClusterReplies {
    // What of each reply is asked for.
    static let health = "status,number_of_nodes,unassigned_shards"
    static let disks =
        "nodes.*.name,nodes.*.fs.total.total_in_bytes,nodes.*.fs.total.available_in_bytes"
    static let watermarks = "*.cluster.routing.allocation.disk.watermark"

    /// Nodes whose disks are told.
    static let nodesMaximum = 64

    let health: FlatJSON
    let disks: FlatJSON
    let settings: FlatJSON
    /// Of each index, the blocks that are set.
    let blocks: FlatJSON

    var state: ClusterState {
        get throws(DocketError) {
            let statuses: [String: ClusterState.Status] = [
                "red": .red, "yellow": .yellow, "green": .green,
            ]
            guard let status = health.leaves["status"].flatMap({ statuses[$0] }),
                let nodes = Self.number("number_of_nodes", of: health),
                let unassigned = Self.number("unassigned_shards", of: health)
            else {
                throw DocketError(.internalError, "the search engine does not say how it is")
            }
            return ClusterState(
                status: status,
                nodes: nodes,
                unassignedShards: unassigned,
                blockedIndices: blockedIndices,
                disks: nodeDisks
            )
        }
    }

    private static func number(_ path: String, of json: FlatJSON) -> Int? {
        json.leaves[path].flatMap { Int($0) }
    }

    /// Paths are as `docket-pool-000001.settings.index.blocks.write`.
    private var blockedIndices: Int {
        let blocked = blocks.leaves.filter { $0.value == "true" }.compactMap { path, _ in
            path.firstRange(of: ".settings.index.blocks.").map { path[..<$0.lowerBound] }
        }
        return Set(blocked).count
    }

    private var nodeDisks: [NodeDisk] {
        let ids = disks.leaves.keys.compactMap { path -> String? in
            let parts = path.split(separator: ".")
            return parts.count == 3 && parts[0] == "nodes" && parts[2] == "name"
                ? String(parts[1]) : nil
        }
        let known = ids.compactMap { id -> NodeDisk? in
            guard let name = disks.leaves["nodes.\(id).name"],
                let total = Self.number("nodes.\(id).fs.total.total_in_bytes", of: disks),
                let free = Self.number("nodes.\(id).fs.total.available_in_bytes", of: disks)
            else { return nil }
            return NodeDisk(
                node: name,
                total: total,
                free: free,
                watermarks: watermarks(of: total)
            )
        }
        return Array(known.sorted { $0.node < $1.node }.prefix(Self.nodesMaximum))
    }

    private func watermarks(of total: Int) -> [NodeDisk.Watermark: Int] {
        let names: [NodeDisk.Watermark: String] = [
            .low: "low", .high: "high", .flood: "flood_stage",
        ]
        return names.compactMapValues { name in
            guard let text = setting(name) else { return nil }
            if let bytes = Self.bytes(text) { return bytes }
            guard let used = Self.share(text) else { return nil }
            let free = Double(total) * (1 - used)
            // Of a large disk no more than this has to be free.
            let most = setting("\(name).max_headroom").flatMap(Self.bytes)
            return min(Int(free.rounded()), most ?? .max)
        }
    }

    /// What was set last is in force.
    private func setting(_ name: String) -> String? {
        let path = "cluster.routing.allocation.disk.watermark.\(name)"
        return ["transient", "persistent", "defaults"].lazy
            .compactMap { settings.leaves["\($0).\(path)"] }.first
    }

    /// `85%` or `0.85` as 0.85; nil for what is no share.
    static func share(_ text: String) -> Double? {
        let isPercent = text.hasSuffix("%")
        guard let number = Double(isPercent ? text.dropLast() : text[...]) else { return nil }
        let share = isPercent ? number / 100 : number
        return (0...1).contains(share) ? share : nil
    }

    /// `500mb` as its bytes; nil for what is no size, or none that is in force (`-1`).
    static func bytes(_ text: String) -> Int? {
        let units = [("pb", 50), ("tb", 40), ("gb", 30), ("mb", 20), ("kb", 10), ("b", 0)]
        let lower = text.lowercased()
        for (unit, shift) in units where lower.hasSuffix(unit) {
            guard let number = Double(lower.dropLast(unit.count)), number >= 0,
                let bytes = Int(exactly: (number * Double(1 << shift)).rounded())
            else { return nil }
            return bytes
        }
        return nil
    }
}
