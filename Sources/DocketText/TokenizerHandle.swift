internal import CDocketText

/// Owns one tokenizer: what takes texts apart into words, the same for what is indexed, asked,
/// highlighted and held as a cache key. It serves one thread at a time.
@safe package struct TokenizerHandle: ~Copyable {
    private let tokenizer: OpaquePointer

    /// Rises whenever some text gives other words or stems, so that indices are built anew.
    package static var version: Int { Int(DOCKET_TOKENIZER_VERSION) }

    /// Longest folded word in bytes; what is longer is cut.
    package static var wordBytes: Int { Int(DOCKET_WORD_BYTES) }

    /// nil when there is no memory.
    package init?() {
        guard let made = unsafe docket_tokenizer_new() else { return nil }
        unsafe tokenizer = made
    }

    deinit { unsafe docket_tokenizer_free(tokenizer) }

    /// Calls `body` with each word of the UTF-8 `text` in order, until it returns false.
    ///
    /// Bytes that are no UTF-8 separate words. The time is linear in the text.
    /// - Parameters:
    ///   - isStemmed: Whether the word of this folded form has to be stemmed, which takes longer
    ///     than finding it; `body` gets the folded form as the stem of all others.
    ///   - body: Gets the word's place in bytes, its folded form and its stem.
    package mutating func forEachWord(
        in text: Span<UInt8>,
        stemmedWhere isStemmed: (_ folded: Span<UInt8>) -> Bool,
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
                guard isStemmed(folded),
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
