internal import DocketCore
internal import DocketJSON

extension QueryBuilder {
    /// The keys, then the number, which decides between equals.
    func sort(_ order: [BoundSort], _ body: inout JSONWriter) {
        body.member("sort") { list in
            list.array { keys in
                for key in order { write(key, &keys) }
                if !Self.hasNumber(order) { write(.init(.number, isDescending: false), &keys) }
            }
        }
    }

    static func hasNumber(_ order: [BoundSort]) -> Bool { order.contains { $0.key == .number } }

    private func write(_ key: BoundSort, _ keys: inout JSONWriter) {
        let direction = key.isDescending ? "desc" : "asc"
        keys.object { sort in
            switch key.key {
            case .score: sort.member("_score") { $0.object { $0.member("order", direction) } }
            case .number:
                sort.member(Mapping.number) { $0.object { $0.member("order", direction) } }
            case .slot(let slot):
                sort.member(fields.values(of: slot) ?? Mapping.number) { field in
                    field.object { members in
                        members.member("order", direction)
                        members.member("mode", key.isDescending ? "max" : "min")
                        members.member("missing", "_last")
                    }
                }
            }
        }
    }

    /// Where the page begins.
    func position(_ order: [BoundSort], _ body: inout JSONWriter) throws(DocketError) {
        switch plan.after {
        case nil: return
        case .after(let values, let number):
            guard values.count == order.count, !order.contains(where: { $0.key == .score }) else {
                throw .invalid("cursor", "belongs to another search")
            }
            body.member("search_after") { list in
                list.array { ends in
                    for (key, value) in zip(order, values) { write(value, of: key, number, &ends) }
                    if !Self.hasNumber(order) { ends.value(number) }
                }
            }
        case .without(let shown): writeShown(shown, &body)
        case .rest(let number, let shown):
            body.member("search_after") { list in list.array { $0.value(number) } }
            writeShown(shown, &body)
        }
    }

    private func write(
        _ value: AttributeValue?,
        of key: BoundSort,
        _ number: UInt64,
        _ ends: inout JSONWriter
    ) {
        guard case .slot(let slot) = key.key else { return ends.value(number) }
        if let value { return ends.value(indexed: value) }
        switch (fields.type(of: slot), key.isDescending) {
        case (.keyword, _), (.text, _): ends.null()
        // Numbers are finite, so that infinity is behind them all.
        case (.number, false): ends.value("Infinity")
        case (.number, true): ends.value("-Infinity")
        case (.time, let isDescending):
            ends.value(isDescending ? Int64.min : Self.missingTime)
        case (.boolean, let isDescending):
            ends.value(isDescending ? Int64(Int32.min) : Self.missingBoolean)
        }
    }

    /// Hits of earlier pages are matches, and no hits of this one.
    private func writeShown(_ shown: ShownDocuments, _ body: inout JSONWriter) {
        guard !shown.numbers.isEmpty else { return }
        body.member("post_filter") { filter in
            filter.bool { bool in
                bool.member("must_not") { query in
                    query.object { exclusion in
                        exclusion.member("terms") { terms in
                            terms.object { members in
                                members.member(Mapping.number) { list in
                                    list.array { for number in shown.numbers { $0.value(number) } }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
