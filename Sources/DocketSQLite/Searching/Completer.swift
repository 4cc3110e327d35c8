internal import DocketCore
internal import DocketText

/// Completes what somebody has begun to type by what the documents of a collection have.
struct Completer {
    /// Terms of segments that one question looks at, some 50 ns each.
    private static let looksMaximum = 200_000
    /// Stems that are tried together with the words before, some 50 µs each.
    private static let togetherMaximum = 10
    /// Words before the last that are tried together with it.
    private static let earlierMaximum = 4
    /// Documents with two words that are counted.
    private static let documentsCounted = 20_000

    /// Beginnings near one that nothing has, and words that are sought in segments to find them.
    private static let nearMaximum = 16
    private static let nearSeeks = 20_000

    /// A completion with the folded words that it shows.
    private struct Found {
        var suggestion: Suggestion
        let folded: String
    }

    private let plan: SuggestPlan
    private let statements: IndexStatements
    private let segments: [Segment]
    private let cutter: WordCutter
    /// Of titles, bodies and keywords.
    private let language: TextLanguage
    private let texts: WrittenTexts
    private var isCut = false

    init(
        _ plan: SuggestPlan,
        _ statements: IndexStatements,
        _ segments: [Segment],
        _ cutter: WordCutter
    ) {
        self.plan = plan
        self.statements = statements
        self.segments = segments
        self.cutter = cutter
        language = TextLanguage(code: plan.collection.schema.language?.code)
        texts = WrittenTexts(
            connection: statements.connection,
            schema: plan.collection.schema,
            cutter: cutter
        )
    }

    mutating func reply() throws -> SuggestReply {
        guard let typed = TypedBeginning(plan.prefix, cutter, language) else {
            return SuggestReply()
        }
        var corrected: String?
        var found = try completions(of: typed)
        if found.isEmpty, !typed.isOpen { found = try completions(of: typed.opened) }
        if found.isEmpty, let meant = try self.corrected(typed) {
            found = try completions(of: meant)
            if !found.isEmpty { corrected = meant.kept + meant.last }
        }
        return SuggestReply(
            found.map(\.suggestion),
            correctedPrefix: corrected,
            isApproximate: isCut
        )
    }

    /// The most frequent: of titles and keywords, and of words, half of the places each where both
    /// have as many.
    private mutating func completions(of typed: TypedBeginning) throws -> [Found] {
        var wholes = try wholes(typed)
        let room = plan.limit - min(wholes.count, (plan.limit + 1) / 2)
        var words: [Found] = []
        for word in try self.words(typed) {
            if let place = wholes.firstIndex(where: { $0.folded == word.folded }) {
                let documents = wholes[place].suggestion.documents
                wholes[place].suggestion.documents = max(documents, word.suggestion.documents)
            } else if words.count < room {
                words.append(word)
            }
        }
        let found = wholes.prefix(plan.limit - words.count) + words
        return found.enumerated().sorted { one, other in
            let counts = (one.element.suggestion.documents, other.element.suggestion.documents)
            return counts.0 != counts.1 ? counts.0 > counts.1 : one.offset < other.offset
        }
        .map(\.element)
    }

    private mutating func find(
        _ vocabulary: Vocabulary,
        _ beginning: String,
        count: Int
    ) throws -> [CompletionsHandle.Term] {
        let found = try CompletionsHandle(
            statements,
            segments,
            vocabulary,
            beginningWith: beginning,
            count: count,
            looks: Self.looksMaximum
        )
        isCut = isCut || found.isCut
        return found.terms
    }

    /// Terms that are looked up, since some may have no living document.
    private var candidates: Int { 2 * plan.limit + 8 }

    // MARK: Titles and keywords

    private mutating func wholes(_ typed: TypedBeginning) throws -> [Found] {
        var found: [Found] = []
        let beginning = typed.whole
        let kept = beginning.cut(to: CompletionsHandle.wholeBytes)
        for term in try find(.wholes, kept, count: candidates) {
            guard found.count < plan.limit else { break }
            guard
                let document = try statements.livingDocument(
                    with: term.text,
                    of: .wholes,
                    segments
                ),
                let (text, kind) = try texts.whole(
                    term.text,
                    beginningWith: beginning,
                    in: document
                )
            else { continue }
            let suggestion = Suggestion(text, kind, documents: term.documents)
            found.append(Found(suggestion: suggestion, folded: term.text))
        }
        return found
    }

    // MARK: Words

