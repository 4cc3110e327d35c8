internal import DocketText

/// Goes through the words of a collection's index that are spelt much like one that is given.
///
/// Words stand in order: of those with a beginning that cannot be near, only the first is read, and
/// the next that can be is sought.
struct VocabularyWalk {
    /// A word of the index.
    struct Word: Hashable {
        let text: String
        /// Edits that make it of the word that was given.
        let distance: Int
        /// With those that are not yet merged away.
        let documents: Int
    }

    let statements: IndexStatements
    let segments: [Segment]
    /// Words that may still be looked at; those that are left when there are no more are not.
    private(set) var wordsLeft: Int

    init(_ statements: IndexStatements, _ segments: [Segment], words: Int) {
        self.statements = statements
        self.segments = segments
        wordsLeft = words
    }

    /// The words that at most `edits` make of `word` and that begin with as many letters of it as
    /// `shared` says; the nearest first, of these the most frequent, of equal ones in the order of
    /// their bytes.
    mutating func words(near word: String, edits: Int, shared: Int = 0) throws -> [Word] {
        let letters = word.unicodeScalars.map(\.value)
        var found: [[UInt8]: (distance: Int, documents: Int)] = [:]
        for segment in segments {
            var distances = EditDistances(to: letters, maximum: edits)
            try walk(segment, letters.prefix(shared), &distances) { bytes, distance, documents in
                found[bytes, default: (distance, 0)].documents += documents
            }
        }
        return found.sorted { one, other in
            let (first, second) = (one.value, other.value)
            if first.distance != second.distance { return first.distance < second.distance }
            if first.documents != second.documents { return first.documents > second.documents }
            return one.key.lexicographicallyPrecedes(other.key)
        }.map { bytes, value in
            Word(
                text: String(decoding: bytes, as: UTF8.self),
                distance: value.distance,
                documents: value.documents
            )
        }
    }

    private mutating func walk(
        _ segment: Segment,
        _ beginning: ArraySlice<UInt32>,
        _ distances: inout EditDistances,
        _ found: (_ word: [UInt8], _ distance: Int, _ documents: Int) -> Void
    ) throws {
        let cursor = try WordCursorHandle(statements, segment)
        let least = beginning.utf8
        var sought: [UInt8]? = least
        while let text = sought, wordsLeft > 0 {
            guard let (word, documents) = try cursor.seek(text), word.starts(with: least) else {
                return
            }
            wordsLeft -= 1
            if let distance = distances.look(at: word) { found(word, distance, documents) }
            sought = distances.advance(keeping: beginning.count) ? distances.spelt.utf8 : nil
            // The order of UTF-8 is that of letters.
            guard let next = sought, !word.lexicographicallyPrecedes(next) else { continue }
            throw SQLiteError.damagedPages
        }
    }
}

extension EditDistances {
    /// Spells a word as far as it may be near; its distance where it is.
    fileprivate mutating func look(at word: [UInt8]) -> Int? {
        let letters = String(decoding: word, as: UTF8.self).unicodeScalars.map(\.value)
        keep(shared(with: letters))
        while isNear, spelt.count < letters.count { append(letters[spelt.count]) }
        return spelt.count == letters.count ? distance : nil
    }
}

extension Sequence<UInt32> {
    /// The UTF-8 of letters.
    fileprivate var utf8: [UInt8] {
        var bytes: [UInt8] = []
        for letter in self {
            guard let encoded = Unicode.Scalar(letter).flatMap(UTF8.encode) else { continue }
            bytes.append(contentsOf: encoded)
        }
        return bytes
    }
}
