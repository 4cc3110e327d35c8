internal import DocketCore

/// The documents of a collection that searches may find, a bit for each number, in rows of some
/// thousands.
struct LivingDocuments {
    /// Numbers of a row.
    private static let rowNumbers = 4096

    private let connection: ConnectionHandle
    private let tables: CollectionTables
    /// The row that was read last, and its bits.
    private var row: Int64 = -1
    private var bits: [UInt8] = []

    init(_ connection: ConnectionHandle, _ tables: CollectionTables) {
        self.connection = connection
        self.tables = tables
    }

    // MARK: Reading

    /// The first number from `number` on; nil when there is none.
    mutating func next(from number: UInt32) throws -> UInt32? {
        var (row, place) = Self.split(number)
        while true {
            if row != self.row {
                guard try read(from: row) else { return nil }
                if row != self.row { (row, place) = (self.row, 0) }
            }
            if let found = firstBit(from: place) {
                return UInt32(exactly: row * Int64(Self.rowNumbers) + Int64(found))
            }
            (row, place) = (row + 1, 0)
        }
    }

    /// At most `limit` numbers from `number` on, of its row, which was read last.
    func run(from number: UInt32, upTo limit: Int) -> [UInt32] {
        let (row, place) = Self.split(number)
        guard row == self.row else { return [] }
        var found: [UInt32] = []
        var next = firstBit(from: place)
        while let place = next, found.count < limit {
            guard let number = UInt32(exactly: row * Int64(Self.rowNumbers) + Int64(place)) else {
                break
            }
            found.append(number)
            next = firstBit(from: place + 1)
        }
        return found
    }

    /// Reads a row or the first one behind it; false when there is none.
    private mutating func read(from row: Int64) throws -> Bool {
        try connection.watch.spend(8)
        let found = try connection.first(tables.nextLiving, .integer(row)) {
            ($0.integer(0), $0.bytes(1))
        }
        guard let found else { return false }
        guard found.1.count == Self.rowNumbers / 8, found.0 >= row else {
            throw SQLiteError.damagedPages
        }
        (self.row, bits) = found
        return true
    }

    private func firstBit(from place: Int) -> Int? {
        var (index, mask) = (place / 8, UInt8.max << UInt8(place % 8))
        while index < bits.count {
            let left = bits[index] & mask
            if left != 0 { return 8 * index + left.trailingZeroBitCount }
            (index, mask) = (index + 1, .max)
        }
        return nil
    }

    // MARK: Writing

    /// Adds documents, ascending by number.
    mutating func insert(_ numbers: some Sequence<UInt32>) throws { try set(numbers, true) }

    mutating func remove(_ number: UInt32) throws { try set([number], false) }

    private mutating func set(_ numbers: some Sequence<UInt32>, _ isLiving: Bool) throws {
        var isChanged = false
        for number in numbers {
            let (row, place) = Self.split(number)
            if row != self.row {
                if isChanged { try write() }
                isChanged = false
                let found = try connection.first(tables.selectLiving, .integer(row)) { $0.bytes(0) }
                bits = found ?? [UInt8](repeating: 0, count: Self.rowNumbers / 8)
                guard bits.count == Self.rowNumbers / 8 else { throw SQLiteError.damagedPages }
                self.row = row
            }
            let bit = UInt8(1) << UInt8(place % 8)
            guard (bits[place / 8] & bit != 0) != isLiving else { continue }
            bits[place / 8] ^= bit
            isChanged = true
        }
        if isChanged { try write() }
    }

    private func write() throws {
        try connection.run(tables.writeLiving, .integer(row), .blob(bits))
    }

    private static func split(_ number: UInt32) -> (row: Int64, place: Int) {
        (Int64(number) / Int64(rowNumbers), Int(number) % rowNumbers)
    }
}
