internal import DocketCore
internal import DocketJSON

/// Reads the engine's reply to a search that a builder wrote.
struct ReplyCodec {
    /// What of a reply is asked for.
    static let filterPath =
        "timed_out,_shards.failed,hits.total,hits.max_score,hits.hits._id,hits.hits._index,"
        + "hits.hits._version,hits.hits._score,hits.hits.sort,aggregations"
    /// What a search that explains asks for as well.
    static let explainedPath = ",hits.hits.matched_queries,hits.hits._explanation"

    let builder: QueryBuilder
    let names: IndexNames
    private var plan: SearchPlan { builder.plan }

    /// - Throws: ``DocketError`` `unavailable` for a reply that lacks a part of the index,
    ///   `internalError` for one that cannot be an answer.
    func page(_ reply: [UInt8]) throws(DocketError) -> IndexPage {
        try reading(reply) { root in
            let order =
                builder.isRest ? [BoundSort(.number, isDescending: false)] : plan.sort
            var hits = try hits(root, order)
            let hasMore = hits.count > plan.limit
            if hasMore { hits.removeLast(hits.count - plan.limit) }
            var page = IndexPage(
                hits: hits,
                total: total(root),
                isApproximate: !builder.removed.isComplete,
                hasMore: hasMore && plan.limit > 0,
                ignoredTerms: builder.words.ignored
            )
            if builder.words.isScored, let best = bestScore(root, hits.first), best > 0 {
                page.bestScore = best
            }
            for (place, facet) in plan.facets.enumerated() {
                let (counts, isExact) = try counts(root, facet, place)
                page.facets.append(counts)
                if !isExact { page.isApproximate = true }
            }
            return page
        }
    }

    func slice(_ reply: [UInt8], size: Int) throws(DocketError) -> IndexSlice {
        try reading(reply) { root in
            let hits = try hits(root, [BoundSort(.number, isDescending: false)])
            return IndexSlice(
                hits: hits,
                next: hits.count >= size ? hits.last?.number : nil,
                ignoredTerms: builder.words.ignored
            )
        }
    }

    /// How many documents have each of so many terms.
    static func termCounts(_ reply: [UInt8], of count: Int) throws(DocketError) -> [Int] {
        do {
            var parser = JSONParserHandle(byteMaximum: HTTPRequest.replyBytesDefault)
            let root = try parser.parse(reply)
            try checkWhole(root)
            var counts = [Int?](repeating: nil, count: count)
            _ = try root.member("aggregations")?.forEachMember { name, value in
                guard let place = Int(name.dropFirst()), counts.indices.contains(place) else {
                    return
                }
                counts[place] = value.member("doc_count")?.integer.map { Int($0) }
            }
            let known = counts.compactMap(\.self)
            guard known.count == count else { throw DocketError.wrongReply }
            return known
        } catch let error as DocketError {
            throw error
        } catch {
            throw .wrongReply.caused(by: "\(error)")
        }
    }

    private func reading<Value>(
        _ reply: [UInt8],
        _ body: (borrowing JSONValue) throws -> Value
    ) throws(DocketError) -> Value {
        do {
            var parser = JSONParserHandle(byteMaximum: HTTPRequest.replyBytesDefault)
            let root = try parser.parse(reply)
            try Self.checkWhole(root)
            return try body(root)
        } catch let error as DocketError {
            throw error
        } catch {
            throw .wrongReply.caused(by: "\(error)")
        }
    }

    /// A reply that speaks of a part of the index alone is none.
    static func checkWhole(_ root: borrowing JSONValue) throws(DocketError) {
        guard let isLate = root.member("timed_out")?.boolean,
            let failed = root.member("_shards")?.member("failed")?.integer
        else { throw .wrongReply }
        guard !isLate else {
            throw DocketError(.deadlineExceeded, "the search engine did not answer in time")
        }
        guard failed == 0 else {
            throw DocketError(
                .unavailable,
                "a part of the search engine's index cannot answer now",
                retryAfter: .seconds(1)
            )
        }
    }

    private func total(_ root: borrowing JSONValue) -> SearchReply.Total {
        let isComplete = builder.removed.isComplete
        let found: Int
        var isExact = true
        if builder.countsMatchesApart {
            let matches = root.member("aggregations")?.member(QueryBuilder.matchesName)
            found = Int(matches?.member("doc_count")?.integer ?? 0)
        } else {
            let total = root.member("hits")?.member("total")
            found = Int(total?.member("value")?.integer ?? 0)
            isExact = total?.member("relation")?.string == "eq"
        }
        return switch plan.total {
        case .exact: .init(value: found, isExact: isExact && isComplete)
        case .bounded(let bound):
            .init(
                value: min(found, bound),
                isExact: isExact && found <= bound && isComplete
            )
        case .none: .init(value: 0, isExact: false)
        }
    }

