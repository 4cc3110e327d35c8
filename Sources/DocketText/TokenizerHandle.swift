internal import CDocketText

/// Which words of a text are to be stemmed, which takes longer than finding them.
package enum StemmedWords: Sendable {
    case none
    case all
    /// Those that begin with a byte whose place in the list of 256 is true. A stem begins as its
    /// word does.
    case beginning([Bool])

    func contains(_ folded: Span<UInt8>) -> Bool {
        switch self {
        case .none: false
        case .all: true
        case .beginning(let bytes): bytes[Int(folded[0])]
        }
    }
}

/// Owns one tokenizer, which takes texts apart into words.
///
/// It is the same for what is indexed, asked, highlighted and held as a cache key. It serves one
/// thread at a time.
@safe package struct TokenizerHandle: ~Copyable {
    private let tokenizer: OpaquePointer

    /// Rises whenever some text gives other words or stems, so that indices are built anew.
    package static var version: Int { Int(DOCKET_TOKENIZER_VERSION) }

    /// nil when there is no memory.
    package init?() {
        guard let made = unsafe docket_tokenizer_new() else { return nil }
        unsafe tokenizer = made
    }

    deinit { unsafe docket_tokenizer_free(tokenizer) }

    /// Calls `body` with each word of the UTF-8 `text` in order, until it returns false.
    ///
    /// `body` gets the word's place in bytes, its folded form, and its stem, or the folded form
    /// again for words that are not stemmed. Bytes that are no UTF-8 separate words. The time is
    /// linear in the text.
    package mutating func forEachWord(
        in text: Span<UInt8>,
        stemmed: StemmedWords,
        _ body: (_ range: Range<Int>, _ folded: Span<UInt8>, _ stem: Span<UInt8>) -> Bool
    ) {
        unsafe text.withUnsafeBufferPointer { buffer in
            var word = unsafe docket_word()
            unsafe docket_tokenizer_start(tokenizer, buffer.baseAddress, buffer.count)
            while unsafe docket_tokenizer_next(tokenizer, &word) {
                let range = unsafe word.start..<word.end
                let folded = unsafe Span<UInt8>(
                    _unsafeStart: word.folded,
                    count: word.folded_length
                )
                var count = 0
                guard stemmed.contains(folded),
                    let bytes = unsafe docket_tokenizer_stem(tokenizer, &count)
                else {
                    guard body(range, folded, folded) else { return }
                    continue
                }
                guard body(range, folded, unsafe Span(_unsafeStart: bytes, count: count)) else {
                    return
                }
            }
        }
    }
}
