internal import CDocketMessages
internal import DocketCore

/// Values of Docket from what protobuf-c has unpacked.
enum ProtobufReading {
    static func text(_ text: UnsafeMutablePointer<CChar>?) throws(DocketError) -> String {
        guard let text = unsafe text else { return "" }
        guard let string = unsafe String(validatingCString: text) else {
            throw .invalid("body", "holds text that is not UTF-8")
        }
        return string
    }

    static func list<Element, Value>(
        _ elements: UnsafeMutablePointer<Element>?,
        _ count: Int,
        _ value: (Element) throws(DocketError) -> Value
    ) throws(DocketError) -> [Value] {
        guard let elements = unsafe elements else { return [] }
        var values: [Value] = []
        values.reserveCapacity(count)
        for place in 0..<count { values.append(try unsafe value(elements[place])) }
        return values
    }

    static func binary(_ data: ProtobufCBinaryData) -> [UInt8] {
        unsafe [UInt8](UnsafeBufferPointer(start: data.data, count: data.len))
    }

    static func upload(_ message: Docket__V1__UploadRequest) throws(DocketError) -> UploadRequest {
        guard unsafe message.n_preconditions == 0 else { throw .unserved("preconditions") }
        return try unsafe UploadRequest(
            collection: text(message.collection),
            documents: list(message.documents, message.n_documents, document)
        )
    }

    private static func document(
        _ message: UnsafeMutablePointer<Docket__V1__Document>?
    ) throws(DocketError) -> Document {
        guard let message = unsafe message?.pointee else { return Document(id: "") }
        return try unsafe Document(
            id: text(message.id),
            title: text(message.title),
            body: text(message.body),
            attributes: list(message.attributes, message.n_attributes, attribute)
        )
    }

    private static func attribute(
        _ message: UnsafeMutablePointer<Docket__V1__Attribute>?
    ) throws(DocketError) -> Attribute {
        guard let message = unsafe message?.pointee else { return Attribute("", []) }
        var values: [AttributeValue] = try unsafe list(message.strings, message.n_strings) {
            (string) throws(DocketError) in .string(try unsafe text(string))
        }
        values += try unsafe list(message.numbers, message.n_numbers) { .number($0) }
        values += try unsafe list(message.booleans, message.n_booleans) { .boolean($0 != 0) }
        values += try unsafe list(message.times_us, message.n_times_us) { .time(microseconds: $0) }
        return Attribute(try unsafe text(message.name), values)
    }

    private static func value(
        _ message: UnsafeMutablePointer<Docket__V1__FilterValue>?
    ) throws(DocketError) -> AttributeValue {
        guard let message = unsafe message?.pointee else {
            throw .invalid("filter", "a value is missing")
        }
        return switch unsafe message.value_case {
        case DOCKET__V1__FILTER_VALUE__VALUE_STRING: .string(try unsafe text(message.string))
        case DOCKET__V1__FILTER_VALUE__VALUE_NUMBER: unsafe .number(message.number)
        case DOCKET__V1__FILTER_VALUE__VALUE_BOOLEAN: unsafe .boolean(message.boolean != 0)
        case DOCKET__V1__FILTER_VALUE__VALUE_TIME_US: unsafe .time(microseconds: message.time_us)
        default: throw .invalid("filter", "a value is missing")
        }
    }
}

// MARK: - Searches

extension ProtobufReading {
    static func search(_ message: Docket__V1__SearchRequest) throws(DocketError) -> SearchRequest {
        var request = SearchRequest(collection: try unsafe text(message.collection))
        request.query = try unsafe text(message.query)
        request.match = unsafe message.match == DOCKET__V1__MATCH__MATCH_ANY ? .any : .all
        if let filter = unsafe message.filter?.pointee {
            var place = 0
            request.filter = try unsafe tree(filter, &place)
        }
        request.sort = try unsafe list(message.sort, message.n_sort) { (key) throws(DocketError) in
            try unsafe SortKey(
                text(key?.pointee.attribute),
                isDescending: key?.pointee.descending != 0
            )
        }
        request.facets = try unsafe list(message.facets, message.n_facets) {
            (facet) throws(DocketError) in
            try unsafe FacetRequest(
                text(facet?.pointee.attribute),
                limit: Int(facet?.pointee.limit ?? 10)
            )
        }
        if unsafe message.page_case == DOCKET__V1__SEARCH_REQUEST__PAGE_LIMIT {
            request.limit = unsafe Int(message.limit)
        }
        request.cursor = unsafe binary(message.cursor)
        request.highlights = try unsafe list(message.highlights, message.n_highlights, text)
        if unsafe message.total == DOCKET__V1__TOTAL_MODE__TOTAL_MODE_BOUNDED {
            request.total = unsafe .bounded(Int(message.total_bound))
        }
        if let fields = unsafe message.fields?.pointee {
            request.fields = try unsafe list(fields.names, fields.n_names, text)
        }
        return request
    }

