internal import CDocketText

/// Which words of a text are to be stemmed, which takes longer than finding them.
package enum StemmedWords: Sendable {
    case none
    case all
    /// Those that begin with a byte whose place in the list of 256 is true.
    case beginning([Bool])

    func contains(_ folded: Span<UInt8>) -> Bool {
        switch self {
        case .none: false
        case .all: true
        case .beginning(let bytes): bytes[Int(folded[0])]
        }
    }
}

/// What a word of a text is.
package enum WordKind: Hashable, Sendable {
    case word
    /// A letter of a script that is searched by grams: pairs of letters that stand together, and
    /// runs of letters of one script. `isJoined` where it stands right behind another,
    /// `continuesRun` where that is of its run.
    case letter(isJoined: Bool, continuesRun: Bool)

    package var isLetter: Bool { self != .word }

    package var isJoined: Bool {
        if case .letter(true, _) = self { true } else { false }
    }
}

/// A word of a text, as long as the tokenizer does not go on.
package struct CutWord: ~Escapable {
    /// Its place in bytes.
    package let range: Range<Int>
    package let kind: WordKind
    package let folded: Span<UInt8>
    /// Its stem, or the folded form for letters and words that are not stemmed.
    package let stem: Span<UInt8>
    /// The stem that it has where it is written without accents.
    package let plainStem: Span<UInt8>
    /// Whether all words that are folded so have this stem.
    package let isStemmedFolded: Bool

    @_lifetime(copy folded, copy stem, copy plainStem)
    fileprivate init(
        _ range: Range<Int>,
        _ kind: WordKind,
        _ folded: Span<UInt8>,
        _ stem: Span<UInt8>,
        _ plainStem: Span<UInt8>,
        isStemmedFolded: Bool = true
    ) {
        self.range = range
        self.kind = kind
        self.folded = folded
        self.stem = stem
        self.plainStem = plainStem
        self.isStemmedFolded = isStemmedFolded
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
    /// Bytes that are no UTF-8 separate words. The time is linear in the text.
    package mutating func forEachWord(
        in text: Span<UInt8>,
        of language: TextLanguage,
        stemmed: StemmedWords,
        _ body: (_ word: borrowing CutWord) -> Bool
    ) {
        unsafe text.withUnsafeBufferPointer { buffer in
            var word = unsafe docket_word()
            unsafe docket_tokenizer_start(
                tokenizer,
                buffer.baseAddress,
                buffer.count,
                language.number
            )
            var plainStem = [UInt8](repeating: 0, count: Int(DOCKET_WORD_BYTES))
            while unsafe docket_tokenizer_next(tokenizer, &word) {
                let range = unsafe word.start..<word.end
                let kind = unsafe WordKind(word.kind)
                let folded = unsafe Span<UInt8>(
                    _unsafeStart: word.folded,
                    count: word.folded_length
                )
                guard kind == .word, stemmed.contains(folded) else {
                    guard body(CutWord(range, kind, folded, folded, folded)) else { return }
                    continue
                }
                let isStemmedFolded = unsafe word.is_stemmed_folded
                let plainCount = isStemmedFolded ? 0 : take(plainStem: &plainStem)
                var count = 0
                guard let bytes = unsafe docket_tokenizer_stem(tokenizer, &count) else { return }
                let stem = unsafe Span<UInt8>(_unsafeStart: bytes, count: count)
                let plain = plainStem.span.extracting(first: plainCount)
                let isOne = plainCount == 0
                let cut = CutWord(
                    range,
                    kind,
                    folded,
                    stem,
                    isOne ? stem : plain,
                    isStemmedFolded: isStemmedFolded
                )
                guard body(cut) else { return }
            }
        }
    }

    /// The bytes of the stem that the last word has without accents; none where it has no other.
    private func take(plainStem: inout [UInt8]) -> Int {
        var count = 0
        guard let bytes = unsafe docket_tokenizer_plain_stem(tokenizer, &count) else { return 0 }
        for place in 0..<count { plainStem[place] = unsafe bytes[place] }
        return count
    }

    /// Calls `body` with each gram of the UTF-8 `text` in order: pairs of letters that stand
    /// together, and runs of letters, which begin with a mark and which `isRun` says.
    package mutating func forEachGram(
        in text: Span<UInt8>,
        _ body: (_ gram: Span<UInt8>, _ isRun: Bool) -> Void
    ) {
        unsafe text.withUnsafeBufferPointer { buffer in
            var word = unsafe docket_word()
            unsafe docket_tokenizer_start(tokenizer, buffer.baseAddress, buffer.count, 0)
            while unsafe docket_tokenizer_next(tokenizer, &word) {
                guard unsafe word.kind != DOCKET_PLAIN_WORD else { continue }
                var (number, count): (UInt32, Int) = (0, 0)
                while let bytes = unsafe docket_tokenizer_gram(tokenizer, number, &count) {
                    let gram = unsafe Span(_unsafeStart: bytes, count: count)
                    body(gram, gram[0] == DOCKET_RUN_MARK)
                    number += 1
                }
            }
        }
    }
}

extension WordKind {
    fileprivate init(_ kind: docket_word_kind) {
        self =
            switch kind {
            case DOCKET_PLAIN_WORD: .word
            case DOCKET_FIRST_LETTER: .letter(isJoined: false, continuesRun: false)
            case DOCKET_JOINED_LETTER: .letter(isJoined: true, continuesRun: false)
            default: .letter(isJoined: true, continuesRun: true)
            }
    }
}
