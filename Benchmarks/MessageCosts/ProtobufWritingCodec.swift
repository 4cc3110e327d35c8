internal import CDocketMessages
internal import DocketCore

/// Messages of protobuf-c from values of Docket, in the memory of an arena.
extension ProtobufArena {
    func message(_ request: UploadRequest) -> UnsafeMutablePointer<Docket__V1__UploadRequest> {
        let message = unsafe message { unsafe docket__v1__upload_request__init($0) }
        unsafe message.pointee.collection = unsafe text(request.collection)
        unsafe message.pointee.n_documents = request.documents.count
        unsafe message.pointee.documents = unsafe list(request.documents) { unsafe document($0) }
        return unsafe message
    }

    private func document(_ document: Document) -> UnsafeMutablePointer<Docket__V1__Document>? {
        let message = unsafe message { unsafe docket__v1__document__init($0) }
        unsafe message.pointee.id = unsafe text(document.id)
        unsafe message.pointee.title = unsafe text(document.title)
        unsafe message.pointee.body = unsafe text(document.body)
        unsafe message.pointee.n_attributes = document.attributes.count
        unsafe message.pointee.attributes = unsafe list(document.attributes) {
            unsafe attribute($0)
        }
        return unsafe message
    }

    private func attribute(_ attribute: Attribute) -> UnsafeMutablePointer<Docket__V1__Attribute>? {
        let message = unsafe message { unsafe docket__v1__attribute__init($0) }
        unsafe message.pointee.name = unsafe text(attribute.name)
        let count = attribute.values.count
        switch attribute.values.first {
        case .string:
            unsafe message.pointee.n_strings = count
            unsafe message.pointee.strings = unsafe list(attribute.values) {
                if case .string(let string) = $0 { unsafe text(string) } else { nil }
            }
        case .number:
            unsafe message.pointee.n_numbers = count
            unsafe message.pointee.numbers = unsafe list(attribute.values) {
                if case .number(let number) = $0 { number } else { 0 }
            }
        case .boolean:
            unsafe message.pointee.n_booleans = count
            unsafe message.pointee.booleans = unsafe list(attribute.values) {
                $0 == .boolean(true) ? 1 : 0
            }
        case .time:
            unsafe message.pointee.n_times_us = count
            unsafe message.pointee.times_us = unsafe list(attribute.values) {
                if case .time(let time) = $0 { time } else { 0 }
            }
        case nil: break
        }
        return unsafe message
    }

    private func value(_ value: AttributeValue) -> UnsafeMutablePointer<Docket__V1__FilterValue>? {
        let message = unsafe message { unsafe docket__v1__filter_value__init($0) }
        switch value {
        case .string(let string):
            unsafe message.pointee.value_case = DOCKET__V1__FILTER_VALUE__VALUE_STRING
            unsafe message.pointee.string = unsafe text(string)
        case .number(let number):
            unsafe message.pointee.value_case = DOCKET__V1__FILTER_VALUE__VALUE_NUMBER
            unsafe message.pointee.number = number
        case .boolean(let boolean):
            unsafe message.pointee.value_case = DOCKET__V1__FILTER_VALUE__VALUE_BOOLEAN
            unsafe message.pointee.boolean = boolean ? 1 : 0
        case .time(let time):
            unsafe message.pointee.value_case = DOCKET__V1__FILTER_VALUE__VALUE_TIME_US
            unsafe message.pointee.time_us = time
        }
        return unsafe message
    }
}

// MARK: - Searches

extension ProtobufArena {
    func message(_ request: SearchRequest) -> UnsafeMutablePointer<Docket__V1__SearchRequest> {
        let message = unsafe message { unsafe docket__v1__search_request__init($0) }
        unsafe message.pointee.collection = unsafe text(request.collection)
        unsafe message.pointee.query = unsafe text(request.query)
        unsafe message.pointee.match = Docket__V1__Match(UInt32(request.match.rawValue))
        if let filter = request.filter {
            var nodes: [UnsafeMutablePointer<Docket__V1__FilterNode>?] = unsafe []
            unsafe append(filter, to: &nodes)
            let tree = unsafe self.message { unsafe docket__v1__filter__init($0) }
            unsafe tree.pointee.n_nodes = unsafe nodes.count
            unsafe tree.pointee.nodes = unsafe list(nodes) { unsafe $0 }
            unsafe message.pointee.filter = unsafe tree
        }
        unsafe message.pointee.n_sort = request.sort.count
        unsafe message.pointee.sort = unsafe list(request.sort) { unsafe sortKey($0) }
        unsafe message.pointee.n_facets = request.facets.count
        unsafe message.pointee.facets = unsafe list(request.facets) { unsafe facet($0) }
        unsafe message.pointee.page_case = DOCKET__V1__SEARCH_REQUEST__PAGE_LIMIT
        unsafe message.pointee.limit = UInt32(clamping: request.limit)
        unsafe message.pointee.cursor = unsafe binary(request.cursor)
        unsafe message.pointee.n_highlights = request.highlights.count
        unsafe message.pointee.highlights = unsafe list(request.highlights) { unsafe text($0) }
        if case .bounded(let bound) = request.total {
            unsafe message.pointee.total = DOCKET__V1__TOTAL_MODE__TOTAL_MODE_BOUNDED
            unsafe message.pointee.total_bound = UInt32(clamping: bound)
        }
        return unsafe message
    }