    private func bestScore(_ root: borrowing JSONValue, _ first: IndexHit?) -> Double? {
        builder.isByScore ? first?.score : root.member("hits")?.member("max_score")?.double
    }

    private func counts(
        _ root: borrowing JSONValue,
        _ facet: BoundFacet,
        _ place: Int
    ) throws -> (counts: [FacetResult.Count], isExact: Bool) {
        var counts: [FacetResult.Count] = []
        var isExact: Bool?
        let name = QueryBuilder.facetName(place)
        _ = try root.member("aggregations")?.forEachMember { member, aggregation in
            guard member == name else { return }
            isExact = aggregation.member("doc_count_error_upper_bound")?.integer == 0
            _ = try aggregation.member("buckets")?.forEachElement { bucket in
                guard let key = bucket.member("key"), let value = value(key, of: facet.slot),
                    let count = bucket.member("doc_count")?.integer
                else { throw DocketError.wrongReply }
                counts.append(FacetResult.Count(value, Int(count)))
            }
        }
        guard let isExact, counts.count <= facet.limit else { throw DocketError.wrongReply }
        return (counts, isExact)
    }

    private func value(_ json: borrowing JSONValue, of slot: Int) -> AttributeValue? {
        switch builder.fields.type(of: slot) {
        case .keyword, .text: json.string.map { .string($0) }
        case .number: json.double.map { .number($0) }
        case .time: json.integer.map { .time(microseconds: $0) }
        case .boolean: json.integer.map { .boolean($0 != 0) }
        }
    }

    private func hits(
        _ root: borrowing JSONValue,
        _ order: [BoundSort]
    ) throws -> [IndexHit] {
        var hits: [IndexHit] = []
        _ = try root.member("hits")?.member("hits")?.forEachElement { hit in
            hits.append(try self.hit(hit, order))
        }
        return hits
    }

    private func hit(_ json: borrowing JSONValue, _ order: [BoundSort]) throws -> IndexHit {
        guard let index = json.member("_index")?.string.flatMap(names.place(ofIndex:)),
            let identity = json.member("_id")?.string.flatMap({ IndexedIdentity($0) }),
            let version = json.member("_version")?.unsigned, version > 0
        else { throw DocketError.wrongReply }
        var values: [AttributeValue?] = []
        var number: UInt64?
        var score = json.member("_score")?.double
        var place = 0
        _ = try json.member("sort")?.forEachElement { value in
            defer { place += 1 }
            guard place < order.count else {
                number = value.unsigned
                return
            }
            switch order[place].key {
            case .score where builder.words.isScored: score = value.double
            case .number: number = value.unsigned
            case .score, .slot: break
            }
            values.append(try sortValue(value, order[place]))
        }
        // The number in the name and the one in the index are of the same document.
        let keys = order.count + (QueryBuilder.hasNumber(order) ? 0 : 1)
        guard number == identity.number, place == keys else {
            throw DocketError.wrongReply
        }
        if builder.isRest { values = plan.sort.map { _ in nil } }
        return IndexHit(
            tenant: identity.tenant,
            collection: identity.collection,
            number: identity.number,
            version: version,
            score: score ?? 1,
            sortValues: values,
            account: builder.words.areNamed
                ? try ScoreReader(builder.words, hasOwnIndex: names.isRebuilt(index)).account(json)
                : nil
        )
    }

    private func sortValue(
        _ json: borrowing JSONValue,
        _ key: BoundSort
    ) throws(DocketError) -> AttributeValue? {
        guard case .slot(let slot) = key.key, !json.isNull else { return nil }
        switch builder.fields.type(of: slot) {
        case .number where json.string != nil: return nil
        case .time where json.integer == (key.isDescending ? .min : QueryBuilder.missingTime):
            return nil
        case .boolean where json.integer != 0 && json.integer != 1: return nil
        default:
            guard let value = value(json, of: slot) else { throw .wrongReply }
            return value
        }
    }
}

extension DocketError {
    static let wrongReply = DocketError(
        .internalError,
        "the search engine's reply is not an answer to the search"
    )
}
