/// What is looked for where a text is asked for.
package struct CutClause: Hashable, Sendable {
    package struct Word: Hashable, Sendable {
        package let folded: String
        /// By language, each once; that of the first language comes first.
        package let stems: [String]
        package let kind: WordKind
    }

    package let words: [Word]
    /// The runs of its letters, as indices have them.
    package let runs: [String]
}

extension WordCutter {
    /// Cuts a text that may be of any of these languages, of which there is at least one.
    ///
    /// The words are those of the first language; another that cuts the text into another number of
    /// words is left out. Nothing when there is no memory.
    package func clause(_ text: String, in languages: [TextLanguage]) -> CutClause {
        let cuts = languages.map { self.words(of: text, in: $0) }
        let first = cuts[0]
        let others = cuts.dropFirst().filter { $0.count == first.count }
        return CutClause(
            words: first.enumerated().map { place, word in
                var stems = [word.stem]
                for other in others where !stems.contains(other[place].stem) {
                    stems.append(other[place].stem)
                }
                return CutClause.Word(folded: word.folded, stems: stems, kind: word.kind)
            },
            runs: first.contains { $0.kind.isLetter } ? runs(of: text) : []
        )
    }
}