    /// The tree whose root is the node at `place`, of the operators that the samples have.
    private static func tree(
        _ filter: Docket__V1__Filter,
        _ place: inout Int
    ) throws(DocketError) -> Filter {
        guard place < (unsafe filter.n_nodes), let node = unsafe filter.nodes[place]?.pointee else {
            throw .invalid("filter", "a child is missing")
        }
        place += 1
        switch unsafe node.operator_ {
        case DOCKET__V1__FILTER_OPERATOR__FILTER_OPERATOR_ALL:
            var children: [Filter] = []
            for _ in 0..<(unsafe node.children) { children.append(try unsafe tree(filter, &place)) }
            return .all(children)
        case DOCKET__V1__FILTER_OPERATOR__FILTER_OPERATOR_ONE_OF:
            return try unsafe .oneOf(
                text(node.attribute),
                list(node.values, node.n_values, value)
            )
        case DOCKET__V1__FILTER_OPERATOR__FILTER_OPERATOR_RANGE:
            var bounds = Filter.Bounds()
            if let lower = unsafe node.lower { bounds.lower = try unsafe value(lower) }
            if let upper = unsafe node.upper { bounds.upper = try unsafe value(upper) }
            bounds.includesLower = unsafe node.excludes_lower == 0
            bounds.includesUpper = unsafe node.excludes_upper == 0
            return .range(try unsafe text(node.attribute), bounds)
        default: throw .invalid("filter", "an operator is unknown")
        }
    }

    static func found(_ message: Docket__V1__SearchReply) throws(DocketError) -> SearchReply {
        try unsafe SearchReply(
            hits: list(message.hits, message.n_hits, hit),
            total: .init(value: Int(clamping: message.total), isExact: message.total_is_bound == 0),
            facets: list(message.facets, message.n_facets, facet),
            cursor: binary(message.cursor),
            isApproximate: message.approximate != 0
        )
    }

    private static func hit(
        _ message: UnsafeMutablePointer<Docket__V1__Hit>?
    ) throws(DocketError) -> Hit {
        guard let message = unsafe message?.pointee else {
            throw .invalid("hits", "a hit is missing")
        }
        return try unsafe Hit(
            document: document(message.document),
            version: message.version,
            score: message.score,
            highlights: list(message.highlights, message.n_highlights, highlight)
        )
    }

    private static func highlight(
        _ message: UnsafeMutablePointer<Docket__V1__Highlight>?
    ) throws(DocketError) -> Highlight {
        guard let message = unsafe message?.pointee else {
            throw .invalid("highlights", "a highlight is missing")
        }
        var highlight = try unsafe Highlight(
            field: text(message.field),
            fragment: text(message.fragment),
            ranges: []
        )
        let length = highlight.fragment.utf8.count
        for place in stride(from: 0, to: (unsafe message.n_ranges) - 1, by: 2) {
            let start = unsafe Int(message.ranges[place])
            let end = unsafe Int(message.ranges[place + 1])
            guard start <= end, end <= length else { throw .invalid("ranges", "are out of order") }
            highlight.ranges.append(start..<end)
        }
        return highlight
    }

    private static func facet(
        _ message: UnsafeMutablePointer<Docket__V1__FacetResult>?
    ) throws(DocketError) -> FacetResult {
        guard let message = unsafe message?.pointee else {
            throw .invalid("facets", "a facet is missing")
        }
        return try unsafe FacetResult(
            attribute: text(message.attribute),
            counts: list(message.counts, message.n_counts) { (count) throws(DocketError) in
                try unsafe FacetResult.Count(
                    value(count?.pointee.value),
                    Int(clamping: count?.pointee.count ?? 0)
                )
            }
        )
    }
}
