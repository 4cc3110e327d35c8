internal import DocketCore
internal import DocketJSON
internal import DocketSystem

/// Writes a search in the engine's language: whatever was asked is a value of it, never syntax.
///
/// The tenant stands outermost in each query, through its alias too; what does not score is a
/// filter.
struct QueryBuilder {
    /// The sort value behind all others of a field, which stands for a missing one.
    static let missingTime = Int64.max
    static let missingBoolean = Int64(Int32.max)
    /// Hits that one reply may have, as engines have it unless configured.
    private static let windowMaximum = 10_000

    let tenant: TenantID
    let plan: SearchPlan
    let removed: RemovedDocuments
    let words: QueryWords
    let fields: SlotFields

    init(
        _ tenant: TenantID,
        _ plan: SearchPlan,
        without removed: RemovedDocuments,
        _ words: QueryWords
    ) {
        self.tenant = tenant
        self.plan = plan
        self.removed = removed
        self.words = words
        fields = SlotFields(plan.collection.schema)
    }

    /// The body of a search for one page, with one hit more, which tells whether there is another.
    ///
    /// - Throws: ``DocketError`` `invalidArgument` for a position of another order.
    func search(timeout: Duration?) throws(DocketError) -> [UInt8] {
        var writer = JSONWriter()
        try writer.object { (body) throws(DocketError) in
            head(size: plan.limit == 0 ? 0 : plan.limit + 1, timeout, &body)
            query(isScored: true, &body)
            // Of each match, which keeps the engine from passing over those that come to no page.
            if words.isScored, !isByScore { body.member("track_scores", true) }
            let order = isRest ? [BoundSort(.number, isDescending: false)] : plan.sort
            sort(order, &body)
            try position(order, &body)
            total(&body)
            aggregations(&body)
            if words.areNamed { body.member("explain", true) }
        }
        return writer.bytes
    }

    /// Matches of one slice.
    var scanSize: Int { min(max(1, plan.limit), Self.windowMaximum) }

    /// The body of a search for matches behind a number, in the order of numbers.
    func scan(after number: UInt64, timeout: Duration?) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { body in
            head(size: scanSize, timeout, &body)
            query(isScored: false, &body)
            sort([BoundSort(.number, isDescending: false)], &body)
            body.member("search_after") { values in values.array { $0.value(number) } }
            body.member("track_total_hits", false)
        }
        return writer.bytes
    }

    /// The body of a search that counts the documents of the collection that have each term.
    static func counts(
        of terms: [QueryTerms.Term],
        _ tenant: TenantID,
        _ plan: SearchPlan
    ) -> [UInt8] {
        var writer = JSONWriter()
        let fields = SlotFields(plan.collection.schema)
        writer.object { body in
            body.member("size", 0)
            body.member("track_total_hits", false)
            body.member("query") { query in
                query.bool { bool in
                    bool.member("filter") { list in
                        list.array { owner(tenant, plan.collection, &$0) }
                    }
                }
            }
            body.member("aggs") { aggregations in
                aggregations.object { all in
                    for (place, term) in terms.enumerated() {
                        all.member("t\(place)") { aggregation in
                            aggregation.object { members in
                                members.member("filter") {
                                    QueryWords.write(term, fields, &$0)
                                }
                            }
                        }
                    }
                }
            }
        }
        return writer.bytes
    }

    /// Whether pages by score go on by number.
    var isRest: Bool {
        if case .rest = plan.after { true } else { false }
    }

    /// Whether hits are sorted by their scores, the best first: each has it among its sort values.
    var isByScore: Bool {
        words.isScored && !isRest && plan.sort.first == BoundSort(.score, isDescending: true)
    }

    private func head(size: Int, _ timeout: Duration?, _ body: inout JSONWriter) {
        body.member("size", size)
        body.member("_source", false)
        body.member("version", true)
        guard let timeout else { return }
        // The engine stops when nobody waits any longer.
        body.member("timeout", "\(max(1, timeout.wholeNanoseconds / 1_000_000))ms")
    }

    private func query(isScored: Bool, _ body: inout JSONWriter) {
        body.member("query") { query in
            query.bool { bool in
                bool.member("filter") { list in
                    list.array { filters in
                        Self.owner(tenant, plan.collection, &filters)
                        if let filter = plan.filter { write(filter, &filters) }
                        if !isScored, words.isScored { words.writeMatches(fields, &filters) }
                    }
                }
                if isScored, words.isScored {
                    bool.member("must") { words.writeScores(fields, &$0) }
                }
                guard !words.excluded.isEmpty || !removed.numbers.isEmpty else { return }
                bool.member("must_not") { list in
                    list.array { exclusions in
                        for term in words.excluded {
                            QueryWords.write(term, fields, &exclusions)
                        }
                        writeRemoved(&exclusions)
                    }
                }
            }
        }
    }

    private static func owner(
        _ tenant: TenantID,
        _ collection: Collection,
        _ filters: inout JSONWriter
    ) {
        filters.term(Mapping.tenant) { $0.value("\(tenant.number)") }
        filters.term(Mapping.collection) {
            $0.value(IndexedIdentity.collection(tenant, collection.number))
        }
    }

    private func writeRemoved(_ exclusions: inout JSONWriter) {
        guard !removed.numbers.isEmpty else { return }
        exclusions.object { query in
            query.member("ids") { ids in
                ids.object { members in
                    members.member("values") { list in
                        list.array {
                            for number in removed.numbers {
                                let collection = plan.collection.number
                                $0.value(IndexedIdentity(tenant, collection, number).text)
                            }
                        }
                    }
                }
            }
        }
    }
}

extension JSONWriter {
    mutating func bool<Failure: Error>(
        _ body: (inout JSONWriter) throws(Failure) -> Void
    ) throws(Failure) {
        try object { (query) throws(Failure) in
            try query.member("bool") { (bool) throws(Failure) in try bool.object(body) }
        }
    }

    mutating func term(_ field: String, _ value: (inout JSONWriter) -> Void) {
        object { query in
            query.member("term") { term in term.object { $0.member(field, value) } }
        }
    }
}
