/// The one form that all texts of the same words share.
package enum TextNormalizer {
    /// The folded words with a space between them: equal for texts that match the same documents,
    /// however they are written (case, accents, normal forms, white space, punctuation).
    ///
    /// Letters of scripts without spaces stand together as in the text, with a stroke where a run
    /// ends; of a language whose stems depend on accents each word has its stem behind it.
    ///
    /// Meant for keys of caches. The text itself when there is no memory, which only misses.
    package static func canonical(_ text: String, of language: TextLanguage = .unknown) -> String {
        guard var tokenizer = TokenizerHandle() else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        let hasAccents = language.hasAccents
        tokenizer.forEachWord(
            in: text.utf8.span,
            of: language,
            stemmed: hasAccents ? .all : .none
        ) { word in
            switch word.kind {
            case .letter(true, let continuesRun):
                if !continuesRun { bytes.append(UInt8(ascii: "|")) }
                bytes.append(bytesOf: word.folded)
            default:
                bytes.append(word: word.folded)
                guard hasAccents, word.kind == .word else { return true }
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
