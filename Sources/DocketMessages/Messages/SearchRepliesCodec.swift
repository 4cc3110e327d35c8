internal import CDocketMessages
package import DocketCore
internal import DocketWire

extension Highlight: ContractMessage {
    static var initialise: Initialise<Docket__V1__Highlight> { unsafe docket__v1__highlight__init }

    static func read(_ fields: Docket__V1__Highlight) throws(DocketError) -> Highlight {
        unsafe Highlight(
            field: text(fields.field),
            fragment: text(fields.fragment),
            ranges: try ranges(
                UnsafeBufferPointer(start: fields.ranges, count: fields.n_ranges),
                length: docket_unpacked_text(fields.fragment).count
            )
        )
    }

    /// Ends come in pairs, in order, inside a fragment of `length` bytes.
    private static func ranges(
        _ ends: UnsafeBufferPointer<UInt32>,
        length: Int
    ) throws(DocketError) -> [Range<Int>] {
        guard ends.count.isMultiple(of: 2) else { throw .unreadable(.outOfRange(field: 3)) }
        var ranges: [Range<Int>] = []
        ranges.reserveCapacity(ends.count / 2)
        for place in stride(from: 0, to: ends.count, by: 2) {
            let (start, end) = unsafe (Int(ends[place]), Int(ends[place + 1]))
            guard start <= end, end <= length else { throw .unreadable(.outOfRange(field: 3)) }
            ranges.append(start..<end)
        }
        return ranges
    }

    func write(to fields: inout Docket__V1__Highlight, _ arena: WritingArena) {
        unsafe fields.field = arena.text(field)
        unsafe fields.fragment = arena.text(fragment)
        unsafe (fields.n_ranges, fields.ranges) = arena.pairs(ranges) { range in
            (UInt32(clamping: range.lowerBound), UInt32(clamping: range.upperBound))
        }
    }
}

extension Hit: ContractMessage {
    static var initialise: Initialise<Docket__V1__Hit> { unsafe docket__v1__hit__init }

    static func read(_ fields: Docket__V1__Hit) throws(DocketError) -> Hit {
        try unsafe Hit(
            document: message(fields.document) ?? Document(id: ""),
            version: fields.version,
            score: fields.score,
            highlights: list(fields.highlights, fields.n_highlights),
            explanation: message(fields.explanation)
        )
    }

    func write(to fields: inout Docket__V1__Hit, _ arena: WritingArena) {
        unsafe fields.document = arena.message(document)
        fields.version = version
        fields.score = score
        unsafe (fields.n_highlights, fields.highlights) = arena.list(highlights)
        unsafe fields.explanation = arena.message(explanation)
    }
}

extension FacetResult.Count: ContractMessage {
    static var initialise: Initialise<Docket__V1__FacetCount> {
        unsafe docket__v1__facet_count__init
    }

    static func read(_ fields: Docket__V1__FacetCount) throws(DocketError) -> FacetResult.Count {
        try unsafe FacetResult.Count(
            message(fields.value) ?? .boolean(false),
            Int(clamping: fields.count)
        )
    }

    func write(to fields: inout Docket__V1__FacetCount, _ arena: WritingArena) {
        unsafe fields.value = arena.message(value)
        fields.count = UInt64(clamping: count)
    }
}

extension FacetResult: ContractMessage {
    static var initialise: Initialise<Docket__V1__FacetResult> {
        unsafe docket__v1__facet_result__init
    }

    static func read(_ fields: Docket__V1__FacetResult) throws(DocketError) -> FacetResult {
        try unsafe FacetResult(
            attribute: text(fields.attribute),
            counts: list(fields.counts, fields.n_counts)
        )
    }

    func write(to fields: inout Docket__V1__FacetResult, _ arena: WritingArena) {
        unsafe fields.attribute = arena.text(attribute)
        unsafe (fields.n_counts, fields.counts) = arena.list(counts)
    }
}

extension Correction: ContractMessage {
    static var initialise: Initialise<Docket__V1__Correction> {
        unsafe docket__v1__correction__init
    }

    static func read(_ fields: Docket__V1__Correction) throws(DocketError) -> Correction {
        unsafe Correction(text(fields.word), texts(fields.alternatives, fields.n_alternatives))
    }

    func write(to fields: inout Docket__V1__Correction, _ arena: WritingArena) {
        unsafe fields.word = arena.text(word)
        unsafe (fields.n_alternatives, fields.alternatives) = arena.texts(alternatives)
    }
}

extension SearchReply: ContractMessage {
    static var initialise: Initialise<Docket__V1__SearchReply> {
        unsafe docket__v1__search_reply__init
    }

    static func read(_ fields: Docket__V1__SearchReply) throws(DocketError) -> SearchReply {
        try unsafe SearchReply(
            hits: list(fields.hits, fields.n_hits),
            total: Total(
                value: Int(clamping: fields.total),
                isExact: !Bool(fields.total_is_bound)
            ),
            facets: list(fields.facets, fields.n_facets),
            cursor: bytes(fields.cursor),
            isApproximate: Bool(fields.approximate),
            ignoredTerms: texts(fields.ignored_terms, fields.n_ignored_terms),
            corrections: list(fields.corrections, fields.n_corrections)
        )
    }

    func write(to fields: inout Docket__V1__SearchReply, _ arena: WritingArena) {
        unsafe (fields.n_hits, fields.hits) = arena.list(hits)
        fields.total = UInt64(clamping: total.value)
        fields.total_is_bound = protobuf_c_boolean(!total.isExact)
        unsafe (fields.n_facets, fields.facets) = arena.list(facets)
        unsafe fields.cursor = arena.bytes(cursor)
        fields.approximate = protobuf_c_boolean(isApproximate)
        unsafe (fields.n_ignored_terms, fields.ignored_terms) = arena.texts(ignoredTerms)
        unsafe (fields.n_corrections, fields.corrections) = arena.list(corrections)
    }
}

extension StreamPart: ContractMessage {
    static var initialise: Initialise<Docket__V1__StreamPart> {
        unsafe docket__v1__stream_part__init
    }

    static func read(_ fields: Docket__V1__StreamPart) throws(DocketError) -> StreamPart {
        try unsafe StreamPart(
            documents: list(fields.documents, fields.n_documents),
            cursor: bytes(fields.cursor),
            ignoredTerms: texts(fields.ignored_terms, fields.n_ignored_terms),
            corrections: list(fields.corrections, fields.n_corrections)
        )
    }

    func write(to fields: inout Docket__V1__StreamPart, _ arena: WritingArena) {
        unsafe (fields.n_documents, fields.documents) = arena.list(documents)
        unsafe fields.cursor = arena.bytes(cursor)
        unsafe (fields.n_ignored_terms, fields.ignored_terms) = arena.texts(ignoredTerms)
        unsafe (fields.n_corrections, fields.corrections) = arena.list(corrections)
    }
}
