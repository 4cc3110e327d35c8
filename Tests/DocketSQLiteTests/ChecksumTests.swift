import CDocketPages
import CDocketSQLite
import DocketCore
import DocketTestKit
import Foundation
import Testing

@testable import DocketSQLite

/// Damage of single bits, and what becomes of it.
@Suite("Checksums", .timeLimit(.minutes(3)))
struct ChecksumTests {
    /// Everything that a tenant can be asked, as text; with `isMigrated` without what indexing
    /// again changes: times, and what replaced documents give to scores.
    static func answers(
        _ test: TestStore,
        isMigrated: Bool = false
    ) async throws -> [String] {
        let ids = (0..<60).map { "d\($0)" }
        let everything = try await test.store.documents(
            test.tenant,
            in: test.collection,
            ids: ids,
            shows: .everything,
            limitBytes: .max,
            work: WorkLimit()
        )
        let statuses = try await test.store.statuses(
            test.tenant,
            in: test.collection,
            ids: ids,
            work: WorkLimit()
        )
        .map { status in
            var shown = status
            if isMigrated { shown?.updatedMicroseconds = 0 }
            return shown
        }
        let counts = try await test.counts()
        let collections = try await test.store.collections(test.tenant, work: WorkLimit())
            .map { "\($0.number) \($0.name) \($0.schema.attributes) \($0.schemaEpoch)" }
        var answers = ["\(everything)", "\(statuses)", "\(counts)", "\(collections)"]
        for query in ["paper", "amber OR w3", "numb*", "\"paper w4\""] {
            let page = try await test.search(query) { request in
                request.facets = [FacetRequest("author")]
                request.sort = [SortKey("year", isDescending: true)]
                request.highlights = ["body"]
                request.limit = 100
            }
            let hits = page.hits.map { hit in
                var shown = hit
                if isMigrated { shown.score = 0 }
                return shown
            }
            answers.append("\(hits) \(page.total) \(page.facets)")
        }
        let filtered = try await test.search {
            $0.filter = .all([.equal("author", "a3"), .not(.equal("year", 1955))])
        }
        answers.append("\(filtered.hits) \(filtered.total)")
        return answers
    }

    private static func fill(_ test: TestStore, from first: Int, to last: Int) async throws {
        let documents = (first..<last).map { number in
            Document(
                id: "d\(number)",
                title: "number\(number)",
                body: String(repeating: "paper w\(number % 9) amber ", count: 1 + number % 60),
                attributes: [
                    Attribute("author", .string("a\(number % 5)")),
                    Attribute("year", .number(Double(1950 + number))),
                ]
            )
        }
        try await test.upload(documents)
        try await test.index()
    }

    /// A store with documents that were changed and deleted, and what it answers.
    static func make() async throws -> TestStore {
        let test = try await TestStore.make { $0.synchronous = .full }
        try await fill(test, from: 0, to: 40)
        try await fill(test, from: 30, to: 60)
        try await test.delete("d7", "d33")
        try await test.index()
        return test
    }

    /// The files as they are, in a directory of their own.
    static func copy(_ test: TestStore, to name: String) throws -> EmbeddedConfiguration {
        var configuration = test.store.shared.configuration
        let target = test.folder.path + "/" + name
        try? FileManager.default.removeItem(atPath: target)
        try FileManager.default.copyItem(atPath: configuration.directory, toPath: target)
        configuration.directory = target
        return configuration
    }

    static func flip(_ path: String, at place: Int, bit: Int) throws {
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try file.seek(toOffset: UInt64(place))
        let byte = try #require(try file.read(upToCount: 1)?.first)
        try file.seek(toOffset: UInt64(place))
        try file.write(contentsOf: [byte ^ (1 << UInt8(bit))])
        try file.close()
    }

    enum Outcome: Hashable {
        case right
        case lost
        case wrong
    }

    /// What a store on these files answers; one whose file was migrated indexes first.
    static func outcome(
        _ test: TestStore,
        _ configuration: EmbeddedConfiguration,
        _ expected: [String],
        isMigrated: Bool = false
    ) async throws -> Outcome {
        let store: EmbeddedStore
        do {
            store = try await EmbeddedStore.open(configuration)
        } catch {
            return error.code == .dataLoss ? .lost : .wrong
        }
        let view = TestStore(
            folder: test.folder,
            store: store,
            tenant: test.tenant,
            collection: test.collection
        )
        let outcome: Outcome
        do {
            if isMigrated {
                try await store.prepare(test.tenant, WorkLimit())
                try await view.index()
            }
            let found = try await answers(view, isMigrated: isMigrated)
            outcome = found == expected ? .right : .wrong
        } catch {
            outcome = (error as? DocketError)?.code == .dataLoss ? .lost : .wrong
        }
        await store.close()
        return outcome
    }

