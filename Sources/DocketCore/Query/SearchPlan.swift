/// A search checked against its collection's schema, in the terms that engines use: slots, typed
/// values, positions.
package struct SearchPlan: Hashable, Sendable {
    package var collection: Collection
    /// Empty when there are no words; fields are `title`, `body` or searched attributes' names.
    package var text: TextQuery
    package var match: SearchRequest.Match
    /// Terms that count; of more, the rarest in the collection.
    package var termsMaximum: Int
    /// Places of terms that do not count, as an earlier page said; nil when there was none.
    package var ignoredTerms: [Int]?
    /// Whether words that no document has are corrected, where the store can.
    package var correctsWords: Bool
    /// The alternatives of corrected terms by place, as an earlier page said; nil when there was
    /// none.
    package var corrections: [Int: [String]]?
    package var filter: BoundFilter?
    /// Never empty: what decides the order before the document number does.
    package var sort: [BoundSort]
    package var facets: [BoundFacet]
    package var limit: Int
    package var after: SearchPosition?
    /// Documents shown by score beyond which a cursor holds no more.
    package var shownMaximum = ShownDocuments.countMaximum
    package var highlights: [TextField]
    /// Whether hits say what makes their scores; never of a search without words.
    package var explains: Bool
    package var total: SearchRequest.TotalMode
    package var shows: FieldSelection
    /// Matches looked at before the page says `approximate`.
    package var candidates: Int
    /// Bytes of hits after which the page ends.
    package var replyBytes: Int
}

extension SearchPlan {
    /// What words of the query are found by as well.
    package var synonyms: Synonyms {
        correctsWords ? collection.schema.synonyms : Synonyms()
    }
}

/// A text field of a document.
package enum TextField: Hashable, Sendable {
    case title
    case body
    /// A searched attribute.
    case attribute(slot: Int)
}

/// What a hit shows.
package struct FieldSelection: Hashable, Sendable {
    package var title: Bool
    package var body: Bool
    /// nil for all.
    package var slots: Set<Int>?

    package init(title: Bool, body: Bool, slots: Set<Int>?) {
        self.title = title
        self.body = body
        self.slots = slots
    }

    /// Everything, as Get shows it.
    package static let everything = FieldSelection(title: true, body: true, slots: nil)
}

/// A filter by slots, its values of the attributes' types.
package indirect enum BoundFilter: Hashable, Sendable {
    case all([BoundFilter])
    case any([BoundFilter])
    case not(BoundFilter)
    case oneOf(slot: Int, [AttributeValue])
    case range(slot: Int, Filter.Bounds)
    case startsWith(slot: Int, String)
    case exists(slot: Int)
}

/// A key of an order by slot.
package struct BoundSort: Hashable, Sendable {
    package enum Key: Hashable, Sendable {
        /// Only where there are words.
        case score
        /// The document's number: the order in which documents were first accepted.
        case number
        case slot(Int)
    }

    package var key: Key
    package var isDescending: Bool

    package init(_ key: Key, isDescending: Bool) {
        self.key = key
        self.isDescending = isDescending
    }
}

/// A facet by slot.
package struct BoundFacet: Hashable, Sendable {
    package var slot: Int
    package var limit: Int

    package init(slot: Int, limit: Int) {
        self.slot = slot
        self.limit = limit
    }
}

