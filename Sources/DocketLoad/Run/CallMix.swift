/// The kinds of calls that a load is made of.
enum CallKind: String, CaseIterable, Sendable {
    case search
    case upload
}

/// How searches and uploads alternate: evenly spread, the same in each run.
struct CallMix: Hashable, Sendable {
    let searches: Int
    let uploads: Int

    /// A mix of so many searches for so many uploads; nil unless there is one of either.
    init?(searches: Int, uploads: Int) {
        let range = 0...1_000_000
        guard range.contains(searches), range.contains(uploads), searches + uploads > 0 else {
            return nil
        }
        self.searches = searches
        self.uploads = uploads
    }

    /// Reads `SEARCHES:UPLOADS`.
    init?(parsing text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 2, let searches = parts[0], let uploads = parts[1] else { return nil }
        self.init(searches: searches, uploads: uploads)
    }

    /// The kind of the call `number` of a run, and its number among those of its kind.
    func place(of number: Int) -> (kind: CallKind, index: Int) {
        let length = searches + uploads
        let (rounds, place) = number.quotientAndRemainder(dividingBy: length)
        let before = place * uploads / length
        let isUpload = (place + 1) * uploads / length > before
        return isUpload
            ? (.upload, rounds * uploads + before)
            : (.search, rounds * searches + place - before)
    }
}
