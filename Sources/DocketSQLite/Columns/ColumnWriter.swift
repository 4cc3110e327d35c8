internal import DocketCore

/// Attributes of a document as its columns are to have them.
struct ColumnDocument {
    let number: UInt32
    /// See ``AttributeBlobCodec``.
    let attributes: [UInt8]
}

/// Writes the columns of a collection: for each attribute that is filtered, sorted or counted by, a
/// row for each block of documents.
///
/// What a deleted document had stays until another takes its place in the block: nobody looks at
/// it.
struct ColumnWriter {
    private let connection: ConnectionHandle
    private let tables: CollectionTables
    private let slots: [Int]

    init(_ connection: ConnectionHandle, _ tables: CollectionTables, _ schema: CollectionSchema) {
        self.connection = connection
        self.tables = tables
        slots = schema.attributes.indices.filter {
            !schema.attributes[$0].uses.isDisjoint(with: [.filter, .sort, .facet])
        }
    }

    /// Gives documents, ascending by number, their values.
    func write(_ documents: [ColumnDocument]) throws {
        for slot in slots {
            var column = ColumnInWriting(connection, tables, slot)
            for document in documents {
                try connection.watch.spend()
                try document.attributes.lent { blob in
                    try column.set(document.number, AttributePart(slot: slot, in: blob), in: blob)
                }
            }
            try column.flush()
        }
    }
}

/// One column that takes documents in ascending order, a block of it in memory.
private struct ColumnInWriting {
    private let connection: ConnectionHandle
    private let tables: CollectionTables
    private let slot: Int
    private var block: ColumnBlockBuilder?
    private var isChanged = false
    /// The number up to which `block` may grow.
    private var limit: Int64 = 0

    init(_ connection: ConnectionHandle, _ tables: CollectionTables, _ slot: Int) {
        self.connection = connection
        self.tables = tables
        self.slot = slot
    }

    mutating func set(_ number: UInt32, _ part: AttributePart?, in blob: RawSpan) throws {
        if block == nil || Int64(number) >= limit {
            try flush()
            try open(number, part?.kind)
        }
        guard let place = block.map({ Int(number - $0.first) }),
            block?.set(place, part, in: blob) ?? false
        else { return }
        isChanged = true
        guard let full = block, !full.fits else { return }
        try makeRoom(full, for: number, part, in: blob)
    }

    /// Reads the block that a number belongs to, or begins one for values of this kind.
    private mutating func open(_ number: UInt32, _ kind: AttributeBlobCodec.Kind?) throws {
        let reader = try ColumnRows(connection, tables, slot)
        let next = try reader.next(after: number)
        let found = try reader.last(upTo: number)
        let spanEnd = Int64(found?.first ?? number) + Int64(ColumnBlock.spanMaximum)
        if let found, Int64(number) < spanEnd {
            block = ColumnBlockBuilder(found)
            limit = min(next, spanEnd)
        } else if let kind {
            block = ColumnBlockBuilder(first: number, kind: kind)
            limit = min(next, Int64(number) + Int64(ColumnBlock.spanMaximum))
        }
    }

    /// Writes a block that has become too large as several.
    private mutating func makeRoom(
        _ full: ColumnBlockBuilder,
        for number: UInt32,
        _ part: AttributePart?,
        in blob: RawSpan
    ) throws {
        block = nil
        // In the order of numbers blocks are filled one after the other, without halves.
        guard Int64(number) + 1 < Int64(full.first) + Int64(full.span) else {
            var before = full
            before.removeLast()
            try write(before)
            guard let part else { return }
            var new = ColumnBlockBuilder(first: number, kind: part.kind)
            _ = new.set(0, part, in: blob)
            (block, isChanged) = (new, true)
            limit = min(limit, Int64(number) + Int64(ColumnBlock.spanMaximum))
            return
        }
        var left = [full]
        while let large = left.popLast() {
            guard !large.fits else {
                try write(large)
                continue
            }
            let halves = large.split()
            left += [halves.0, halves.1]
        }
    }

    /// Writes what has changed.
    mutating func flush() throws {
        if let block, isChanged { try write(block) }
        (block, isChanged) = (nil, false)
    }

    private func write(_ block: ColumnBlockBuilder) throws {
        let id = SQLValue.integer(ColumnRows.id(slot, block.first))
        if let bytes = block.encoded() {
            try connection.run(tables.writeColumn, id, .blob(bytes))
        } else {
            try connection.run(tables.deleteColumn, id)
        }
    }
}

/// The rows of one column.
struct ColumnRows {
    private let connection: ConnectionHandle
    private let slot: Int
    private let lastRow: StatementHandle
    private let nextRow: StatementHandle

    init(
        _ connection: ConnectionHandle,
        _ tables: CollectionTables,
        _ slot: Int
    ) throws(SQLiteError) {
        self.connection = connection
        self.slot = slot
        lastRow = try connection.prepared(tables.lastColumn)
        nextRow = try connection.prepared(tables.nextColumn)
    }

    /// Of the row of a block.
    static func id(_ slot: Int, _ first: UInt32) -> Int64 { Int64(slot) << 32 | Int64(first) }

    /// The last block that begins at a number or before, whether it covers that or not.
    ///
    /// - Throws: ``SQLiteError`` for a row that is no block.
    func last(upTo number: UInt32) throws -> ColumnBlock? {
        defer { lastRow.reset() }
        try lastRow.bind([.integer(Self.id(slot, 0)), .integer(Self.id(slot, number))])
        guard try lastRow.step() else { return nil }
        let first = UInt32(truncatingIfNeeded: lastRow.integer(0))
        guard let block = ColumnBlock(lastRow.bytes(1), first: first) else {
            throw SQLiteError.damagedPages
        }
        return block
    }

    /// The first number of the next block; beyond all numbers where there is none.
    func next(after number: UInt32) throws -> Int64 {
        defer { nextRow.reset() }
        try nextRow.bind([.integer(Self.id(slot, number)), .integer(Self.id(slot + 1, 0))])
        return try nextRow.step() ? nextRow.integer(0) & Int64(UInt32.max) : Int64(UInt32.max) + 1
    }
}
