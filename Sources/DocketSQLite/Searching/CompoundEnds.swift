internal import DocketText

/// Finds the words of a collection that end with a word of a query: `Dampfschiff` for `Schiff`.
///
/// In German the last word of a compound says what a thing is. Whether something is a compound the
/// collection says: what stands before has to be made of words that it has as well, with the
/// letters that German puts between two.
struct CompoundEnds {
    /// Letters of a word that others may end with, and of the words before it.
    private static let (endMinimum, beginningMinimum) = (4, 3)
    /// Words that end alike and are looked at, those first that most documents have.
    private static let endingsMaximum = 32
    /// Terms of segments that are looked at for them.
    private static let looksMaximum = 20_000
    /// Compounds that are searched for one word.
    private static let compoundsMaximum = 16
    /// Words of one search that are looked up, and segments where: the largest have most words.
    private static let (lookupsMaximum, segmentsMaximum) = (120, 4)
    /// What stands between two words.
    private static let links = ["", "s", "es", "n", "en", "er", "e"]

    private let statements: IndexStatements
    private let segments: [Segment]
    private let cutter: WordCutter
    private let language: TextLanguage
    private var known: [String: Bool] = [:]
    /// Where words are looked up; nil before the first.
    private var query: IndexQueryHandle?

    init(
        _ statements: IndexStatements,
        _ segments: [Segment],
        _ cutter: WordCutter,
        _ language: TextLanguage
    ) {
        self.statements = statements
        self.segments = segments
        self.cutter = cutter
        self.language = language
    }

    /// Stems of compounds that end with a stem, those first that most documents have.
    mutating func compounds(of stem: String) throws -> [String] {
        guard language.joinsWords, stem.unicodeScalars.count >= Self.endMinimum else { return [] }
        let endings = try CompletionsHandle(
            statements,
            segments,
            .reversedStems,
            beginningWith: stem.reversedScalars,
            count: Self.endingsMaximum,
            looks: Self.looksMaximum
        )
        var found: [String] = []
        for term in endings.terms {
            let compound = term.text.reversedScalars
            guard try isMadeOfWords(String(compound.dropLast(stem.count))) else { continue }
            found.append(compound)
            if found.count == Self.compoundsMaximum { break }
        }
        return found
    }

    /// Whether it is a word of the collection, or two, each with a link behind it.
    private mutating func isMadeOfWords(_ text: String) throws -> Bool {
        let letters = Array(text)
        guard letters.count >= Self.beginningMinimum else { return false }
        if try isLinkedWord(text) { return true }
        let ends = Self.beginningMinimum...max(Self.beginningMinimum, letters.count)
        for end in ends.dropLast(Self.beginningMinimum) {
            guard try isLinkedWord(String(letters[..<end])) else { continue }
            if try isLinkedWord(String(letters[end...])) { return true }
        }
        return false
    }

    private mutating func isLinkedWord(_ text: String) throws -> Bool {
        try Self.links.contains { link in
            guard text.hasSuffix(link) else { return false }
            return try isWord(String(text.dropLast(link.count)))
        }
    }

    private mutating func isWord(_ word: String) throws -> Bool {
        guard word.count >= Self.beginningMinimum else { return false }
        if let known = known[word] { return known }
        guard known.count < Self.lookupsMaximum else { return false }
        let term = IndexTerm(
            kind: .inflected,
            role: .part,
            columns: nil,
            boost: 1,
            words: cutter.cut(word, of: language).stems
        )
        let query = try query ?? lookup()
        self.query = query
        let isThere = try query.add(term) > 0
        known[word] = isThere
        return isThere
    }

    private func lookup() throws -> IndexQueryHandle {
        let largest = segments.sorted { $0.documents > $1.documents }.prefix(Self.segmentsMaximum)
        return try IndexQueryHandle(statements, Array(largest), weighsComplete: false)
    }
}

extension String {
    /// Its letters from the last to the first, as the index has the stems of compounds.
    fileprivate var reversedScalars: String {
        var reversed = ""
        reversed.unicodeScalars.append(contentsOf: unicodeScalars.reversed())
        return reversed
    }
}
