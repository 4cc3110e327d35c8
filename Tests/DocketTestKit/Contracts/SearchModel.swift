internal import DocketCore

/// What a search means, said as simply as possible.
enum SearchModel {
    static func hasWords(_ document: Document, _ query: String) -> Bool {
        query.split(separator: " ").allSatisfy { word in
            word.hasPrefix("-")
                ? !document.title.contains(word.dropFirst()) : document.title.contains(word)
        }
    }

    static func matches(_ document: Document, _ filter: Filter) -> Bool {
        switch filter {
        case .all(let children): children.allSatisfy { matches(document, $0) }
        case .any(let children): children.contains { matches(document, $0) }
        case .not(let child): !matches(document, child)
        case .equal(let name, let value): document[name].contains { compare($0, value) == 0 }
        case .oneOf(let name, let values):
            document[name].contains { value in values.contains { compare($0, value) == 0 } }
        case .exists(let name): !document[name].isEmpty
        case .startsWith(let name, let prefix):
            document[name].contains { $0.utf8.starts(with: Array(prefix.utf8)) }
        case .range(let name, let bounds):
            document[name].contains { value in
                let above = bounds.lower.map { compare(value, $0) } ?? 1
                let below = bounds.upper.map { compare(value, $0) } ?? -1
                return (above > 0 || above == 0 && bounds.includesLower)
                    && (below < 0 || below == 0 && bounds.includesUpper)
            }
        }
    }

    static func compare(_ left: AttributeValue, _ right: AttributeValue) -> Int {
        switch (left, right) {
        case (.number(let left), .number(let right)): left < right ? -1 : left > right ? 1 : 0
        case (.time(let left), .time(let right)): left < right ? -1 : left > right ? 1 : 0
        case (.boolean(let left), .boolean(let right)): left == right ? 0 : right ? -1 : 1
        default:
            left.utf8 == right.utf8
                ? 0 : left.utf8.lexicographicallyPrecedes(right.utf8) ? -1 : 1
        }
    }

    static func sorted(_ documents: [Document], by key: SortKey) -> [Document] {
        let keyed = documents.enumerated().map { place, document in
            let values = document[key.attribute].sorted { compare($0, $1) < 0 }
            return (place, document, key.isDescending ? values.last : values.first)
        }
        return keyed.sorted { left, right in
            switch (left.2, right.2) {
            case (nil, nil): return left.0 < right.0
            case (nil, _): return false
            case (_, nil): return true
            case (let a?, let b?):
                let order = compare(a, b)
                if order == 0 { return left.0 < right.0 }
                return key.isDescending ? order > 0 : order < 0
            }
        }.map(\.1)
    }

    static func facet(_ documents: [Document], _ name: String, _ limit: Int) -> [FacetResult.Count]
    {
        var tallies: [(value: AttributeValue, count: Int)] = []
        for document in documents {
            var seen: [AttributeValue] = []
            for value in document[name] where !seen.contains(where: { compare($0, value) == 0 }) {
                seen.append(value)
                if let place = tallies.firstIndex(where: { compare($0.value, value) == 0 }) {
                    tallies[place].count += 1
                } else {
                    tallies.append((value, 1))
                }
            }
        }
        tallies.sort {
            $0.count != $1.count ? $0.count > $1.count : compare($0.value, $1.value) < 0
        }
        return tallies.prefix(limit).map { .init($0.value, $0.count) }
    }
}

extension AttributeValue {
    /// Of a string; strings are alike when their bytes are.
    fileprivate var utf8: [UInt8] {
        if case .string(let text) = self { Array(text.utf8) } else { [] }
    }
}
