internal import DocketCore

/// Some documents in ascending order, all of them within one block of each column that is read.
struct DocumentRun: ~Escapable {
    private let numbers: Span<UInt32>

    var count: Int { numbers.count }

    @_lifetime(copy numbers)
    init(_ numbers: Span<UInt32>) { self.numbers = numbers }

    subscript(index: Int) -> UInt32 { numbers[index] }

    /// The place of a document in a block that begins at `first`; none of its own where that is
    /// below 0.
    func place(_ index: Int, from first: UInt32) -> Int { Int(numbers[index]) - Int(first) }
}

/// The columns that a search reads, at one run of documents after another.
///
/// Documents that come in ascending order cost a row for some hundreds of them.
struct DocumentColumns {
    private let watch: WorkWatch
    private var columns: [Column] = []

    var isEmpty: Bool { columns.isEmpty }

    init(_ connection: ConnectionHandle, _ tables: CollectionTables, slots: [Int]) throws {
        watch = connection.watch
        columns = try slots.map { Column(slot: $0, rows: try ColumnRows(connection, tables, $0)) }
    }

    /// The place of a slot's column; the slot is one of those at the beginning.
    func place(of slot: Int) -> Int { columns.firstIndex { $0.slot == slot } ?? 0 }

    /// Reads the blocks that have a document.
    ///
    /// - Returns: The number up to which they are right.
    @discardableResult
    mutating func move(to number: UInt32) throws -> Int64 {
        var end = Int64.max
        for place in columns.indices {
            if !columns[place].covers(number) {
                try watch.spend(16)
                try columns[place].read(at: number)
            }
            end = min(end, columns[place].end)
        }
        return end
    }

    /// Reads the blocks that have the first of some documents, whose numbers ascend.
    ///
    /// - Returns: How many of the documents these blocks have.
    mutating func move(toFirstOf numbers: Span<UInt32>) throws -> Int {
        guard numbers.count > 0 else { return 0 }
        let end = try move(to: numbers[0])
        var count = 1
        while count < numbers.count, Int64(numbers[count]) < end { count += 1 }
        try watch.spend(1 + count / 8)
        return count
    }

    /// The block of a column that was read last; nil where no document there has a value.
    func block(_ place: Int) -> ColumnBlock? { columns[place].block }

    /// Raised with each block of the column.
    func serial(_ place: Int) -> Int { columns[place].serial }

    /// The number after the last for which the block of a column is right.
    func end(_ place: Int) -> Int64 { columns[place].end }
}

/// One column at one place.
private struct Column {
    let slot: Int
    let rows: ColumnRows
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
}
