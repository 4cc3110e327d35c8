internal import CDocketMessages
package import DocketCore

extension SearchRequest.Match {
    static func read(_ number: Docket__V1__Match) throws(DocketError) -> SearchRequest.Match {
        guard number.rawValue != 0 else { return .any }
        guard let match = SearchRequest.Match(rawValue: UInt8(clamping: number.rawValue)) else {
            throw .invalid("match", "is unknown")
        }
        return match
    }

    var number: Docket__V1__Match { Docket__V1__Match(UInt32(rawValue)) }
}

extension SearchRequest.TotalMode {
    static func read(
        _ mode: Docket__V1__TotalMode,
        bound: UInt32
    ) throws(DocketError) -> SearchRequest.TotalMode {
        switch mode {
        case DOCKET__V1__TOTAL_MODE__TOTAL_MODE_UNSPECIFIED,
            DOCKET__V1__TOTAL_MODE__TOTAL_MODE_EXACT:
            .exact
        case DOCKET__V1__TOTAL_MODE__TOTAL_MODE_BOUNDED: .bounded(bound == 0 ? 1000 : Int(bound))
        case DOCKET__V1__TOTAL_MODE__TOTAL_MODE_NONE: .none
        default: throw .invalid("total", "is unknown")
        }
    }

    var number: Docket__V1__TotalMode {
        switch self {
        case .exact: DOCKET__V1__TOTAL_MODE__TOTAL_MODE_EXACT
        case .bounded: DOCKET__V1__TOTAL_MODE__TOTAL_MODE_BOUNDED
        case .none: DOCKET__V1__TOTAL_MODE__TOTAL_MODE_NONE
        }
    }

    var bound: UInt32 {
        if case .bounded(let bound) = self { UInt32(clamping: bound) } else { 0 }
    }
}

extension SortKey: ContractMessage {
    static var initialise: Initialise<Docket__V1__SortKey> { unsafe docket__v1__sort_key__init }

    static func read(_ fields: Docket__V1__SortKey) throws(DocketError) -> SortKey {
        unsafe SortKey(text(fields.attribute), isDescending: Bool(fields.descending))
    }

    func write(to fields: inout Docket__V1__SortKey, _ arena: WritingArena) {
        unsafe fields.attribute = arena.text(attribute)
        fields.descending = protobuf_c_boolean(isDescending)
    }
}

extension FacetRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__FacetRequest> {
        unsafe docket__v1__facet_request__init
    }

    static func read(_ fields: Docket__V1__FacetRequest) throws(DocketError) -> FacetRequest {
        unsafe FacetRequest(
            text(fields.attribute),
            limit: fields.limit == 0 ? 10 : Int(fields.limit)
        )
    }

    func write(to fields: inout Docket__V1__FacetRequest, _ arena: WritingArena) {
        unsafe fields.attribute = arena.text(attribute)
        fields.limit = UInt32(clamping: limit)
    }
}

extension SearchRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__SearchRequest> {
        unsafe docket__v1__search_request__init
    }

    static func read(_ fields: Docket__V1__SearchRequest) throws(DocketError) -> SearchRequest {
        var request = unsafe SearchRequest(collection: text(fields.collection))
        request.query = unsafe text(fields.query)
        request.match = try .read(fields.match)
        request.filter = try unsafe filter(fields.filter, text: fields.filter_text)
        request.sort = try unsafe list(fields.sort, fields.n_sort)
        request.facets = try unsafe list(fields.facets, fields.n_facets)
        if fields.page_case == DOCKET__V1__SEARCH_REQUEST__PAGE_LIMIT {
            request.limit = Int(fields.limit)
        }
        request.cursor = unsafe bytes(fields.cursor)
        request.highlights = unsafe texts(fields.highlights, fields.n_highlights)
        request.total = try .read(fields.total, bound: fields.total_bound)
        request.fields = try unsafe (message(fields.fields) as NameList?)?.names
        request.exactWords = Bool(fields.exact_words)
        request.explains = Bool(fields.explain)
        return request
    }

    func write(to fields: inout Docket__V1__SearchRequest, _ arena: WritingArena) {
        unsafe fields.collection = arena.text(collection)
        unsafe fields.query = arena.text(query)
        fields.match = match.number
        unsafe fields.filter = arena.message(filter)
        unsafe (fields.n_sort, fields.sort) = arena.list(sort)
        unsafe (fields.n_facets, fields.facets) = arena.list(facets)
        fields.page_case = DOCKET__V1__SEARCH_REQUEST__PAGE_LIMIT
        fields.limit = UInt32(clamping: limit)
        unsafe fields.cursor = arena.bytes(cursor)
        unsafe (fields.n_highlights, fields.highlights) = arena.texts(highlights)
        fields.total = total.number
        fields.total_bound = total.bound
        unsafe fields.fields = arena.message(self.fields.map(NameList.init))
        fields.exact_words = protobuf_c_boolean(exactWords)
        fields.explain = protobuf_c_boolean(explains)
    }
}

extension StreamRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__StreamRequest> {
        unsafe docket__v1__stream_request__init
    }

    static func read(_ fields: Docket__V1__StreamRequest) throws(DocketError) -> StreamRequest {
        try unsafe StreamRequest(
            collection: text(fields.collection),
            query: text(fields.query),
            match: .read(fields.match),
            filter: filter(fields.filter, text: fields.filter_text),
            cursor: bytes(fields.cursor),
            fields: (message(fields.fields) as NameList?)?.names,
            exactWords: Bool(fields.exact_words)
        )
    }

    func write(to fields: inout Docket__V1__StreamRequest, _ arena: WritingArena) {
        unsafe fields.collection = arena.text(collection)
        unsafe fields.query = arena.text(query)
        fields.match = match.number
        unsafe fields.filter = arena.message(filter)
        unsafe fields.cursor = arena.bytes(cursor)
        unsafe fields.fields = arena.message(self.fields.map(NameList.init))
        fields.exact_words = protobuf_c_boolean(exactWords)
    }
}
