internal import DocketCore

/// What a term of the index says of itself.
struct ExplainedTerm {
    /// Words of the query, each once.
    let words: [String]
    /// What texts have for it.
    let sought: [SoughtWords]
}

extension IndexQuery {
    /// The term of this place among all terms and, behind them, words that are joined.
    func explained(_ place: Int) -> ExplainedTerm {
        guard terms.indices.contains(place) else {
            let joined = joined[place - terms.count]
            return ExplainedTerm(
                words: words(of: joined.clauses.flatMap(\.origins)),
                sought: joined.words.map { SoughtWords(.inflected, $0, in: nil, .compound) }
            )
        }
        let places = terms[place].origins
        return ExplainedTerm(
            words: words(of: places),
            sought: places.flatMap { sought($0, in: terms[place]) }
        )
    }

    private func words(of places: [Int]) -> [String] {
        places.reduce(into: []) { words, place in
            let word = origins[place].term.shownText
            if !words.contains(word) { words.append(word) }
        }
    }

    /// What a term of the query looks for in one of the index: itself, or what corrects it there.
    private func sought(_ place: Int, in term: IndexTerm) -> [SoughtWords] {
        let origin = origins[place]
        guard let correction = corrections.first(where: { $0.place == origin.place }) else {
            return origin.term.sought
        }
        return correction.alternatives.filter { correctionStems[$0].map(term.finds) ?? true }
            .map { word in
                let isParted = word.utf8.contains(UInt8(ascii: " "))
                return SoughtWords(
                    .inflected,
                    word,
                    in: origin.term.field,
                    isParted ? .compound : .correction
                )
            }
    }
}

extension IndexTerm {
    /// Whether it is, or is also, of these stems.
    fileprivate func finds(_ stems: String) -> Bool {
        words.split(separator: ",").contains { $0 == stems }
    }
}
