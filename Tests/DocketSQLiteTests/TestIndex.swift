import DocketSystem
import DocketTestKit
import DocketText

@testable import DocketSQLite

/// The index of one collection in a file of its own.
struct TestIndex {
    let connection: ConnectionHandle
    let tables = CollectionTables(collection: 1)
    private let cutter = WordCutter()

    init(_ folder: TestFolder) throws {
        connection = try ConnectionHandle(path: folder.path("t.db"), creates: true, vfs: nil)
        try connection.execute("PRAGMA synchronous = OFF")
        try connection.execute(tables.creation)
    }

    var statements: IndexStatements { get throws { try IndexStatements(connection, tables) } }
    var segments: SegmentTable { SegmentTable(connection, tables) }

    /// Makes one segment of documents with these texts by column, and what `wholes` has of each;
    /// returns their lengths.
    @discardableResult
    func add(
        _ documents: [(number: UInt32, texts: [[String]])],
        wholes: (UInt32) -> [String] = { _ in [] }
    ) throws -> [Int] {
        let builder = try SegmentBuilderHandle(connection)
        let words = try documents.map { number, texts in
            let languages = texts.map { _ in TextLanguage.unknown }
            return try builder.add(number, texts, languages, wholes: wholes(number))
        }
        let id = try segments.newID()
        try connection.writing {
            try segments.insert(
                Segment(
                    id: id,
                    first: id,
                    last: id,
                    documents: documents.count,
                    words: words.reduce(0, +)
                ),
                .inUse
            )
            try builder.write(id, tables, by: connection)
        }
        return words
    }

    /// Documents with these titles, numbered from 1.
    func add(titles: [String]) throws {
        try add(titles.enumerated().map { (UInt32($0 + 1), [[$1]]) })
    }

    func term(
        _ text: String,
        _ kind: IndexTerm.Kind = .inflected,
        _ role: IndexTerm.Role = .clause,
        boost: Double = 1,
        columns: UInt32? = nil
    ) -> IndexTerm {
        let cut = cutter.cut(text, of: .unknown)
        return IndexTerm(
            kind: kind,
            role: role,
            columns: columns,
            boost: boost,
            words: kind == .inflected ? cut.stems : cut.words
        )
    }

    func query(_ terms: [IndexTerm], weighsComplete: Bool = false) throws -> IndexQueryHandle {
        let query = try IndexQueryHandle(
            IndexStatements(connection, tables),
            segments.inUse(),
            weighsComplete: weighsComplete
        )
        for term in terms { try query.add(term) }
        return query
    }

    /// What a query finds, with scores.
    func found(
        _ terms: [IndexTerm],
        weighsComplete: Bool = false,
        _ mode: IndexQueryHandle.Mode = .scored
    ) throws -> [(document: UInt32, score: Double)] {
        let query = try query(terms, weighsComplete: weighsComplete)
        try query.start(mode)
        var found: [(UInt32, Double)] = []
        try query.eachMatch { document, score in
            found.append((document, score))
            return true
        }
        return found
    }
}
