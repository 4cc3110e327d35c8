import DocketCore
import DocketTestKit
import Testing

@testable import DocketSQLite

extension ColumnBlock {
    /// Of the values of documents from `first` on, all of one kind.
    init(_ documents: [[AttributeValue]], first: UInt32 = 0) throws {
        let kind = documents.lazy.flatMap(\.self).first.map { AttributeBlobCodec.kind(of: $0) }
        var builder = ColumnBlockBuilder(first: first, kind: kind ?? .string)
        for (place, values) in documents.enumerated() {
            let blob = AttributeBlobCodec.encode([BoundAttribute(slot: 0, values: values)])
            blob.lent { _ = builder.set(place, AttributePart(slot: 0, in: $0), in: $0) }
        }
        self = try #require(builder.encoded().flatMap { ColumnBlock($0, first: first) })
    }

    /// The values of a place, ascending.
    fileprivate func values(_ place: Int) -> [SortValue] {
        positions(of: place).map { code(at: $0) }.filter { $0 > 0 }.map { sortValue($0) }
    }
}

@Suite("Columns of attributes", .timeLimit(.minutes(5)))
struct ColumnTests {
    private let folder: TestFolder
    private let connection: ConnectionHandle
    private let tables = CollectionTables(collection: 1)

    init() throws {
        folder = try TestFolder()
        connection = try ConnectionHandle(path: folder.path("t.db"), creates: true, vfs: nil)
        try connection.execute("PRAGMA synchronous = OFF")
        try connection.execute(tables.creation)
    }

    private func schema() throws -> CollectionSchema {
        try CollectionSchema(
            [("kind", AttributeType.keyword), ("size", .number), ("at", .time)].map {
                AttributeDefinition($0, $1, [.filter, .sort, .facet])
            }
        )
    }

    private func sorted(_ values: [AttributeValue]) -> [SortValue] {
        Set(
            values.map { value -> SortValue in
                guard case .string(let string) = value else { return .ordinal(Ordinal.of(value)) }
                return .string(Array(string.utf8))
            }
        ).sorted()
    }

    private func write(_ documents: [UInt32: [BoundAttribute]]) throws {
        let written = documents.sorted { $0.key < $1.key }.map {
            ColumnDocument(number: $0.key, attributes: AttributeBlobCodec.encode($0.value))
        }
        try connection.writing {
            try ColumnWriter(connection, tables, schema()).write(written)
        }
    }

    /// What the columns say of a document.
    private func read(_ number: UInt32, _ columns: inout DocumentColumns) throws -> [[SortValue]] {
        try columns.move(to: number)
        return (0..<3).map { place in
            guard let block = columns.block(place) else { return [] }
            return block.values(Int(number) - Int(block.first))
        }
    }

    @Test("values of any kind and number come back, in whatever order documents come and change")
    func model() throws {
        var random = SeededGenerator(seed: 7)
        var model: [UInt32: [BoundAttribute]] = [:]
        func values(_ slot: Int) -> [AttributeValue] {
            let count = [0, 1, 1, 1, 3, 30].randomElement(using: &random) ?? 0
            return (0..<count).map { _ in
                let number = Int.random(in: 0..<500, using: &random) % [3, 500][slot % 2]
                switch slot {
                case 0: return .string(String(repeating: "\(number)", count: count > 3 ? 40 : 1))
                case 1: return .number(Double(number) / 4 - 20)
                default: return .time(microseconds: .random(in: .min ... .max, using: &random))
                }
            }
        }
        for round in 0..<40 {
            var changed: [UInt32: [BoundAttribute]] = [:]
            for index in 0..<200 {
                let number =
                    round < 8
                    ? UInt32(1 + round * 200 + index) : UInt32.random(in: 1...9000, using: &random)
                changed[number] = (0..<3).map { BoundAttribute(slot: $0, values: values($0)) }
            }
            try write(changed)
            model.merge(changed) { $1 }
        }
        try write([.max - 1: [BoundAttribute(slot: 1, values: [.number(1)])]])
        var columns = try DocumentColumns(connection, tables, slots: [0, 1, 2])
        for number in UInt32(1)...9001 {
            let expected = (0..<3).map { slot in sorted(model[number]?[slot].values ?? []) }
            #expect(try read(number, &columns) == expected, "\(number)")
        }
        #expect(try read(.max - 1, &columns)[1] == [.ordinal(Ordinal.of(.number(1)))])
        #expect(try read(.max, &columns) == [[], [], []])
        let rows = try connection.all("SELECT length(data) FROM \(tables.columns)") {
            $0.integer(0)
        }
        #expect(rows.allSatisfy { $0 <= ColumnBlock.bytesMaximum })
    }

    @Test("a document with more values than a block holds has one for itself")
    func large() throws {
        func document(_ text: String) -> [BoundAttribute] {
            [BoundAttribute(slot: 0, values: (0..<256).map { .string("\($0)" + text) })]
        }
        let text = String(repeating: "x", count: 1000)
        let small = [BoundAttribute(slot: 0, values: [.string("small")])]
        try write([5: small, 6: document(text), 7: document(text), 8: small])
        try write([6: document("y"), 9: document(text)])
        var columns = try DocumentColumns(connection, tables, slots: [0, 1, 2])
        let expected = [5: small, 6: document("y"), 7: document(text), 8: small, 9: document(text)]
        for (number, attributes) in expected {
            #expect(try read(UInt32(number), &columns)[0] == sorted(attributes[0].values))
        }
        let most = try connection.first("SELECT max(length(data)) FROM columns_1") { $0.integer(0) }
        #expect(most ?? 0 < 300_000)
    }