/// Turns requests into plans.
package struct SearchBinder: Sendable {
    package let collection: Collection
    package let limits: Limits

    package init(collection: Collection, limits: Limits) {
        self.collection = collection
        self.limits = limits
    }

    /// Checks `request` against the schema and the limits.
    ///
    /// - Throws: ``DocketError`` that names the field and the limit or rule.
    package func plan(
        _ request: SearchRequest,
        after position: SearchPosition? = nil
    ) throws(DocketError) -> SearchPlan {
        guard (0...limits.pageHits).contains(request.limit) else {
            throw .invalid(
                "limit",
                "is \(request.limit), it may be 0 to \(limits.pageHits)",
                limit: limits.pageHits
            )
        }
        guard !request.explains || request.limit <= limits.explainedHits else {
            throw .invalid(
                "limit",
                "is \(request.limit), with explain it may be 0 to \(limits.explainedHits)",
                limit: limits.explainedHits
            )
        }
        let text = try TextQuery(parsing: request.query, limits: limits, isField: isTextField)
        return SearchPlan(
            collection: collection,
            text: text,
            match: request.match,
            termsMaximum: limits.queryTerms,
            correctsWords: !request.exactWords,
            filter: try request.filter.map { (filter) throws(DocketError) in try bind(filter) },
            sort: try bind(request.sort, hasScores: text.hasWanted),
            facets: try bind(request.facets),
            limit: request.limit,
            after: position,
            highlights: try bind(highlights: request.highlights),
            explains: request.explains && text.hasWanted,
            total: request.total,
            shows: try selection(
                of: request.fields,
                default: FieldSelection(title: true, body: false, slots: nil)
            ),
            candidates: limits.candidates,
            replyBytes: limits.replyBytes
        )
    }

    /// Checks the filter's bounds and names and gives its values the attributes' types.
    package func bind(_ filter: Filter) throws(DocketError) -> BoundFilter {
        try filter.checkBounds(limits)
        return try bindNode(filter)
    }

    private func bindNode(_ filter: Filter) throws(DocketError) -> BoundFilter {
        switch filter {
        case .all(let children): return .all(try bindNodes(children))
        case .any(let children): return .any(try bindNodes(children))
        case .not(let child): return .not(try bindNode(child))
        case .equal(let name, let value):
            let slot = try slot(name, for: .filter)
            return .oneOf(slot: slot, [try coerce(value, slot)])
        case .oneOf(let name, let values):
            let slot = try slot(name, for: .filter)
            guard values.count <= limits.attributeValues else {
                throw .invalid(
                    "filter",
                    "a list has over \(limits.attributeValues) values",
                    limit: limits.attributeValues
                )
            }
            return .oneOf(
                slot: slot,
                try values.map { (value) throws(DocketError) in try coerce(value, slot) }
            )
        case .range(let name, var bounds):
            let slot = try slot(name, for: .filter)
            if let lower = bounds.lower { bounds.lower = try coerce(lower, slot) }
            if let upper = bounds.upper { bounds.upper = try coerce(upper, slot) }
            return .range(slot: slot, bounds)
        case .startsWith(let name, let prefix):
            let slot = try slot(name, for: .filter)
            guard collection.schema.attributes[slot].type == .keyword else {
                throw .invalid(
                    "filter",
                    "\(name) is not a keyword, only keywords begin with a string"
                )
            }
            return .startsWith(slot: slot, prefix)
        case .exists(let name): return .exists(slot: try slot(name, for: .filter))
        }
    }

    private func bindNodes(_ filters: [Filter]) throws(DocketError) -> [BoundFilter] {
        try filters.map { (filter) throws(DocketError) in try bindNode(filter) }
    }

    /// Whether `name:` in a query means a field: of all other names it is text.
    private func isTextField(_ name: String) -> Bool {
        if name == "title" || name == "body" { return true }
        return collection.schema.slot(of: name).map {
            collection.schema.attributes[$0].uses.contains(.search)
        } ?? false
    }

    /// Without words all scores are alike: they decide nothing.
    private func bind(_ sort: [SortKey], hasScores: Bool) throws(DocketError) -> [BoundSort] {
        guard sort.count <= limits.sortKeys else {
            throw .invalid(
                "sort",
                "has \(sort.count) keys, the limit is \(limits.sortKeys)",
                limit: limits.sortKeys
            )
        }
        let keys = try sort.map { (key) throws(DocketError) in
            if key.attribute == "score" { return BoundSort(.score, isDescending: key.isDescending) }
            let slot = try slot(key.attribute, for: .sort)
            return BoundSort(.slot(slot), isDescending: key.isDescending)
        }
        guard hasScores else {
            let others = keys.filter { $0.key != .score }
            return others.isEmpty ? [BoundSort(.number, isDescending: false)] : others
        }
        return keys.isEmpty ? [BoundSort(.score, isDescending: true)] : keys
    }

    private func bind(_ facets: [FacetRequest]) throws(DocketError) -> [BoundFacet] {
        guard facets.count <= limits.facets else {
            throw .invalid(
                "facets",
                "are \(facets.count), the limit is \(limits.facets)",
                limit: limits.facets
            )
        }
        return try facets.map { (facet) throws(DocketError) in
            guard (1...limits.facetValues).contains(facet.limit) else {
                throw .invalid(
                    "facets",
                    "limit is \(facet.limit), it may be 1 to \(limits.facetValues)",
                    limit: limits.facetValues
                )
            }
            return BoundFacet(slot: try slot(facet.attribute, for: .facet), limit: facet.limit)
        }
    }

    private func bind(highlights: [String]) throws(DocketError) -> [TextField] {
        guard highlights.count <= limits.searchedAttributes + 2 else {
            throw .invalid(
                "highlights",
                "are over \(limits.searchedAttributes + 2)",
                limit: limits.searchedAttributes + 2
            )
        }
        return try highlights.map { (name) throws(DocketError) in try textField(name, "highlights")
        }
    }

    /// What `fields` name, or `fallback` when nothing is named.
    ///
    /// - Throws: ``DocketError`` for a name that the schema does not have.
    package func selection(
        of fields: [String]?,
        default fallback: FieldSelection
    ) throws(DocketError) -> FieldSelection {
        guard let fields else { return fallback }
        let maximum = limits.attributes + 2
        guard fields.count <= maximum else {
            throw .invalid("fields", "are \(fields.count), the limit is \(maximum)", limit: maximum)
        }
        var selection = FieldSelection(title: false, body: false, slots: [])
        for name in fields {
            switch name {
            case "title": selection.title = true
            case "body": selection.body = true
            default:
                guard let slot = collection.schema.slot(of: name) else {
                    throw .invalid("fields", "there is no attribute \(name)")
                }
                selection.slots?.insert(slot)
            }
        }
        return selection
    }

    /// The text field of this name.
    package func textField(_ name: String, _ part: String) throws(DocketError) -> TextField {
        switch name {
        case "title": return .title
        case "body": return .body
        default:
            return .attribute(slot: try slot(name, for: .search, part))
        }
    }

    private func slot(
        _ name: String,
        for use: AttributeUses,
        _ part: String? = nil
    ) throws(DocketError) -> Int {
        let words: [AttributeUses: (part: String, verb: String)] = [
            .filter: ("filter", "filtered"), .sort: ("sort", "sorted by"),
            .facet: ("facets", "counted as a facet"), .search: ("query", "searched"),
        ]
        let (place, verb) = words[use] ?? ("request", "used so")
        guard let slot = collection.schema.slot(of: name) else {
            throw .invalid(part ?? place, "there is no attribute \(name)")
        }
        guard collection.schema.attributes[slot].uses.contains(use) else {
            throw .invalid(
                part ?? place,
                "\(name) cannot be \(verb): the collection does not say so"
            )
        }
        return slot
    }

    private func coerce(_ value: AttributeValue, _ slot: Int) throws(DocketError) -> AttributeValue
    {
        let attribute = collection.schema.attributes[slot]
        switch (attribute.type, value) {
        case (.keyword, .string), (.boolean, .boolean), (.time, .time): return value
        case (.number, .number(let number)) where number.isFinite: return .number(number + 0)
        case (.time, .string(let text)):
            guard let microseconds = Timestamp.microseconds(parsing: text) else {
                throw .invalid(
                    "filter",
                    "\(attribute.name) is an instant, as \"2026-01-31T00:00:00Z\""
                )
            }
            return .time(microseconds: microseconds)
        default:
            throw .invalid("filter", "\(attribute.name) is a \(attribute.type.name)")
        }
    }
}
