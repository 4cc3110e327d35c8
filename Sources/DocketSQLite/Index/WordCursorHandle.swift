internal import CDocketPostings

/// Terms of the index that stand in order.
enum Vocabulary {
    case words
    /// Titles and values of keywords: their folded words with a space between two, at most 64 bytes
    /// of them.
    case wholes
    /// Stems of words that may be several, their letters from the last to the first.
    case reversedStems
}

/// Owns a walk through the words of one segment; one thread at a time uses it, on one moment of the
/// data.
@safe final class WordCursorHandle {
    private let words: OpaquePointer
    private let statements: IndexStatements
    private var hasBegun = false
    /// The word under way; nil before the first and behind the last.
    private(set) var word: [UInt8]?
    /// How many documents of the segment have it, with the dead.
    private(set) var documents = 0

    init(
        _ statements: IndexStatements,
        _ segment: Segment,
        _ vocabulary: Vocabulary = .words
    ) throws(SQLiteError) {
        self.statements = statements
        var reading = unsafe statements.reading
        let watch = unsafe statements.connection.indexWatch
        let made = unsafe docket_words_new(&reading, segment.id, vocabulary.lent, watch)
        guard let words = unsafe made else { throw SQLiteError.outOfMemory }
        unsafe self.words = words
    }

    deinit { unsafe docket_words_free(words) }

    /// Goes on to the first word that is not before `text`, in the order of bytes; false where it
    /// was there.
    @discardableResult
    func advance(to text: [UInt8]) throws(SQLiteError) -> Bool {
        if hasBegun, word.map({ !$0.lexicographicallyPrecedes(text) }) ?? true { return false }
        try seek(text)
        return true
    }

    private func seek(_ text: [UInt8]) throws(SQLiteError) {
        hasBegun = true
        word = nil
        var found = unsafe docket_indexed_word()
        try statements.connection.checkIndex(
            unsafe docket_words_seek(words, text, text.count, &found)
        )
        guard let bytes = unsafe found.bytes, unsafe found.length > 0 else { return }
        word = unsafe Array(UnsafeBufferPointer(start: bytes, count: found.length))
        documents = Int(clamping: unsafe found.documents)
    }
}

extension Vocabulary {
    var lent: docket_vocabulary {
        switch self {
        case .words: DOCKET_WORDS
        case .wholes: DOCKET_WHOLES
        case .reversedStems: DOCKET_REVERSED_STEMS
        }
    }
}
