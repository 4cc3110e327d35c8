internal import CDocketPostings
internal import DocketSystem

/// Owns a merge of segments that goes on over several transactions.
///
/// What it has written is nobody's until it is finished: once a transaction of it has failed, or
/// when the process ends, all of that is removed and the merge begins anew.
@safe final class SegmentMergeHandle {
    private let merge: OpaquePointer
    private let connection: ConnectionHandle
    private let tables: CollectionTables

    /// Merges segments into a new one; what is dead in them at this moment is left out.
    init(
        _ connection: ConnectionHandle,
        _ tables: CollectionTables,
        _ segments: [Segment],
        into target: UInt32
    ) throws(SQLiteError) {
        self.connection = connection
        self.tables = tables
        let chunks = try Self.chunks(connection, tables)
        let known = segments.map(\.described)
        var made: OpaquePointer?
        let code = unsafe docket_merge_new(
            chunks.lent,
            known,
            known.count,
            target,
            connection.indexWatch,
            &made
        )
        guard code == 0, let merge = unsafe made else {
            unsafe docket_merge_free(made)
            throw SQLiteError.index(code, connection)
        }
        unsafe self.merge = merge
    }

    deinit { unsafe docket_merge_free(merge) }

    private static func chunks(
        _ connection: ConnectionHandle,
        _ tables: CollectionTables
    ) throws(SQLiteError) -> StatementHandle {
        try connection.prepared(
            "SELECT id, data FROM \(tables.chunks) WHERE id >= ?1 AND id < ?2 ORDER BY id"
        )
    }

    /// Goes on until a time is over, at least by one term.
    ///
    /// - Returns: Whether all terms are merged.
    func step(until end: MonotonicTime) throws(SQLiteError) -> Bool {
        var reading = try unsafe IndexStatements(connection, tables).reading
        var writing = try unsafe IndexWriting(connection, tables).lent
        var end = end
        var isDone = false
        let code = unsafe withUnsafeMutablePointer(to: &end) { end in
            unsafe docket_merge_step(
                merge,
                &reading,
                &writing,
                { context in
                    guard let end = unsafe context?.assumingMemoryBound(to: MonotonicTime.self)
                    else { return 1 }
                    let isOver = unsafe MonotonicTime.now() >= end.pointee
                    return isOver ? 1 : 0
                },
                end,
                &isDone
            )
        }
        try connection.checkIndex(code)
        return isDone
    }

    /// Marks dead in the new segment what died in the old ones since the beginning.
    ///
    /// - Returns: How many documents those are.
    func finish() throws(SQLiteError) -> Int {
        var reading = try unsafe IndexStatements(connection, tables).reading
        var writing = try unsafe IndexWriting(connection, tables).lent
        var dead: UnsafePointer<UInt32>?
        var count = 0
        let chunks = try Self.chunks(connection, tables)
        try connection.checkIndex(
            unsafe docket_merge_finish(merge, chunks.lent, &reading, &writing, &dead, &count)
        )
        return count
    }
}