    @Test("integers take few bytes, and any ordinals come back")
    func packing() throws {
        let numbers: [[AttributeValue]] = (0..<1000).map { [.number(Double($0 * 7919 % 100_000))] }
        var builder = ColumnBlockBuilder(first: 1, kind: .number)
        for (place, values) in numbers.enumerated() {
            let blob = AttributeBlobCodec.encode([BoundAttribute(slot: 0, values: values)])
            blob.lent { _ = builder.set(place, AttributePart(slot: 0, in: $0), in: $0) }
        }
        let bytes = try #require(builder.encoded())
        #expect(bytes.count < 7 * 1000)
        let extremes: [[AttributeValue]] = [
            [.time(microseconds: .min), .time(microseconds: .max)], [.time(microseconds: 0)],
        ]
        let block = try ColumnBlock(extremes)
        #expect(block.values(0) == [.ordinal(.min), .ordinal(.max)])
        #expect(block.values(1) == [.ordinal(0)])
        let booleans = try ColumnBlock([[.boolean(true)], [.boolean(false)], [.boolean(true)]])
        #expect(
            (0..<3).map { booleans.values($0) } == [[.ordinal(1)], [.ordinal(0)], [.ordinal(1)]]
        )
    }

    @Test("rows that are no blocks are damage or read as no value, never a crash")
    func damage() throws {
        var random = SeededGenerator(seed: 5)
        let good = (1...200).map { number in
            [
                BoundAttribute(slot: 0, values: (0...number % 3).map { .string("v\($0 % 9)") }),
                BoundAttribute(slot: 1, values: [.number(Double(number))]),
                BoundAttribute(slot: 2, values: [.time(microseconds: Int64(number % 2))]),
            ]
        }
        try write(
            Dictionary(uniqueKeysWithValues: good.enumerated().map { (UInt32($0 + 1), $1) })
        )
        let filters: [CompiledFilter] = [
            .init(.startsWith(slot: 0, "v1")), .init(.oneOf(slot: 0, [.string("v4")])),
            .init(.range(slot: 1, .init(lower: .number(0), upper: .number(9)))),
            .init(.not(.exists(slot: 2))),
        ]
        let rows = try connection.all(
            "SELECT id, data FROM \(tables.columns)",
            row: { ($0.integer(0), $0.bytes(1)) }
        )
        for (id, bytes) in rows {
            for _ in 0..<400 {
                var damaged = bytes
                // Half of them in what says how the rest is read.
                let end = Bool.random(using: &random) ? 24 : bytes.count
                let place = Int.random(in: 0..<min(end, bytes.count), using: &random)
                damaged[place] = .random(in: 0...255, using: &random)
                if Bool.random(using: &random) {
                    damaged.removeLast(.random(in: 0..<damaged.count, using: &random))
                }
                try connection.run(tables.writeColumn, .integer(id), .blob(damaged))
                try? look(filters)
                // Another version of a document is written over it.
                try connection.execute("BEGIN")
                let new = ColumnDocument(number: 7, attributes: AttributeBlobCodec.encode(good[0]))
                try? ColumnWriter(connection, tables, schema()).write([new])
                try connection.execute("ROLLBACK")
            }
            try connection.run(tables.writeColumn, .integer(id), .blob(bytes))
        }
    }

    private func look(_ filters: [CompiledFilter]) throws {
        var columns = try DocumentColumns(connection, tables, slots: [0, 1, 2])
        var conditions = filters.map { ColumnFilter($0, columns) }
        let order = HitOrder([BoundSort(.slot(0), isDescending: true)]) { columns.place(of: $0) }
        var facet = FacetCounter(BoundFacet(slot: 0, limit: 10), column: 0)
        let numbers = Array(UInt32(1)...202)
        var start = 0
        while start < numbers.count {
            let left = numbers.span.extracting(start...)
            let found = left.extracting(0..<(try columns.move(toFirstOf: left)))
            let run = DocumentRun(found)
            for place in conditions.indices {
                let marks = conditions[place].marks(run, columns)
                _ = conditions[place].firstPossible(found[0], columns)
                _ = facet.count(run, marks, columns)
            }
            _ = order.values(of: found[0], columns)
            start += found.count
        }
        _ = try facet.counts(WorkWatch())
    }

    @Test("living documents are found in order, whatever comes and goes")
    func living() throws {
        var random = SeededGenerator(seed: 9)
        var model: Set<UInt32> = []
        for _ in 0..<50 {
            let numbers = Set((0..<100).map { _ in UInt32.random(in: 1...30_000, using: &random) })
            var documents = LivingDocuments(connection, tables)
            try documents.insert(numbers.sorted())
            model.formUnion(numbers)
            for number in model.sorted().prefix(20) {
                try documents.remove(number)
                model.remove(number)
            }
        }
        var documents = LivingDocuments(connection, tables)
        try documents.insert([.max - 1])
        model.insert(.max - 1)
        var (found, next): ([UInt32], UInt32?) = ([], 1)
        documents = LivingDocuments(connection, tables)
        while let start = next, let number = try documents.next(from: start) {
            found.append(number)
            next = number < .max ? number + 1 : nil
        }
        #expect(found == model.sorted())
    }
}
