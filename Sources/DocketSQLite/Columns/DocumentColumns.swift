internal import DocketCore

/// The columns that a search reads, at one document after another.
///
/// Documents that come in ascending order cost a row for some hundreds of them.
struct DocumentColumns {
    private let watch: WorkWatch
    private var columns: [Column] = []

    init(_ connection: ConnectionHandle, _ tables: CollectionTables, slots: [Int]) throws {
        watch = connection.watch
        columns = try slots.map { Column(slot: $0, rows: try ColumnRows(connection, tables, $0)) }
    }

    var isEmpty: Bool { columns.isEmpty }

    /// The place of a slot's column; the slot is one of those at the beginning.
    func place(of slot: Int) -> Int { columns.firstIndex { $0.slot == slot } ?? 0 }

    /// Reads the blocks that have a document.
    mutating func move(to number: UInt32) throws {
        for place in columns.indices where !columns[place].covers(number) {
            try watch.spend(16)
            try columns[place].read(at: number)
        }
    }

    /// The block of a column that was read last.
    func block(_ place: Int) -> ColumnBlock? { columns[place].block }

    /// Raised with each block of the column.
    func serial(_ place: Int) -> Int { columns[place].serial }

    /// The number after the last for which the block is right, and what it says of all.
    func end(_ place: Int) -> Int64 { columns[place].end }

    /// Calls `body` with the code of each value of a document, ascending, until it returns false.
    func forEachCode(_ place: Int, _ number: UInt32, _ body: (Int) -> Bool) {
        columns[place].forEachCode(number, body)
    }

    /// The least or the greatest value of a document, where it has any.
    func code(_ place: Int, _ number: UInt32, greatest: Bool) -> Int {
        columns[place].code(number, greatest: greatest)
    }
}

/// One column at one place.
private struct Column {
    let slot: Int
    let rows: ColumnRows
    /// nil where no document of ``start`` to ``end`` has a value.
    private(set) var block: ColumnBlock?
    private(set) var serial = 0
    private var start: Int64 = 0
    private(set) var end: Int64 = 0

    init(slot: Int, rows: ColumnRows) {
        self.slot = slot
        self.rows = rows
    }

    func covers(_ number: UInt32) -> Bool { Int64(number) >= start && Int64(number) < end }

    mutating func read(at number: UInt32) throws {
        serial += 1
        if let found = try rows.last(upTo: number), Int64(number) < found.end {
            block = found
            (start, end) = (Int64(found.first), found.end)
        } else {
            block = nil
            (start, end) = (Int64(number), try rows.next(after: number))
        }
    }

    func forEachCode(_ number: UInt32, _ body: (Int) -> Bool) {
        guard let block else { return }
        for position in block.positions(of: Int(number) - Int(block.first)) {
            let code = block.code(at: position)
            if code > 0, !body(code) { return }
        }
    }

    /// 0 for a document without values.
    func code(_ number: UInt32, greatest: Bool) -> Int {
        guard let block else { return 0 }
        let positions = block.positions(of: Int(number) - Int(block.first))
        guard let first = positions.first, let last = positions.last else { return 0 }
        return block.code(at: greatest ? last : first)
    }
}
