/// Where a page of a search begins.
package enum SearchPosition: Hashable, Sendable {
    /// Behind a hit: one value for each key of the order, nil where the document has none, and its
    /// number.
    case after(values: [AttributeValue?], number: UInt64)
    /// In an order with scores: the first of what matches now, without those shown. Scores move
    /// with every write, so that no place in their order can be gone back to.
    case without(ShownDocuments)
    /// In an order with scores, where more were shown than a cursor holds: the rest by number,
    /// behind this one and without those shown.
    case rest(after: UInt64, without: ShownDocuments)
}

extension SearchPlan {
    /// Where the page after `page`, which this plan asked for, begins; nil when it was the last.
    package func position(after page: SearchPage) -> SearchPosition? {
        let lastHit = page.hits.last.map { PageEnd(sortValues: $0.sortValues, number: $0.number) }
        guard page.hasMore, let last = page.end ?? lastHit else { return nil }
        guard sort.contains(where: { $0.key == .score }) else {
            return .after(values: last.sortValues, number: last.number)
        }
        let numbers = page.hits.map(\.number) + page.refused
        switch after {
        case .rest(_, let shown): return .rest(after: last.number, without: shown)
        case .without(let shown): return position(without: shown.adding(numbers))
        case .after, nil: return position(without: ShownDocuments(numbers))
        }
    }

    private func position(without shown: ShownDocuments) -> SearchPosition {
        shown.isFull || shown.numbers.count >= shownMaximum
            ? .rest(after: 0, without: shown) : .without(shown)
    }
}