    @Test("XXH64 gives the sums of its specification")
    func vectors() {
        #expect(unsafe docket_xxh64([], 0, 0) == 0xEF46_DB37_51D8_E999)
        #expect(unsafe docket_xxh64(Array("abc".utf8), 3, 0) == 0x44BC_2CF5_AD77_0999)
        let long = Array("Nobody inspects the spammish repetition".utf8)
        #expect(unsafe docket_xxh64(long, UInt64(long.count), 0) == 0xFBCE_A83C_8A37_8BF1)
    }

    @Test("of flipped bits of a store that was closed or killed none makes another answer")
    func flips() async throws {
        let test = try await Self.make()
        let expected = try await Self.answers(test)
        let killed = try Self.copy(test, to: "killed").directory
        await test.store.close()
        let closed = test.store.shared.configuration.directory
        let seed = UInt64.random(in: 0...UInt64.max)
        var random = SeededGenerator(seed: seed)
        var outcomes: [Outcome: Int] = [:]
        for round in 0..<60 {
            var configuration = test.store.shared.configuration
            configuration.directory = test.folder.path + "/round"
            try? FileManager.default.removeItem(atPath: configuration.directory)
            try FileManager.default.copyItem(
                atPath: round % 2 == 0 ? closed : killed,
                toPath: configuration.directory
            )
            let suffix = round % 2 == 0 ? "" : ["", "-wal", "-shm", "-seal"][round / 2 % 4]
            let path = configuration.directory + "/tenants/1.db" + suffix
            let size = FileSystem.size(path)
            let place = Int.random(in: 0..<size, using: &random)
            try Self.flip(path, at: place, bit: .random(in: 0..<8, using: &random))
            let outcome = try await Self.outcome(test, configuration, expected)
            #expect(outcome != .wrong, "seed \(seed), \(suffix) byte \(place) of \(size)")
            outcomes[outcome, default: 0] += 1
        }
        #expect(outcomes[.lost, default: 0] > 10, "seed \(seed): \(outcomes)")
    }

    @Test("each bit that says how the file is to be read is looked at")
    func header() async throws {
        let test = try await Self.make()
        let expected = try await Self.answers(test)
        await test.store.close()
        for place in [0, 15, 16, 17, 18, 19, 20, 24, 28, 47, 60, 92, 96, 100, 4088, 4095] {
            let configuration = try Self.copy(test, to: "round")
            for bit in 0..<8 where place != 20 || bit == 3 {
                let path = configuration.directory + "/tenants/1.db"
                try Self.flip(path, at: place, bit: bit)
                let outcome = try await Self.outcome(test, configuration, expected)
                #expect(outcome == .lost, "byte \(place) bit \(bit)")
                try Self.flip(path, at: place, bit: bit)
            }
        }
    }

    @Test("a page in another's place is damage")
    func misplacedPage() async throws {
        let test = try await Self.make()
        let expected = try await Self.answers(test)
        await test.store.close()
        let path = test.store.shared.path(of: test.tenant)
        var bytes = try #require(FileManager.default.contents(atPath: path))
        let pages = bytes.count / 4096
        for page in 1..<pages - 1 {
            let range = page * 4096..<(page + 1) * 4096
            bytes.replaceSubrange(range, with: bytes[(pages - 1) * 4096..<pages * 4096])
        }
        try bytes.write(to: URL(fileURLWithPath: path))
        let configuration = test.store.shared.configuration
        #expect(try await Self.outcome(test, configuration, expected) == .lost)
    }
}

// MARK: - Logs

extension ChecksumTests {
    /// What is done to the log of a store that was killed.
    enum LogFault: CaseIterable {
        case isMissing
        case isEmpty
        case lostItsEnd
        case hasWrongLastByte
        case hasWrongSalt
    }

    @Test("a log that is not all that was durable is damage", arguments: LogFault.allCases)
    func log(_ fault: LogFault) async throws {
        let test = try await Self.make()
        let configuration = try Self.copy(test, to: "killed")
        await test.store.close()
        let path = configuration.directory + "/tenants/1.db-wal"
        let size = FileSystem.size(path)
        #expect(size > 50 * 4120)
        switch fault {
        case .isMissing: try FileManager.default.removeItem(atPath: path)
        case .isEmpty: #expect(unsafe truncate(path, 0) == 0)
        case .lostItsEnd: #expect(unsafe truncate(path, size - 4120) == 0)
        case .hasWrongLastByte: try Self.flip(path, at: size - 1, bit: 0)
        case .hasWrongSalt: try Self.flip(path, at: 17, bit: 5)
        }
        #expect(try await Self.outcome(test, configuration, []) == .lost)
    }

