internal import CDocketPostings
internal import DocketText

/// Owns a segment in the making: the words of a group of documents in memory.
///
/// One connection takes the documents, and perhaps another writes them.
@safe final class SegmentBuilderHandle {
    private let builder: OpaquePointer
    private let connection: ConnectionHandle

    /// - Throws: ``SQLiteError`` when there is no memory.
    init(_ connection: ConnectionHandle) throws(SQLiteError) {
        guard let made = unsafe docket_builder_new(connection.indexWatch) else {
            throw SQLiteError.outOfMemory
        }
        unsafe builder = made
        self.connection = connection
    }

    deinit { unsafe docket_builder_free(builder) }

    /// Adds a document, whose number is greater than those before.
    ///
    /// `texts` has the texts of each column, in its language of `languages`, `wholes` what is
    /// completed whole, its title and its keywords, in that of the title. After a
    /// failure the builder is of no use.
    ///
    /// - Returns: Its length, see docket_postings.h.
    func add(
        _ number: UInt32,
        _ texts: [[String]],
        _ languages: [TextLanguage],
        wholes: [String] = []
    ) throws(SQLiteError) -> Int {
        try connection.checkIndex(unsafe docket_builder_begin(builder, number))
        for (column, texts) in texts.prefix(CollectionTables.textColumns).enumerated() {
            for var text in texts {
                try connection.checkIndex(
                    text.withUTF8 { bytes in
                        unsafe docket_builder_add(
                            builder,
                            UInt32(column),
                            bytes.baseAddress,
                            bytes.count,
                            languages[column].number
                        )
                    }
                )
            }
        }
        for var whole in wholes {
            try connection.checkIndex(
                whole.withUTF8 { bytes in
                    unsafe docket_builder_add_whole(
                        builder,
                        bytes.baseAddress,
                        bytes.count,
                        languages[0].number
                    )
                }
            )
        }
        return Int(clamping: unsafe docket_builder_length(builder))
    }

    /// Writes the documents as one segment, and is empty then.
    ///
    /// Those whose numbers `stale` has, ascending, have a newer version by now: searches keep the
    /// length of the one that they show.
    func write(
        _ segment: UInt32,
        _ tables: CollectionTables,
        stale: [UInt32] = [],
        by connection: ConnectionHandle
    ) throws(SQLiteError) {
        unsafe docket_builder_set_watch(builder, connection.indexWatch)
        defer { unsafe docket_builder_set_watch(builder, self.connection.indexWatch) }
        var reading = try unsafe IndexStatements(connection, tables).reading
        var writing = try unsafe IndexWriting(connection, tables).lent
        let code = unsafe docket_builder_write(
            builder,
            &reading,
            &writing,
            segment,
            stale,
            stale.count
        )
        try connection.checkIndex(code)
    }
}