    private func sortKey(_ key: SortKey) -> UnsafeMutablePointer<Docket__V1__SortKey>? {
        let message = unsafe message { unsafe docket__v1__sort_key__init($0) }
        unsafe message.pointee.attribute = unsafe text(key.attribute)
        unsafe message.pointee.descending = key.isDescending ? 1 : 0
        return unsafe message
    }

    private func facet(_ facet: FacetRequest) -> UnsafeMutablePointer<Docket__V1__FacetRequest>? {
        let message = unsafe message { unsafe docket__v1__facet_request__init($0) }
        unsafe message.pointee.attribute = unsafe text(facet.attribute)
        unsafe message.pointee.limit = UInt32(clamping: facet.limit)
        return unsafe message
    }

    /// Appends the nodes of `filter` in prefix order, of the operators that the samples have.
    private func append(
        _ filter: Filter,
        to nodes: inout [UnsafeMutablePointer<Docket__V1__FilterNode>?]
    ) {
        let node = unsafe message { unsafe docket__v1__filter_node__init($0) }
        unsafe nodes.append(node)
        switch filter {
        case .all(let children):
            unsafe node.pointee.operator_ = DOCKET__V1__FILTER_OPERATOR__FILTER_OPERATOR_ALL
            unsafe node.pointee.children = UInt32(clamping: children.count)
        case .oneOf(let name, let values):
            unsafe node.pointee.operator_ = DOCKET__V1__FILTER_OPERATOR__FILTER_OPERATOR_ONE_OF
            unsafe node.pointee.attribute = unsafe text(name)
            unsafe node.pointee.n_values = values.count
            unsafe node.pointee.values = unsafe list(values) { unsafe value($0) }
        case .range(let name, let bounds):
            unsafe node.pointee.operator_ = DOCKET__V1__FILTER_OPERATOR__FILTER_OPERATOR_RANGE
            unsafe node.pointee.attribute = unsafe text(name)
            if let lower = bounds.lower { unsafe node.pointee.lower = unsafe value(lower) }
            if let upper = bounds.upper { unsafe node.pointee.upper = unsafe value(upper) }
            unsafe node.pointee.excludes_lower = bounds.includesLower ? 0 : 1
            unsafe node.pointee.excludes_upper = bounds.includesUpper ? 0 : 1
        default: preconditionFailure("no sample has this condition")
        }
        for child in filter.children { unsafe append(child, to: &nodes) }
    }

    func message(_ reply: SearchReply) -> UnsafeMutablePointer<Docket__V1__SearchReply> {
        let message = unsafe message { unsafe docket__v1__search_reply__init($0) }
        unsafe message.pointee.n_hits = reply.hits.count
        unsafe message.pointee.hits = unsafe list(reply.hits) { unsafe hit($0) }
        unsafe message.pointee.total = UInt64(clamping: reply.total.value)
        unsafe message.pointee.total_is_bound = reply.total.isExact ? 0 : 1
        unsafe message.pointee.n_facets = reply.facets.count
        unsafe message.pointee.facets = unsafe list(reply.facets) { unsafe facet($0) }
        unsafe message.pointee.cursor = unsafe binary(reply.cursor)
        unsafe message.pointee.approximate = reply.isApproximate ? 1 : 0
        return unsafe message
    }

    private func hit(_ hit: Hit) -> UnsafeMutablePointer<Docket__V1__Hit>? {
        let message = unsafe message { unsafe docket__v1__hit__init($0) }
        unsafe message.pointee.document = unsafe document(hit.document)
        unsafe message.pointee.version = hit.version
        unsafe message.pointee.score = hit.score
        unsafe message.pointee.n_highlights = hit.highlights.count
        unsafe message.pointee.highlights = unsafe list(hit.highlights) { unsafe highlight($0) }
        return unsafe message
    }

    private func highlight(_ highlight: Highlight) -> UnsafeMutablePointer<Docket__V1__Highlight>? {
        let message = unsafe message { unsafe docket__v1__highlight__init($0) }
        unsafe message.pointee.field = unsafe text(highlight.field)
        unsafe message.pointee.fragment = unsafe text(highlight.fragment)
        let ends = unsafe take(UInt32.self, highlight.ranges.count * 2)
        for (place, range) in highlight.ranges.enumerated() {
            unsafe ends[place * 2] = UInt32(clamping: range.lowerBound)
            unsafe ends[place * 2 + 1] = UInt32(clamping: range.upperBound)
        }
        unsafe message.pointee.n_ranges = highlight.ranges.count * 2
        unsafe message.pointee.ranges = unsafe ends
        return unsafe message
    }

    private func facet(_ facet: FacetResult) -> UnsafeMutablePointer<Docket__V1__FacetResult>? {
        let message = unsafe message { unsafe docket__v1__facet_result__init($0) }
        unsafe message.pointee.attribute = unsafe text(facet.attribute)
        unsafe message.pointee.n_counts = facet.counts.count
        unsafe message.pointee.counts = unsafe list(facet.counts) { counted in
            let count = unsafe self.message { unsafe docket__v1__facet_count__init($0) }
            unsafe count.pointee.value = unsafe value(counted.value)
            unsafe count.pointee.count = UInt64(clamping: counted.count)
            return unsafe count
        }
        return unsafe message
    }
}
