internal import CDocketPostings

/// Owns a walk through the words of one segment; one thread at a time uses it, on one moment of the
/// data.
@safe final class WordCursorHandle {
    private let words: OpaquePointer
    private let statements: IndexStatements

    init(_ statements: IndexStatements, _ segment: Segment) throws(SQLiteError) {
        self.statements = statements
        var reading = unsafe statements.reading
        let watch = unsafe statements.connection.indexWatch
        guard let words = unsafe docket_words_new(&reading, segment.id, watch) else {
            throw SQLiteError.outOfMemory
        }
        unsafe self.words = words
    }

    deinit { unsafe docket_words_free(words) }

    /// The first word that is not before `text` in the order of bytes, and how many documents of
    /// the segment have it, with the dead; texts that are sought one after the other ascend.
    func seek(_ text: [UInt8]) throws(SQLiteError) -> (word: [UInt8], documents: Int)? {
        var found = unsafe docket_indexed_word()
        try statements.check(unsafe docket_words_seek(words, text, text.count, &found))
        guard let bytes = unsafe found.bytes, unsafe found.length > 0 else { return nil }
        let word = unsafe UnsafeBufferPointer(start: bytes, count: found.length)
        return (unsafe Array(word), Int(clamping: unsafe found.documents))
    }
}
