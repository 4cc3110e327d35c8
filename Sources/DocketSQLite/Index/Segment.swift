internal import CDocketPostings

/// A part of a collection's index, which never changes but for what is dead in it.
struct Segment: Hashable, Sendable {
    enum State: Int64 {
        /// Searches look at it.
        case inUse = 0
        /// Its rows are to be removed.
        case obsolete = 1
        /// A merge is writing it.
        case inMaking = 2
    }

    var id: UInt32
    /// The segments whose documents it holds, as documents remember where they came into.
    var first: UInt32
    var last: UInt32
    /// With the dead.
    var documents: Int
    /// In all, those of titles as often as they count in lengths.
    var words: Int
    var dead = 0
    var deadWords = 0

    var living: Int { documents - dead }

    /// As C wants it.
    var described: docket_segment {
        docket_segment(
            id: id,
            documents: UInt32(clamping: documents),
            lengths: UInt64(clamping: words),
            dead: UInt32(clamping: dead)
        )
    }
}

/// The rows of a collection's segments.
struct SegmentTable {
    private static let columns = "id, first, last, documents, words, dead, dead_words"

    let connection: ConnectionHandle
    let tables: CollectionTables

    init(_ connection: ConnectionHandle, _ tables: CollectionTables) {
        self.connection = connection
        self.tables = tables
    }

    /// Those in use, the oldest documents first.
    func inUse() throws -> [Segment] {
        try connection.all(
            "SELECT \(Self.columns) FROM \(tables.segments) WHERE state = 0 ORDER BY first",
            row: Self.segment
        )
    }

    /// One that no search looks at any more, or that a merge left when its process ended.
    func obsolete() throws -> UInt32? {
        try connection.first(
            "SELECT id FROM \(tables.segments) WHERE state <> 0 ORDER BY id",
            row: { UInt32(truncatingIfNeeded: $0.integer(0)) }
        )
    }

    /// A number that no segment has.
    ///
    /// - Throws: ``SQLiteError`` `full` when there is none of 31 bits.
    func newID() throws -> UInt32 {
        let last = try connection.first(
            "SELECT max(id) FROM \(tables.segments)",
            row: { $0.integer(0) }
        )
        guard let id = UInt32(exactly: (last ?? 0) + 1), id < Int32.max else {
            throw SQLiteError.noSegments
        }
        return id
    }

    func insert(_ segment: Segment, _ state: Segment.State) throws {
        try connection.run(
            """
            INSERT OR REPLACE INTO \(tables.segments)(\(Self.columns), state)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
            """,
            .number(segment.id),
            .number(segment.first),
            .number(segment.last),
            .number(segment.documents),
            .number(segment.words),
            .number(segment.dead),
            .number(segment.deadWords),
            .integer(state.rawValue)
        )
    }

    func setState(_ state: Segment.State, of segment: UInt32) throws {
        try connection.run(
            "UPDATE \(tables.segments) SET state = ?2 WHERE id = ?1",
            .number(segment),
            .integer(state.rawValue)
        )
    }

    /// Marks a document dead, which came into the segment `origin` with so many words.
    func markDead(_ number: UInt32, from origin: UInt32, words: Int) throws {
        let segment = try connection.first(
            "SELECT id FROM \(tables.segments) WHERE state = 0 AND first <= ?1 AND last >= ?1",
            .number(origin),
            row: { UInt32(truncatingIfNeeded: $0.integer(0)) }
        )
        guard let segment else { throw SQLiteError.damagedPages }
        let statements = try IndexStatements(connection, tables)
        let writing = try IndexWriting(connection, tables)
        guard try statements.markDead(number, in: segment, writing) else { return }
        try connection.run(
            """
            UPDATE \(tables.segments) SET dead = dead + 1, dead_words = dead_words + ?2
            WHERE id = ?1
            """,
            .number(segment),
            .number(words)
        )
    }

    private static func segment(_ row: StatementHandle) -> Segment {
        Segment(
            id: UInt32(truncatingIfNeeded: row.integer(0)),
            first: UInt32(truncatingIfNeeded: row.integer(1)),
            last: UInt32(truncatingIfNeeded: row.integer(2)),
            documents: Int(row.integer(3)),
            words: Int(row.integer(4)),
            dead: Int(row.integer(5)),
            deadWords: Int(row.integer(6))
        )
    }
}