    private mutating func words(_ typed: TypedBeginning) throws -> [Found] {
        guard typed.isOpen else { return [] }
        var terms = try find(.words, typed.last, count: candidates)
        if !typed.earlier.isEmpty { terms = try together(terms, typed.earlier) }
        var found: [Found] = []
        for term in terms {
            guard found.count < plan.limit else { break }
            guard
                let document = try statements.livingDocument(with: term.text, of: .words, segments)
            else { continue }
            let text = typed.kept + (try texts.word(term.text, in: document))
            let suggestion = Suggestion(text, .word, documents: term.documents)
            found.append(Found(suggestion: suggestion, folded: typed.completed(by: term.text)))
        }
        return found
    }

    /// Those that some documents have beside the words before, by how many; all of them as they
    /// are, where there are none such.
    private mutating func together(
        _ terms: [CompletionsHandle.Term],
        _ earlier: [String]
    ) throws -> [CompletionsHandle.Term] {
        let stems = try stems(of: earlier)
        guard !stems.isEmpty else { return terms }
        var documentsByStem: [String: Int] = [:]
        var counted: [CompletionsHandle.Term] = []
        for term in terms {
            let stem = cutter.cut(term.text, of: language).stems
            if documentsByStem[stem] == nil {
                guard documentsByStem.count < Self.togetherMaximum else { continue }
                documentsByStem[stem] = try documents(with: stems + [stem])
            }
            guard let documents = documentsByStem[stem], documents > 0 else { continue }
            counted.append(CompletionsHandle.Term(text: term.text, documents: documents))
        }
        guard !counted.isEmpty else { return terms }
        return counted.sorted { $0.documents > $1.documents }
    }

    /// The stems of words that documents have; of a word that none has, that of the most frequent
    /// one which begins with it.
    private mutating func stems(of words: [String]) throws -> [String] {
        var stems: [String] = []
        for word in words.suffix(Self.earlierMaximum) {
            let stem = cutter.cut(word, of: language).stems
            if try isKnown(stem) {
                stems.append(stem)
            } else if let longer = try find(.words, word, count: 1).first {
                stems.append(cutter.cut(longer.text, of: language).stems)
            }
        }
        return stems
    }

    private func isKnown(_ stem: String) throws -> Bool {
        let query = try IndexQueryHandle(statements, segments, weighsComplete: false)
        return try query.add(Self.term(stem)) > 0
    }

    private static func term(_ stem: String) -> IndexTerm {
        IndexTerm(kind: .inflected, role: .clause, columns: nil, boost: 1, words: stem)
    }

    /// How many documents have words of all these stems; of very many, so many as were counted.
    private func documents(with stems: [String]) throws -> Int {
        let query = try IndexQueryHandle(statements, segments, weighsComplete: false)
        for stem in Set(stems) {
            guard try query.add(Self.term(stem)) > 0 else { return 0 }
        }
        try query.start(.complete(isScored: false))
        var count = 0
        while count < Self.documentsCounted,
            let more = try query.next({ documents, _ in documents.count })
        {
            count += more
        }
        return count
    }

    // MARK: Correction

    /// What may have been meant by a beginning that nothing has: its last word with one edit, or
    /// else all of it, as titles and keywords are spelt; of several, what most documents have.
    private mutating func corrected(_ typed: TypedBeginning) throws -> TypedBeginning? {
        if let word = try likeliest(.words, typed.last) { return typed.ending(in: word) }
        let asked = typed.opened.whole
        guard asked.utf8.count <= CompletionsHandle.wholeBytes else { return nil }
        return try likeliest(.wholes, asked).flatMap { TypedBeginning($0, cutter, language) }
    }

    private mutating func likeliest(_ vocabulary: Vocabulary, _ asked: String) throws -> String? {
        // Of fewer letters too much is near.
        guard asked.unicodeScalars.count >= 4 else { return nil }
        let digits = WordCorrector.digits(of: asked)
        var walk = VocabularyWalk(statements, segments, vocabulary, seeks: Self.nearSeeks)
        let near = try walk.beginnings(near: asked, count: Self.nearMaximum)
        var best: (text: String, documents: Int)?
        // Another number is another part, version or year.
        for text in near where WordCorrector.digits(of: text) == digits {
            let most = try find(vocabulary, text, count: 1).first?.documents ?? 0
            if most > best?.documents ?? 0 { best = (text, most) }
        }
        return best?.text
    }
}

extension String {
    /// The beginning of the text in so many bytes, cut at a letter.
    fileprivate func cut(to bytes: Int) -> String {
        guard utf8.count > bytes else { return self }
        var text = Substring(self)
        while text.utf8.count > bytes { text.removeLast() }
        return String(text)
    }
}

extension TenantReader {
    func suggest(_ plan: SuggestPlan) throws -> SuggestReply {
        try connection.reading {
            try requireCollection(plan.collection)
            let tables = CollectionTables(collection: plan.collection.number)
            var completer = Completer(
                plan,
                try IndexStatements(connection, tables),
                try SegmentTable(connection, tables).inUse(),
                cutter
            )
            return try completer.reply()
        }
    }
}
