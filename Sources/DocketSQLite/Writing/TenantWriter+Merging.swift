internal import DocketCore
internal import DocketSystem

/// A merge of some segments of a collection that is under way.
struct SegmentMerge {
    let collection: UInt32
    /// As they were when it began.
    let inputs: [Segment]
    let target: UInt32
    let handle: SegmentMergeHandle
}

extension TenantWriter {
    /// Rows that one statement of a removal takes.
    private static let removedRows = 2000

    /// Whether the index of some collection is to be put in order, or the file to shrink.
    func needsMaintenance() throws -> Bool {
        if merge != nil { return true }
        while let number = unsettled.first {
            let table = SegmentTable(connection, CollectionTables(collection: number))
            if state.collections[number] != nil {
                if try table.obsolete() != nil { return true }
                if try MergePlan(table.inUse()).next != nil { return true }
            }
            unsettled.remove(number)
        }
        return try needsShrinking()
    }

    /// Whether a collection has so many segments that new ones wait: a search looks at each.
    func mergesAreBehind() throws -> Bool {
        try unsettled.contains { number in
            guard state.collections[number] != nil else { return false }
            let table = SegmentTable(connection, CollectionTables(collection: number))
            return try table.inUse().count > MergePlan.segmentsBound
        }
    }

    /// Merges segments, removes those that were merged, or gives free pages back, for a slice of
    /// time in one transaction.
    ///
    /// - Returns: Whether there is more to do.
    func maintain() throws -> Bool {
        let end = MonotonicTime.now() + configuration.mergeTime
        do {
            return try transaction { try maintain(until: end) }
        } catch {
            // What it wrote may be gone: it begins anew.
            merge = nil
            throw error
        }
    }

    private func maintain(until end: MonotonicTime) throws -> Bool {
        if let merge {
            guard state.collections[merge.collection] != nil else {
                self.merge = nil
                return true
            }
            if try merge.handle.step(until: end) { try finish(merge) }
            return true
        }
        guard try needsMaintenance() else { return false }
        guard let number = unsettled.first else {
            try shrink(until: end)
            return true
        }
        let table = SegmentTable(connection, CollectionTables(collection: number))
        if let segment = try table.obsolete() {
            try remove(segment, table, until: end)
        } else {
            let segments = try table.inUse()
            guard let chosen = MergePlan(segments).next else { return true }
            try begin(Array(segments[chosen]), number, table)
        }
        return true
    }

    private func begin(_ inputs: [Segment], _ collection: UInt32, _ table: SegmentTable) throws {
        let target = try table.newID()
        try table.insert(inputs.merged(into: target), .inMaking)
        let handle = try SegmentMergeHandle(connection, table.tables, inputs, into: target)
        merge = SegmentMerge(
            collection: collection,
            inputs: inputs,
            target: target,
            handle: handle
        )
    }

    /// From here on searches look at the new segment.
    private func finish(_ merge: SegmentMerge) throws {
        let tables = CollectionTables(collection: merge.collection)
        let table = SegmentTable(connection, tables)
        var made = merge.inputs.merged(into: merge.target)
        made.dead = try merge.handle.finish()
        let ids = Set(merge.inputs.map(\.id))
        let now = try table.inUse().filter { ids.contains($0.id) }
        made.deadWords = now.deadWords - merge.inputs.deadWords
        for segment in now { try table.setState(.obsolete, of: segment.id) }
        try table.insert(made, made.living > 0 ? .inUse : .obsolete)
        self.merge = nil
        indexCounts.merges += 1
        indexCounts.mergedDocuments += made.documents
    }

    /// Removes rows of a segment that nobody reads.
    private func remove(
        _ segment: UInt32,
        _ table: SegmentTable,
        until time: MonotonicTime
    ) throws {
        let tables = table.tables
        let first = SQLValue.integer(Int64(segment) << 32)
        let end = SQLValue.integer(Int64(segment + 1) << 32)
        repeat {
            var removed = 0
            for rows in [tables.blocks, tables.chunks] {
                try connection.run(
                    """
                    DELETE FROM \(rows) WHERE id IN (
                        SELECT id FROM \(rows) WHERE id >= ?1 AND id < ?2 LIMIT \(Self.removedRows)
                    )
                    """,
                    first,
                    end
                )
                removed += connection.changes
            }
            guard removed == 0 else { continue }
            try connection.run("DELETE FROM \(tables.pages) WHERE segment = ?1", .number(segment))
            try connection.run("DELETE FROM \(tables.segments) WHERE id = ?1", .number(segment))
            return
        } while MonotonicTime.now() < time
    }
}

extension [Segment] {
    fileprivate var deadWords: Int { reduce(0) { $0 + $1.deadWords } }

    /// What becomes of them without their dead.
    fileprivate func merged(into target: UInt32) -> Segment {
        Segment(
            id: target,
            first: map(\.first).min() ?? target,
            last: map(\.last).max() ?? target,
            documents: reduce(0) { $0 + $1.living },
            words: reduce(0) { $0 + $1.words - $1.deadWords }
        )
    }
}
