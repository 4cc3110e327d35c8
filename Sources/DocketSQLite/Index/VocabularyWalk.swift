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
    let vocabulary: Vocabulary
    /// Words of segments that may still be sought; what is left then is not found.
    private(set) var seeksLeft: Int

    init(
        _ statements: IndexStatements,
        _ segments: [Segment],
        _ vocabulary: Vocabulary = .words,
        seeks: Int
    ) {
        self.statements = statements
        self.segments = segments
        self.vocabulary = vocabulary
        seeksLeft = seeks
    }

    /// The words that at most `edits` make of `word` and that begin with as many letters of it as
    /// `shared` says; the nearest first, of these the most frequent, of equal ones in the order of
    /// their bytes.
    mutating func words(near word: String, edits: Int, shared: Int = 0) throws -> [Word] {
        let letters = word.unicodeScalars.map(\.value)
        let beginning = letters.prefix(shared).utf8
        let cursors = try cursors()
        var distances = EditDistances(to: letters, maximum: edits)
        var found: [Word] = []
        var sought: [UInt8]? = beginning
        while let text = sought, seeksLeft > 0, let word = try first(from: text, cursors),
            word.starts(with: beginning)
        {
            if let distance = distances.look(at: word) {
                let holders = cursors.filter { $0.word == word }
                found.append(
                    Word(
                        text: String(decoding: word, as: UTF8.self),
                        distance: distance,
                        documents: holders.reduce(0) { $0 + $1.documents }
                    )
                )
            }
            sought = distances.advance(keeping: shared) ? distances.spelt.utf8 : nil
            // The order of UTF-8 is that of letters.
            guard let next = sought, !word.lexicographicallyPrecedes(next) else { continue }
            throw SQLiteError.damagedPages
        }
        return found.sorted { one, other in
            if one.distance != other.distance { return one.distance < other.distance }
            if one.documents != other.documents { return one.documents > other.documents }
            return one.text.utf8.lexicographicallyPrecedes(other.text.utf8)
        }
    }

    private func cursors() throws -> [WordCursorHandle] {
        try segments.map { try WordCursorHandle(statements, $0, vocabulary) }
    }

    /// The shortest beginnings of words that one edit makes of `word`, with its first letter, in
    /// order; `count` of them at most.
    mutating func beginnings(near word: String, count: Int) throws -> [String] {
        let letters = word.unicodeScalars.map(\.value)
        let beginning = letters.prefix(1).utf8
        let cursors = try cursors()
        var distances = EditDistances(to: letters, maximum: 1)
        var found: [String] = []
        var sought: [UInt8]? = beginning
        while let text = sought, seeksLeft > 0, found.count < count,
            let word = try first(from: text, cursors), word.starts(with: beginning)
        {
            let isNear = distances.lookForBeginning(in: word)
            if isNear { found.append(String(decoding: distances.spelt.utf8, as: UTF8.self)) }
            let goesOn =
                isNear ? distances.advanceBeyond(keeping: 1) : distances.advance(keeping: 1)
            sought = goesOn ? distances.spelt.utf8 : nil
            guard let next = sought, !word.lexicographicallyPrecedes(next) else { continue }
            throw SQLiteError.damagedPages
        }
        return found
    }

    /// The first word of all segments that is not before `text`.
    private mutating func first(
        from text: [UInt8],
        _ cursors: [WordCursorHandle]
    ) throws -> [UInt8]? {
        var first: [UInt8]?
        for cursor in cursors {
            if try cursor.advance(to: text) { seeksLeft -= 1 }
            guard let word = cursor.word else { continue }
            if first.map({ word.lexicographicallyPrecedes($0) }) ?? true { first = word }
        }
        return first
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

    /// Spells a word as far as its beginning may be near; false where none of its beginnings is.
    fileprivate mutating func lookForBeginning(in word: [UInt8]) -> Bool {
        let letters = String(decoding: word, as: UTF8.self).unicodeScalars.map(\.value)
        keep(shared(with: letters))
        while distance == nil, isNear, spelt.count < letters.count {
            append(letters[spelt.count])
        }
        return distance != nil
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
