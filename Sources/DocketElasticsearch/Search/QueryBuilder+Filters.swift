internal import DocketCore
internal import DocketJSON

extension QueryBuilder {
    /// A condition as one query in filter context.
    func write(_ filter: BoundFilter, _ list: inout JSONWriter) {
        switch filter {
        case .all(let children): write(children, as: "filter", &list)
        case .any(let children) where children.isEmpty: writeNothing(&list)
        case .any(let children): write(children, as: "should", &list)
        case .not(let child): write([child], as: "must_not", &list)
        case .oneOf(_, let values) where values.isEmpty: writeNothing(&list)
        case .oneOf(let slot, let values): write(values, of: slot, &list)
        case .range(let slot, let bounds) where bounds.lower == nil && bounds.upper == nil:
            writeExists(slot, &list)
        case .range(let slot, let bounds): write(bounds, of: slot, &list)
        case .startsWith(let slot, let start):
            write("prefix", slot, &list) { $0.value(start) }
        case .exists(let slot): writeExists(slot, &list)
        }
    }

    private func write(
        _ children: [BoundFilter],
        as occurrence: String,
        _ list: inout JSONWriter
    ) {
        list.bool { bool in
            bool.member(occurrence) { inner in
                inner.array { for child in children { write(child, &$0) } }
            }
            if occurrence == "should" { bool.member("minimum_should_match", 1) }
        }
    }

    private func write(_ values: [AttributeValue], of slot: Int, _ list: inout JSONWriter) {
        write("terms", slot, &list) { terms in
            terms.array { for value in values { $0.value(indexed: value) } }
        }
    }

    private func write(_ bounds: Filter.Bounds, of slot: Int, _ list: inout JSONWriter) {
        write("range", slot, &list) { range in
            range.object { ends in
                if let lower = bounds.lower {
                    ends.member(bounds.includesLower ? "gte" : "gt") { $0.value(indexed: lower) }
                }
                if let upper = bounds.upper {
                    ends.member(bounds.includesUpper ? "lte" : "lt") { $0.value(indexed: upper) }
                }
            }
        }
    }

    private func writeExists(_ slot: Int, _ list: inout JSONWriter) {
        guard let field = fields.values(of: slot) else { return writeNothing(&list) }
        list.object { query in
            query.member("exists") { exists in exists.object { $0.member("field", field) } }
        }
    }

    /// A query of this kind on the attribute's field.
    private func write(
        _ kind: String,
        _ slot: Int,
        _ list: inout JSONWriter,
        _ value: (inout JSONWriter) -> Void
    ) {
        guard let field = fields.values(of: slot) else { return writeNothing(&list) }
        list.object { query in
            query.member(kind) { clause in clause.object { $0.member(field, value) } }
        }
    }

    private func writeNothing(_ list: inout JSONWriter) {
        list.object { query in query.member("match_none") { $0.object { _ in } } }
    }
}
