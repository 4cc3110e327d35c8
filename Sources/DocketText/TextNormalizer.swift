/// The one form that all texts of the same words share.
package enum TextNormalizer {
    /// The folded words with a space between them: equal for texts that match the same documents,
    /// however they are written (case, accents, normal forms, white space, punctuation).
    ///
    /// Meant for keys of caches. The text itself when there is no memory, which only misses.
    package static func canonical(_ text: String) -> String {
        guard var tokenizer = TokenizerHandle() else { return text }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        tokenizer.forEachWord(in: text.utf8.span, stemmed: .none) { _, folded, _ in
            if !bytes.isEmpty { bytes.append(UInt8(ascii: " ")) }
            for place in folded.indices { bytes.append(folded[place]) }
            return true
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
