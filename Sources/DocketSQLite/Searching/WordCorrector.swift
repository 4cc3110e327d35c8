internal import DocketText

/// Finds what was meant by words that no document of a collection has, among those that some have:
/// two of them in one, or one that is written otherwise.
struct WordCorrector {
    /// Words of one search that are corrected.
    private static let wordsMaximum = 8
    private static let alternativesMaximum = 3
    /// A near word is likelier to be meant than two words next to each other when so many times as
    /// many documents have it: who writes two words as one does so without a slip.
    private static let splitWorth = 10
    /// Words that one search seeks in segments: 0.3 µs each in small ones, 3 µs in one of a million
    /// documents.
    private static let seeksMaximum = 30_000

    private let statements: IndexStatements
    private let segments: [Segment]
    private let cutter: WordCutter
    private let dead: Int
    private let splitter: WordSplitter
    private var walk: VocabularyWalk
    private var wordsLeft = wordsMaximum

    init(
        _ statements: IndexStatements,
        _ segments: [Segment],
        _ cutter: WordCutter
    ) {
        self.statements = statements
        self.segments = segments
        self.cutter = cutter
        dead = segments.reduce(0) { $0 + $1.dead }
        splitter = WordSplitter(statements: statements, segments: segments, cutter: cutter)
        walk = VocabularyWalk(statements, segments, seeks: Self.seeksMaximum)
    }

    /// Words that some living documents have where `term` looks, the likeliest first, each of
    /// another stem; none where a document has `word`.
    ///
    /// `documents` is how many documents the term has, in which the dead may count.
    mutating func alternatives(
        to word: String,
        _ term: IndexTerm,
        _ documents: Int,
        _ language: TextLanguage
    ) throws -> [String] {
        let edits = Self.edits(of: word)
        guard edits > 0, wordsLeft > 0, try !isKnown(term, documents) else { return [] }
        wordsLeft -= 1
        let split = try splitter.split(word, term.columns, language)
        let words = try walk.words(near: word, edits: 1)
        let near = try alternatives(to: word, words, term.columns, language)
        if let split {
            // Two words that a few documents have together by chance are not what was meant.
            let isNearLikelier = words.contains {
                $0.text == near.first && $0.documents > Self.splitWorth * split.documents
            }
            let first = isNearLikelier ? near.prefix(Self.alternativesMaximum - 1) : []
            return Array(first) + [split.text]
        }
        guard near.isEmpty, edits > 1 else { return near }
        // Of all that two edits can make, a fifth begins alike, and nearly all that people mean.
        let far = try walk.words(near: word, edits: 2, shared: 1)
        return try alternatives(to: word, far, term.columns, language)
    }

    private func alternatives(
        to asked: String,
        _ words: [VocabularyWalk.Word],
        _ columns: UInt32?,
        _ language: TextLanguage
    ) throws -> [String] {
        let digits = Self.digits(of: asked)
        var (found, stems): ([String], Set<String>) = ([], [])
        // Another number is another part, version or year.
        for word in words where Self.digits(of: word.text) == digits {
            let stem = cutter.cut(word.text, of: language).stems
            guard !stems.contains(stem), try isLiving(word, columns) else { continue }
            stems.insert(stem)
            found.append(word.text)
            if found.count == Self.alternativesMaximum { break }
        }
        return found
    }

    /// Whether two parts of a word meet in digits: together they are another number.
    static func meetInDigits(_ first: String, _ second: String) -> Bool {
        let ends = [first.unicodeScalars.last, second.unicodeScalars.first]
        return ends.allSatisfy { $0?.properties.numericType != nil }
    }

    static func digits(of word: String) -> [Unicode.Scalar] {
        word.unicodeScalars.filter { $0.properties.numericType != nil }
    }

    /// Edits by which a word may differ from what was meant.
    private static func edits(of word: String) -> Int {
        let letters = word.unicodeScalars.count
        guard letters >= 4, digits(of: word).count < letters else { return 0 }
        return letters < 8 ? 1 : 2
    }

    private func isKnown(_ term: IndexTerm, _ documents: Int) throws -> Bool {
        if documents > dead { return true }
        var term = term
        term.columns = nil
        return try isLiving(term)
    }

    private func isLiving(_ word: VocabularyWalk.Word, _ columns: UInt32?) throws -> Bool {
        if columns == nil, word.documents > dead { return true }
        return try isLiving(
            IndexTerm(kind: .exact, role: .clause, columns: columns, boost: 1, words: word.text)
        )
    }

    private func isLiving(_ term: IndexTerm) throws -> Bool {
        let query = try IndexQueryHandle(statements, segments, weighsComplete: false)
        guard try query.add(term) > 0 else { return false }
        try query.start(.unscored)
        return try query.next { _, _ in true } ?? false
    }
}
