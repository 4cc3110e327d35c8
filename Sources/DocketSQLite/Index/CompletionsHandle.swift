internal import CDocketPostings

/// Owns the most frequent terms of a collection's index that begin alike.
@safe final class CompletionsHandle {
    /// Bytes that the index keeps of a title or keyword, folded.
    static let wholeBytes = DOCKET_WHOLE_BYTES

    /// A term of the index.
    struct Term: Hashable {
        /// Folded.
        let text: String
        /// How many documents have it, with those that are not yet merged away.
        let documents: Int
    }

    private let completions: OpaquePointer
    /// Whether there are terms that were not looked at.
    let isCut: Bool

    /// The `count` most frequent terms that begin with `prefix`, of at most `looks` in segments; of
    /// equal ones the first in the order of their bytes.
    init(
        _ statements: IndexStatements,
        _ segments: [Segment],
        _ vocabulary: Vocabulary,
        beginningWith prefix: String,
        count: Int,
        looks: Int
    ) throws(SQLiteError) {
        var reading = unsafe statements.reading
        let watch = unsafe statements.connection.indexWatch
        let known = segments.map(\.described)
        var (prefix, isCut) = (prefix, false)
        var made: OpaquePointer?
        let code = prefix.withUTF8 { bytes in
            unsafe docket_completions_new(
                &reading,
                known,
                known.count,
                vocabulary.lent,
                bytes.baseAddress,
                bytes.count,
                count,
                looks,
                watch,
                &made,
                &isCut
            )
        }
        guard code == 0, let completions = unsafe made else {
            unsafe docket_completions_free(made)
            throw SQLiteError.index(code, statements.connection)
        }
        unsafe self.completions = completions
        self.isCut = isCut
    }

    deinit { unsafe docket_completions_free(completions) }

    /// The most frequent first.
    var terms: [Term] {
        var terms: [Term] = []
        while true {
            let term = unsafe docket_completions_at(completions, terms.count)
            guard let bytes = unsafe term.bytes, unsafe term.length > 0 else { return terms }
            let utf8 = unsafe UnsafeBufferPointer(start: bytes, count: term.length)
            let text = unsafe String(decoding: utf8, as: UTF8.self)
            terms.append(Term(text: text, documents: Int(clamping: unsafe term.documents)))
        }
    }
}

extension IndexStatements {
    /// The number of a document that lives and has the term; nil where there is none.
    func livingDocument(
        with term: String,
        of vocabulary: Vocabulary,
        _ segments: [Segment]
    ) throws(SQLiteError) -> Int64? {
        var reading = unsafe self.reading
        let watch = unsafe connection.indexWatch
        let known = segments.map(\.described)
        var (term, document) = (term, UInt32(0))
        let code = term.withUTF8 { bytes in
            unsafe docket_find_living(
                &reading,
                known,
                known.count,
                vocabulary.lent,
                bytes.baseAddress,
                bytes.count,
                watch,
                &document
            )
        }
        try connection.checkIndex(code)
        return document == 0 ? nil : Int64(document)
    }
}
