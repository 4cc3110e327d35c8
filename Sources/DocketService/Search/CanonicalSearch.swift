internal import DocketCore
internal import DocketText

/// A search in the one form that all requests of the same meaning share.
///
/// Words are brought to one normal form, case and spacing; conditions that may be in any order
/// are sorted. Equal bytes mean equal replies; requests of equal meaning with different bytes only
/// miss the cache.
struct CanonicalSearch {
    /// Rises when the same request comes to mean something else.
    static let semanticsVersion: UInt64 = 5

    /// All of the request: the key of its reply.
    let key: [UInt8]
    /// What decides matches and their order: what a cursor is good for.
    let order: [UInt8]

    /// A filter alone, in the form that all filters of the same meaning share.
    static func bytes(of filter: BoundFilter) -> [UInt8] { CanonicalWriter.bytes(of: filter) }

    init(_ request: SearchRequest, _ plan: SearchPlan) {
        var writer = CanonicalWriter()
        writer.append(tag: request.match.rawValue)
        writer.append(tag: request.exactWords ? 1 : 0)
        writer.append(plan.text, plan.collection.schema)
        writer.append(plan.filter.map { CanonicalWriter.bytes(of: $0) } ?? [])
        writer.append(count: plan.sort.count)
        for sort in plan.sort { writer.append(sort) }
        order = writer.bytes
        writer.append(count: plan.facets.count)
        for facet in plan.facets {
            writer.append(count: facet.slot)
            writer.append(count: facet.limit)
        }
        writer.append(count: plan.limit)
        writer.append(request.cursor)
        writer.append(count: plan.highlights.count)
        for field in plan.highlights { writer.append(field) }
        writer.append(plan.total)
        writer.append(plan.shows)
        writer.append(tag: plan.explains ? 1 : 0)
        key = writer.bytes
    }
}

private struct CanonicalWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(tag: UInt8) { bytes.append(tag) }

    mutating func append(count: Int) { append(UInt64(bitPattern: Int64(count))) }

    mutating func append(_ number: UInt64) {
        for shift in stride(from: 0, to: 64, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: number >> UInt64(shift)))
        }
    }

    /// Lengths come before contents, so that no two lists of parts share their bytes.
    mutating func append(_ part: [UInt8]) {
        append(count: part.count)
        bytes += part
    }

    mutating func append(_ string: String) { append(Array(string.utf8)) }

    mutating func append(_ text: TextQuery, _ schema: CollectionSchema) {
        append(count: text.clauses.count)
        for clause in text.clauses {
            append(clause.field ?? "")
            append(tag: clause.isExcluded ? 1 : 0)
            let languages = clause.field.map { [schema.language(of: $0)] } ?? schema.languages
            switch clause.matcher {
            case .word(let word): append(1, word, languages)
            case .phrase(let phrase): append(2, phrase, languages)
            case .prefix(let prefix): append(3, prefix, languages)
            }
        }
    }

    /// Words in each of the languages that they may be of.
    private mutating func append(_ kind: UInt8, _ words: String, _ languages: [Language?]) {
        append(tag: kind)
        for language in languages {
            append(TextNormalizer.canonical(words, of: TextLanguage(code: language?.code)))
        }
    }

    mutating func append(_ sort: BoundSort) {
        switch sort.key {
        case .score: append(count: -1)
        case .number: append(count: -2)
        case .slot(let slot): append(count: slot)
        }
        append(tag: sort.isDescending ? 1 : 0)
    }

    mutating func append(_ field: TextField) {
        switch field {
        case .title: append(count: -1)
        case .body: append(count: -2)
        case .attribute(let slot): append(count: slot)
        }
    }

    mutating func append(_ total: SearchRequest.TotalMode) {
        switch total {
        case .exact: append(tag: 1)
        case .bounded(let bound):
            append(tag: 2)
            append(count: bound)
        case .none: append(tag: 3)
        }
    }

    mutating func append(_ selection: FieldSelection) {
        append(tag: selection.title ? 1 : 0)
        append(tag: selection.body ? 1 : 0)
        append(count: selection.slots?.count ?? -1)
        for slot in (selection.slots ?? []).sorted() { append(count: slot) }
    }

    mutating func append(_ value: AttributeValue) {
        switch value {
        case .string(let string):
            append(tag: 1)
            append(string)
        case .number(let number):
            append(tag: 2)
            append(number.bitPattern)
        case .boolean(let boolean): bytes += [3, boolean ? 1 : 0]
        case .time(let microseconds):
            append(tag: 4)
            append(UInt64(bitPattern: microseconds))
        }
    }

    static func bytes(of filter: BoundFilter) -> [UInt8] {
        var writer = CanonicalWriter()
        switch filter {
        case .all(let children): writer.append(1, children)
        case .any(let children): writer.append(2, children)
        case .not(let child):
            writer.append(tag: 3)
            writer.append(bytes(of: child))
        case .oneOf(let slot, let values):
            writer.append(tag: 4)
            writer.append(count: slot)
            writer.appendSorted(values.map { bytes(of: $0) })
        case .range(let slot, let bounds):
            writer.append(tag: 5)
            writer.append(count: slot)
            writer.append(bounds.lower.map { bytes(of: $0) } ?? [])
            writer.append(bounds.upper.map { bytes(of: $0) } ?? [])
            writer.bytes += [bounds.includesLower ? 1 : 0, bounds.includesUpper ? 1 : 0]
        case .startsWith(let slot, let prefix):
            writer.append(tag: 6)
            writer.append(count: slot)
            writer.append(prefix)
        case .exists(let slot):
            writer.append(tag: 7)
            writer.append(count: slot)
        }
        return writer.bytes
    }

    private static func bytes(of value: AttributeValue) -> [UInt8] {
        var writer = CanonicalWriter()
        writer.append(value)
        return writer.bytes
    }

    private mutating func append(_ kind: UInt8, _ children: [BoundFilter]) {
        append(tag: kind)
        appendSorted(children.map { Self.bytes(of: $0) })
    }

    private mutating func appendSorted(_ parts: [[UInt8]]) {
        let sorted = parts.sorted { $0.lexicographicallyPrecedes($1) }
        append(count: sorted.count)
        for part in sorted { append(part) }
    }
}