    @Test("what a loss of power leaves behind the end of a log is none")
    func tornEnd() async throws {
        let test = try await Self.make()
        let expected = try await Self.answers(test)
        let configuration = try Self.copy(test, to: "killed")
        await test.store.close()
        let path = configuration.directory + "/tenants/1.db-wal"
        let file = try #require(FileHandle(forUpdatingAtPath: path))
        try file.seekToEnd()
        try file.write(contentsOf: Array(repeating: UInt8(0x5A), count: 6000))
        try file.close()
        #expect(try await Self.outcome(test, configuration, expected) == .right)
    }

    @Test("a page that changes in the log while it is in use is not given out")
    func liveLog() async throws {
        let test = try await TestStore.make { $0.cacheBytes = 1 << 20 }
        try await Self.fill(test, from: 0, to: 60)
        let path = test.store.shared.path(of: test.tenant) + "-wal"
        for place in stride(from: 32 + 24 + 50, to: FileSystem.size(path), by: 4120) {
            try Self.flip(path, at: place, bit: 1)
        }
        // A reader that has seen nothing yet: its pages come from the log.
        let error = #expect(throws: SQLiteError.self) {
            let reader = try ConnectionHandle(
                path: test.store.shared.path(of: test.tenant),
                creates: false,
                vfs: nil
            )
            _ = try reader.first("SELECT count(*) FROM documents") { $0.integer(0) }
        }
        #expect(error?.isCorrupt == true)
        await test.store.close()
    }
}

// MARK: - Backups, verification and older files

extension ChecksumTests {
    @Test("a damaged page stops a backup of its tenant, and a damaged backup is not restored")
    func backups() async throws {
        let test = try await Self.make()
        let target = test.folder.path + "/backup"
        _ = try await test.store.backup(into: target) { _ in }
        await test.store.close()
        let path = test.store.shared.path(of: test.tenant)
        try Self.flip(path, at: FileSystem.size(path) / 2, bit: 3)
        let store = try await EmbeddedStore.open(test.store.shared.configuration)
        let code = await thrownCode {
            _ = try await store.backup(into: test.folder.path + "/another") { _ in }
        }
        #expect(code == .dataLoss)
        await store.close()

        var configuration = test.store.shared.configuration
        configuration.directory = test.folder.path + "/new"
        for file in ["tenants/1.db", "control.db"] {
            let damaged = "\(target)/\(file)"
            try Self.flip(damaged, at: FileSystem.size(damaged) - 2000, bit: 3)
            let error = #expect(throws: DocketError.self) {
                try EmbeddedStore.restore(from: target, configuration)
            }
            #expect(error?.code == .dataLoss)
            #expect(error?.message.contains("\(file) of the backup is damaged") == true)
            try Self.flip(damaged, at: FileSystem.size(damaged) - 2000, bit: 3)
        }
        try EmbeddedStore.restore(from: target, configuration)
        let restored = try await EmbeddedStore.open(configuration)
        #expect(try await restored.tenants(work: WorkLimit()).count == 1)
        await restored.close()
    }

    @Test("verification names every page that is damaged, also one that nobody uses")
    func verification() async throws {
        let test = try await Self.make()
        try await test.store.writers.change(test.tenant, WorkLimit()) { writer in
            try writer.connection.execute(
                "CREATE TABLE waste(x); INSERT INTO waste VALUES (zeroblob(100000))"
            )
            try writer.connection.execute("DROP TABLE waste")
        }
        let configuration = test.store.shared.configuration
        await #expect(
            thrownCode { _ = try FileVerification.run(configuration) } == .failedPrecondition
        )
        await test.store.close()
        var verdicts = try FileVerification.run(configuration)
        #expect(verdicts.map(\.file) == ["control.db", "tenants/1.db"])
        #expect(verdicts.map(\.tenant) == [nil, "acme"])
        #expect(verdicts.allSatisfy { $0.faults.isEmpty }, "\(verdicts)")
        let path = test.store.shared.path(of: test.tenant)
        let last = FileSystem.size(path) / 4096
        try Self.flip(path, at: 4096 + 17, bit: 0)
        try Self.flip(path, at: (last - 1) * 4096 + 17, bit: 0)
        verdicts = try FileVerification.run(configuration)
        #expect(verdicts[0].faults.isEmpty)
        #expect(verdicts[1].faults == ["damaged pages: 2, \(last)"])
    }
}
