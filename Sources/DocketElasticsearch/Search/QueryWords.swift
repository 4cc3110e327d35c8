internal import DocketCore
internal import DocketJSON

/// The words of a search as clauses of the engine's language.
struct QueryWords {
    /// No word of any index scores more: 2.2, the most of BM25's saturation, and 22, the rarity of
    /// one document among two thousand millions.
    private static let termScoreMaximum = 49.0
    /// Of what the title alone would score, for a title with all clauses: for one word in a title
    /// of mean length that is its rarity, as the embedded store has it.
    static let titleBoost = 0.2
    /// Of the scores of two words, for these next to each other, and how many such pairs count.
    static let pairBoost = 0.15
    private static let pairsMaximum = 8
    /// Words that a prefix inside a phrase stands for, as many as a query may have.
    private static let expansionsMaximum = 1000

    /// Each scores what matches it.
    let wanted: [QueryTerms.Term]
    /// A document that matches all of these comes before those that do not.
    private let demanded: [QueryTerms.Term]
    /// A document that has all of these in its title scores more.
    private let titled: [QueryTerms.Term]
    /// Next to each other in the query.
    let pairs: [(first: QueryTerms.Term, second: QueryTerms.Term)]
    let excluded: [QueryTerms.Term]
    private let matchesAll: Bool
    let boosts: [QueryTerms.Term: Double]
    /// True when words were asked for that no document can have, as `++`.
    let isEmpty: Bool
    let ignored: [IgnoredTerm]
    /// Whether the clauses have names, by which replies say what each scores.
    let areNamed: Bool

    init(_ terms: QueryTerms, _ choice: TermChoice, _ plan: SearchPlan) {
        let clauses = choice.counted.filter { $0.role == .clause }
        wanted = clauses + choice.counted.filter { $0.role == .part }
        excluded = choice.counted.filter { $0.role == .excluded }
        matchesAll = plan.match == .all
        // Whatever has a compound has its parts.
        demanded = plan.match == .any && !terms.isQuestion && wanted.count > 1 ? clauses : []
        let mayBeTitled = clauses.allSatisfy { $0.field == nil || $0.field == Mapping.title }
        titled = clauses.count > 1 && mayBeTitled ? clauses : []
        boosts = .init(uniqueKeysWithValues: wanted.map { ($0, terms.boost(of: $0)) })
        pairs = Array(
            zip(clauses, clauses.dropFirst()).filter { first, second in
                terms.mayPair(first) && terms.mayPair(second)
            }.prefix(Self.pairsMaximum)
        )
        isEmpty = terms.isNothing || (wanted.isEmpty && plan.text.hasWanted)
        ignored = choice.ignored
        areNamed = plan.explains
    }

    /// The name of the clause that a part of a score is given for; nil where replies need none.
    private func name(_ part: NamedPart) -> String? { areNamed ? part.name : nil }

    /// Whether something is looked for, beside what is left out.
    var isScored: Bool { !wanted.isEmpty }

    /// What matches, with the scores of the words.
    ///
    /// Documents with all clauses have a constant more, greater than any sum of the others; it is a
    /// power of two as small as may be, since scores are floats of 24 bits.
    func writeScores(_ fields: SlotFields, _ query: inout JSONWriter) {
        query.bool { bool in
            let clauses = wanted.filter { $0.role == .clause }
            if matchesAll {
                bool.member("must") { list in
                    list.array { write(clauses, fields, &$0) }
                }
            }
            bool.member("should") { list in
                list.array { others in
                    write(matchesAll ? wanted.filter { $0.role == .part } : wanted, fields, &others)
                    if !demanded.isEmpty { writeComplete(fields, &others) }
                    writeExtras(&others)
                }
            }
            if !matchesAll { bool.member("minimum_should_match", 1) }
        }
    }

    private func write(
        _ terms: [QueryTerms.Term],
        _ fields: SlotFields,
        _ clauses: inout JSONWriter
    ) {
        for term in terms {
            let name = wanted.firstIndex(of: term).flatMap { self.name(.term($0)) }
            Self.write(term, boost: boosts[term] ?? 1, name: name, fields, &clauses)
        }
    }

    /// What scores beside the words: who has it has some of them.
    private func writeExtras(_ clauses: inout JSONWriter) {
        if !titled.isEmpty { writeTitled(&clauses) }
        for (place, pair) in pairs.enumerated() { writePair(place, pair, &clauses) }
    }

    /// What matches, without scores.
    func writeMatches(_ fields: SlotFields, _ query: inout JSONWriter) {
        let terms = matchesAll ? wanted.filter { $0.role == .clause } : wanted
        query.bool { bool in
            bool.member(matchesAll ? "filter" : "should") { list in
                list.array { for term in terms { Self.write(term, fields, &$0) } }
            }
            if !matchesAll { bool.member("minimum_should_match", 1) }
        }
    }

    private func writeComplete(_ fields: SlotFields, _ clauses: inout JSONWriter) {
        clauses.object { query in
            query.member("constant_score") { score in
                score.object { members in
                    members.member("filter") { filter in
                        filter.bool { bool in
                            bool.member("filter") { list in
                                list.array {
                                    for term in demanded { Self.write(term, fields, &$0) }
                                }
                            }
                        }
                    }
                    members.member("boost", completeScore)
                    members.name(name(.allClauses))
                }
            }
        }
    }

