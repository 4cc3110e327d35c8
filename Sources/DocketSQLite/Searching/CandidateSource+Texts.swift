internal import DocketCore
internal import DocketText

/// What takes the texts of the first hits: the order that words by themselves in their titles and
/// neighbours make.
extension CandidateSource {
    /// Bytes of a body in which neighbours are sought.
    private static let bodyBytes = 8 << 10

    /// Whether hits are ranked anew; one alone is not where no page came before.
    private func ranksAnew(_ hits: [RankedHit], _ pass: SearchPass) -> Bool {
        guard query != nil, pass.rankedAnew > 0, hits.count > 1 || plan.after != nil else {
            return false
        }
        return asked.weighsNames || !asked.pairs.isEmpty
    }

    /// Brings the first hits of an order by score into the one that their texts make.
    func rank(_ hits: inout [RankedHit], _ pass: SearchPass) throws {
        guard let query, ranksAnew(hits, pass) else { return }
        let order = pass.order
        var first = Array(hits.prefix(pass.rankedAnew))
        for place in first.indices {
            try readTexts(of: first[place].number, query)
            let document = UInt32(truncatingIfNeeded: first[place].number)
            first[place].score = try query.rank(document, first[place].score)
        }
        first.sort { order.precedes($0, $1) }
        hits.replaceSubrange(first.indices, with: first)
    }

    private func readTexts(of number: Int64, _ query: IndexQueryHandle) throws {
        let readsBody = !asked.pairs.isEmpty
        let body = readsBody ? "coalesce(kept.body, newest.body)" : "''"
        // Of a document whose newer version waits, the texts that are indexed are kept apart.
        let statement = try connection.prepared(
            """
            SELECT coalesce(kept.title, newest.title), \(body)
            FROM contents AS newest LEFT JOIN indexed_contents AS kept USING (number)
            WHERE number = ?1
            """
        )
        defer { statement.reset() }
        try statement.bind(1, .integer(number))
        guard try statement.step() else { throw SQLiteError.damagedPages }
        let language = TextLanguage(code: plan.collection.schema.language?.code)
        try statement.withBytes(0) { try query.read($0, language, isTitle: true) }
        try statement.withBytes(1) { body in
            let beginning = body.extracting(0..<min(body.byteCount, Self.bodyBytes))
            try query.read(beginning, language, isTitle: false)
        }
    }

    /// What makes the scores of the page's hits, which are the first of those that were ranked; nil
    /// where nobody asks.
    ///
    /// No search of the query goes on after it.
    func accounts(of hits: [RankedHit], _ pass: SearchPass) throws -> [ScoreAccount]? {
        guard plan.explains, let query else { return nil }
        let terms = (0..<asked.terms.count + asked.joined.count).map { asked.explained($0) }
        let ranked = ranksAnew(hits, pass) ? pass.rankedAnew : 0
        return try hits.prefix(plan.limit).enumerated().map { place, hit in
            if place < ranked { try readTexts(of: hit.number, query) }
            let parts = try query.explain(UInt32(truncatingIfNeeded: hit.number))
            return ScoreAccount(parts: Self.account(parts, terms), hasStatistics: true)
        }
    }

    private static func account(
        _ parts: IndexQueryHandle.Parts,
        _ terms: [ExplainedTerm]
    ) -> [ScoreAccount.Part] {
        var account = parts.terms.map { place, part in
            ScoreAccount.Part(ScorePart(.term, terms[place].words, part), terms[place].sought)
        }
        if let complete = parts.complete {
            account.append(ScoreAccount.Part(ScorePart(.allClauses, [], complete)))
        }
        if let titled = parts.titled {
            account.append(ScoreAccount.Part(ScorePart(.title, [], titled)))
        }
        account += parts.names.map { place, part in
            ScoreAccount.Part(ScorePart(.name, terms[place].words, part))
        }
        for pair in parts.pairs {
            let words = [pair.first, pair.second].flatMap { terms[$0].words.prefix(1) }
            account.append(ScoreAccount.Part(ScorePart(.neighbours, words, pair.part)))
        }
        return account
    }
}

extension ScorePart {
    fileprivate init(_ kind: Kind, _ words: [String], _ part: IndexQueryHandle.Part) {
        self.init(
            kind,
            words: words,
            score: part.score,
            weight: part.weight,
            idf: part.idf,
            tf: part.tf
        )
    }
}
