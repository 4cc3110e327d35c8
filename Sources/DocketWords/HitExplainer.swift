package import DocketCore
internal import DocketText

/// Tells of hits where their texts have what made their scores.
package struct HitExplainer {
    /// Bytes of places that one hit is told.
    private static let placesBytes = 16 << 10

    /// The terms that are looked for in one field.
    private struct Field {
        let name: String
        var counter: TermCounter
        var terms: [SoughtWords] = []
    }

    private var fields: [Field]

    /// Looks for what parts of any hit of a search look for.
    package init(_ schema: CollectionSchema) {
        let names =
            ["title", "body"] + schema.searchedSlots.map { schema.attributes[$0].name }
        fields = names.map { name in
            let language = TextLanguage(code: schema.language(of: name)?.code)
            return Field(name: name, counter: TermCounter(language))
        }
    }

    /// What makes the score of a hit, unscaled; `texts` gives the values of a field.
    package mutating func explanation(
        _ account: ScoreAccount,
        texts: (_ field: String) -> [String]
    ) -> Explanation {
        note(account)
        let counts = fields.map { field in
            let counts = field.counter.count(in: texts(field.name))
            return Dictionary(uniqueKeysWithValues: zip(field.terms, counts))
        }
        var explanation = Explanation(scale: account.hasStatistics ? 1 : 0)
        var bytesLeft = Self.placesBytes
        for part in account.parts {
            var told = part.part
            for places in part.sought.flatMap({ self.places(of: $0, counts) }) {
                bytesLeft -= places.roughBytes
                if bytesLeft >= 0 { told.places.append(places) }
            }
            explanation.parts.append(told)
        }
        explanation.isCut = bytesLeft < 0
        return explanation
    }

    private func places(
        of sought: SoughtWords,
        _ counts: [[SoughtWords: TermCounter.Count]]
    ) -> [WordPlaces] {
        zip(fields, counts).compactMap { field, counts in
            guard let count = counts[sought], count.times > 0 else { return nil }
            return WordPlaces(
                field: field.name,
                count: count.times,
                source: sought.source,
                found: count.writings
            )
        }
    }

    /// Looks for what the account has that is not looked for yet.
    private mutating func note(_ account: ScoreAccount) {
        for sought in account.parts.flatMap(\.sought) {
            for place in fields.indices where !fields[place].terms.contains(sought) {
                guard sought.field == nil || sought.field == fields[place].name else { continue }
                fields[place].terms.append(sought)
                switch sought.kind {
                case .inflected: fields[place].counter.add(inflected: sought.text)
                case .exact: fields[place].counter.add(exact: sought.text)
                case .beginning: fields[place].counter.add(prefix: sought.text)
                }
            }
        }
    }
}