    private var completeScore: Int {
        let most = wanted.reduce(0.0) { sum, term in
            let words = term.synonyms.reduce(term.words.count) { max($0, $1.words.count) }
            return sum + Self.termScoreMaximum * Double(words) * (boosts[term] ?? 1)
        }
        // What the title and pairs add is less than half of that.
        return 1 << (Int.bitWidth - Int(1.5 * most).leadingZeroBitCount)
    }

    private func writeTitled(_ clauses: inout JSONWriter) {
        clauses.bool { bool in
            bool.member("must") { list in
                list.array {
                    for term in titled { Self.write(term, in: Mapping.title, &$0) }
                }
            }
            bool.member("boost", Self.titleBoost)
            bool.name(name(.title))
        }
    }

    private func writePair(
        _ place: Int,
        _ pair: (first: QueryTerms.Term, second: QueryTerms.Term),
        _ clauses: inout JSONWriter
    ) {
        let field = Mapping.stems(of: Mapping.everything)
        let boost = ((boosts[pair.first] ?? 1) + (boosts[pair.second] ?? 1)) / 2
        clauses.object { query in
            query.member("span_near") { near in
                near.object { members in
                    members.member("clauses") { list in
                        list.array { spans in
                            for term in [pair.first, pair.second] {
                                spans.object { span in
                                    span.member("span_term") { members in
                                        members.object { $0.member(field, term.stemText) }
                                    }
                                }
                            }
                        }
                    }
                    members.member("slop", 0)
                    members.member("in_order", false)
                    members.member("boost", Self.pairBoost * boost)
                    members.name(name(.neighbours(place)))
                }
            }
        }
    }

    /// One term as one clause, with a name where replies are to say what it scores.
    static func write(
        _ term: QueryTerms.Term,
        boost: Double = 1,
        name: String? = nil,
        _ fields: SlotFields,
        _ clauses: inout JSONWriter
    ) {
        let options = Options(boost: boost, name: name)
        write(term, options, in: field(of: term, fields), &clauses)
    }

    /// What any clause may have.
    private struct Options {
        var boost = 1.0
        var name: String?
    }

    /// The same in a field of words.
    private static func write(
        _ term: QueryTerms.Term,
        _ options: Options = Options(),
        in words: String,
        _ clauses: inout JSONWriter
    ) {
        let isPhrase = term.words.count > 1
        switch term.kind {
        case .inflected:
            let field = Mapping.stems(of: words)
            guard term.synonyms.isEmpty else {
                return writeBest(of: term, options, in: words, &clauses)
            }
            if isPhrase {
                write("match_phrase", field, "query", term.stemText, options, &clauses)
            } else {
                let stems = term.stems.joined().joined(separator: " ")
                write("match", field, "query", stems, options, &clauses)
            }
        case .gram where words == Mapping.everything:
            write("term", Mapping.grams, "value", term.text, options, &clauses)
        case .gram:
            // A pair, of which single fields have the letters.
            let letters = term.words.joined(separator: " ")
            write("match_phrase", words, "query", letters, options, &clauses)
        case .exact where isPhrase:
            write("match_phrase", words, "query", term.text, options, &clauses)
        case .exact: write("term", words, "value", term.text, options, &clauses)
        case .prefix where isPhrase:
            write("match_phrase_prefix", words, "query", term.text, options, &clauses) {
                $0.member("max_expansions", expansionsMaximum)
            }
        case .prefix: write("prefix", words, "value", term.text, options, &clauses)
        }
    }

    /// What of a term and its synonyms scores most.
    private static func writeBest(
        of term: QueryTerms.Term,
        _ options: Options,
        in words: String,
        _ clauses: inout JSONWriter
    ) {
        var own = term
        own.synonyms = []
        clauses.object { query in
            query.member("dis_max") { best in
                best.object { members in
                    members.name(options.name)
                    members.member("queries") { list in
                        list.array {
                            for each in [own] + term.synonyms {
                                write(each, Options(boost: options.boost), in: words, &$0)
                            }
                        }
                    }
                }
            }
        }
    }

    private static func write(
        _ kind: String,
        _ field: String,
        _ name: String,
        _ text: String,
        _ options: Options,
        _ clauses: inout JSONWriter,
        _ more: (inout JSONWriter) -> Void = { _ in }
    ) {
        clauses.object { query in
            query.member(kind) { clause in
                clause.object { fields in
                    fields.member(field) { members in
                        members.object { members in
                            members.member(name, text)
                            if options.boost != 1 { members.member("boost", options.boost) }
                            members.name(options.name)
                            more(&members)
                        }
                    }
                }
            }
        }
    }

    /// The text field that the term is looked for in.
    private static func field(of term: QueryTerms.Term, _ fields: SlotFields) -> String {
        switch term.field {
        case nil: Mapping.everything
        case "title": Mapping.title
        case "body": Mapping.body
        case let name?: fields.text(ofAttribute: name) ?? Mapping.everything
        }
    }
}

extension JSONWriter {
    /// The name of a clause, by which replies say what it scores.
    fileprivate mutating func name(_ name: String?) {
        if let name { member("_name", name) }
    }
}
