import DocketCore
import DocketRuntime
import DocketTestKit
import Foundation
import Testing

@testable import DocketSQLite

/// Random operations on a store, each search held against ``IndexModel``.
@Suite("The index against a model", .timeLimit(.minutes(120)))
struct ModelTests {
    /// nil but for scripts/model, which tells what was done.
    private static let asked =
        ProcessInfo.processInfo.environment["DOCKET_MODEL_OPERATIONS"].flatMap { Int($0) }

    @Test("random uploads, deletes, searches, merges and reopenings agree with the model", .seeded)
    func agrees() async throws {
        let operations = Self.asked ?? 2_000
        var run = try await ModelRun(random: SeededGenerator())
        for number in 1...operations {
            try await run.step()
            guard Self.asked != nil, number.isMultiple(of: 50_000) else { continue }
            print("\(number) operations: \(run.told)")
        }
        try await run.settle()
        if Self.asked != nil { print("settled: \(run.told)") }
        #expect(run.model.finishedMerges > operations / 100)
    }
}

/// A store and its model, to which the same is done.
private struct ModelRun {
    private static let ids = 240

    private(set) var model = IndexModel()
    private var test: TestStore
    private var random: SeededGenerator
    private var draw: OracleDraw
    /// Read from the outbox, with the changes that it brings.
    private var group: (read: IndexGroup, changes: [IndexModel.Change])?
    private var done: [String: Int] = [:]

    init(random: SeededGenerator) async throws {
        self.random = random
        draw = OracleDraw(random: SeededGenerator(seed: self.random.next()))
        test = try await TestStore.make { $0.indexGroup = 8 }
    }

    var told: String {
        let counts = done.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return counts.joined(separator: ", ")
            + "; merges \(model.finishedMerges) ended, \(model.interruptedMerges) cut off"
    }

    mutating func step() async throws {
        switch Int.random(in: 0..<1000, using: &random) {
        case ..<220: try await upload()
        case ..<320: try await delete()
        case ..<600: try await search()
        case ..<700: try await readGroup()
        case ..<998: try await index()
        default: try await reopen()
        }
    }

    private mutating func count(_ operation: String) { done[operation, default: 0] += 1 }

    private mutating func upload() async throws {
        let count = Int.random(in: 1...4, using: &random)
        let numbers = Set((0..<count).map { _ in Int.random(in: 0..<Self.ids, using: &random) })
        let lines = numbers.sorted().map { draw.line($0) }
        let outcomes = try await test.upload(try lines.map(Document.init(line:)))
        for (line, outcome) in zip(lines, outcomes) {
            let entry = try JSONOracle.Entry(line: line)
            let version = try #require(outcome.version)
            self.count(model.has(entry.id) ? "replaced" : "new")
            model.upload(.init(version: version, id: entry.id, entry: entry))
        }
    }

    private mutating func delete() async throws {
        let id = "d\(Int.random(in: 0..<Self.ids, using: &random))"
        let outcome = try #require(try await test.delete(id).first)
        try #require((outcome.version != nil) == model.has(id))
        guard let version = outcome.version else { return count("deleted nothing") }
        count("deleted")
        let waits = try await test.state(id) == .deleting
        model.delete(.init(version: version, id: id, entry: nil), waits: waits)
    }

    private mutating func search() async throws {
        count("searched")
        let oracle = model.oracle()
        guard !oracle.entries.isEmpty else {
            return try #require(try await test.search().total == .init(value: 0))
        }
        let search = OracleSearch(
            query: draw.query(of: oracle.entries, hasFilter: Bool.random(using: &random)),
            sort: Int.random(in: 0..<4, using: &random) == 0 ? "year" : nil,
            isDescending: Bool.random(using: &random),
            limit: [7, 40, 1000].randomElement(using: &random) ?? 10,
            isExact: true
        )
        try await search.expectAgreement(of: test, with: oracle)
    }

    /// Reads the next group long before its transaction.
    private mutating func readGroup() async throws {
        guard group == nil else { return }
        let configuration = test.store.shared.configuration
        let read = try await test.store.readers.read(test.tenant, .bulk, nil) { reader in
            try reader.connection.reading {
                try IndexGroup(reader.connection, after: 0, configuration)
            }
        }
        group = (read, read.entries.compactMap { model.waitingChange($0.version) })
    }

    /// Indexes a group, or merges for a while.
    private mutating func index() async throws {
        try await readGroup()
        guard let (read, changes) = group else { return }
        let before = try await segments()
        _ = try await test.store.writers.indexNext(test.tenant, read)
        let after = try await segments()
        if read.isUsed {
            count("groups indexed")
            group = nil
            let ids = Set(before.map(\.id))
            let made = after.first { $0.state == .inUse && !ids.contains($0.id) }
            model.index(changes, into: made?.id)
        } else {
            count("merged")
        }
        model.see(after)
        let inUse = after.filter { $0.state == .inUse }
        try #require(inUse.reduce(0) { $0 + $1.documents } == model.counted.documents)
        try #require(inUse.reduce(0) { $0 + $1.words } == model.counted.words)
    }

    private func segments() async throws -> [IndexModel.SegmentRow] {
        let table = CollectionTables(collection: test.collection.number).segments
        return try await test.store.readers.read(test.tenant, .interactive, nil) { reader in
            try reader.connection.all(
                "SELECT id, first, last, state, documents, words FROM \(table)"
            ) { row in
                let numbers = (0..<3).map { UInt32(truncatingIfNeeded: row.integer($0)) }
                return IndexModel.SegmentRow(
                    id: numbers[0],
                    origins: numbers[1]...numbers[2],
                    state: Segment.State(rawValue: row.integer(3)) ?? .obsolete,
                    documents: Int(row.integer(4)),
                    words: Int(row.integer(5))
                )
            }
        }
    }

    /// Ends the store wherever it is, and opens another one on its files.
    private mutating func reopen() async throws {
        count("reopened")
        var configuration = test.store.shared.configuration
        configuration.mergeTime =
            [.zero, .milliseconds(1), .milliseconds(20)]
            .randomElement(using: &random) ?? .zero
        await test.store.close()
        test = TestStore(
            folder: test.folder,
            store: try await EmbeddedStore.open(configuration),
            tenant: test.tenant,
            collection: test.collection
        )
        group = nil
        model.reopen()
        let counts = try await test.counts()
        try #require(counts.indexing + counts.indexed == model.documents && counts.failed == 0)
    }

    /// Indexes what waits, and looks at everything there is.
    mutating func settle() async throws {
        while try await isUnsettled() { try await index() }
        try await search()
        let ids = try await test.pages { $0.limit = 1000 }.flatMap(\.ids)
        #expect(ids == model.oracle().entries.map(\.id))
        let isWhole = try await test.store.readers.read(test.tenant, .interactive, nil) { reader in
            try reader.connection.first("PRAGMA integrity_check", row: { $0.text(0) })
        }
        #expect(isWhole == "ok")
        await test.store.close()
    }

    private func isUnsettled() async throws -> Bool {
        try await test.store.writers.change(test.tenant, WorkLimit()) { try $0.hasWork() }
    }
}
