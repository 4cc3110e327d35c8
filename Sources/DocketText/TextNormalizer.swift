/// The one form that all texts of the same words share.
package enum TextNormalizer {
    /// The folded words with a space between them: equal for texts that match the same documents,
    /// however they are written (case, accents, normal forms, white space, punctuation).
    ///
    /// Letters of scripts without spaces stand together as in the text, with a stroke where a run
    /// ends; words whose stems depend on their accents have these behind them.
    ///
    /// Meant for keys of caches. The text itself when there is no memory, which only misses.
    package static func canonical(_ text: String, of language: TextLanguage = .unknown) -> String {
        guard var tokenizer = TokenizerHandle() else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        tokenizer.forEachWord(in: text.utf8.span, of: language, stemmed: .all) { word in
            switch word.kind {
            case .letter(true, let continuesRun):
                if !continuesRun { bytes.append(UInt8(ascii: "|")) }
                bytes.append(bytesOf: word.folded)
            default:
                bytes.append(word: word.folded)
                guard !word.isStemmedFolded else { return true }
                bytes.append(UInt8(ascii: "/"))
                bytes.append(bytesOf: word.stem)
            }
            return true
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension [UInt8] {
    fileprivate mutating func append(bytesOf word: Span<UInt8>) {
        for place in word.indices { append(word[place]) }
    }
}
