import DocketCore
import DocketRuntime
import DocketSystem
import DocketTestKit
import Testing

@testable import DocketSQLite

/// How often work looks whether it is still wanted, by what it does and not by a clock.
@Suite("What stops work", .timeLimit(.minutes(2)))
struct StopTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func index(_ documents: [String]) throws -> ConnectionHandle {
        let connection = try ConnectionHandle(path: folder.path("t.db"), creates: true, vfs: nil)
        try connection.execute("PRAGMA synchronous = OFF")
        try connection.execute(
            "CREATE VIRTUAL TABLE t USING fts5(a, tokenize = 'docket', columnsize = 0)"
        )
        for text in documents { try connection.run("INSERT INTO t(a) VALUES (?1)", .text(text)) }
        return connection
    }

    /// Looks while `body` runs.
    private func looks(_ connection: ConnectionHandle, _ body: () throws -> Void) rethrows -> Int {
        connection.watch.begin(WorkLimit(), nil)
        defer { connection.watch.end() }
        try body()
        return connection.watch.looks
    }

    private func score(_ connection: ConnectionHandle, _ match: String) throws {
        let scores = try connection.all(
            "SELECT docket_score(t, 10) FROM t WHERE t MATCH ?1",
            .text(match),
            row: { $0.real(0) }
        )
        #expect(scores.allSatisfy { $0 > 0 })
    }

    @Test("a text is taken apart with a look every 64 words")
    func tokenizing() throws {
        let connection = try index([])
        let text = String(repeating: "word ", count: 100_000)
        let looks = try looks(connection) {
            try connection.run("INSERT INTO t(a) VALUES (?1)", .text(text))
        }
        #expect(looks >= 100_000 / 64 - 1)
    }

    @Test("the places of a word in a long text are gone through with a look every 4,096")
    func scoring() throws {
        let connection = try index([String(repeating: "word ", count: 100_000)])
        let looks = try looks(connection) { try score(connection, "word") }
        #expect(looks >= 100_000 / 4096 - 1)
    }

    @Test("the rows of a phrase are counted with a look every eight")
    func counting() throws {
        let connection = try index((0..<2000).map { "some common word \($0)" })
        let looks = try looks(connection) { try score(connection, "\"common word\" AND 7") }
        #expect(looks >= 2000 / 8)
    }

    @Test("a phrase that long texts do not have is looked for with looks")
    func phrases() throws {
        let texts = (0..<20).map { _ in String(repeating: "red x blue x ", count: 20_000) }
        let connection = try index(texts)
        let looks = try looks(connection) { try score(connection, "\"red blue\"") }
        // 800,000 places: a look for each 200,000 of them, some milliseconds, at the least.
        #expect(looks >= 4)
    }

    @Test("a search that is stopped ends within 64 units of work, whatever it is at")
    func searching() throws {
        let work = WorkLimit()
        let watch = WorkWatch()
        watch.begin(work, nil)
        let blob = AttributeBlobCodec.encode([BoundAttribute(slot: 0, values: [.string("Knuth")])])
        var facet = FacetCounter(BoundFacet(slot: 0, limit: 10))
        for number in 0..<1000 {
            let values: [AttributeValue] = [.string("author \(number)")]
            let blob = AttributeBlobCodec.encode([BoundAttribute(slot: 0, values: values)])
            facet.count(Int64(number), unsafe blob.span.bytes)
        }
        #expect(try facet.counts(watch).count == 10)
        work.stop()
        #expect(throws: DocketError.self) { try facet.counts(watch) }
        #expect(throws: DocketError.self) {
            for _ in 0..<WorkWatch.unitsBetweenLooks { try watch.spend() }
        }
        let looks = watch.looks
        // A candidate counts for its bytes.
        #expect(throws: DocketError.self) {
            try watch.spend(1 + 64 * blob.count)
        }
        #expect(watch.looks == looks + 1)
    }

    @Test("work stops by itself at its deadline")
    func deadline() {
        let watch = WorkWatch()
        watch.begin(WorkLimit(deadlineNanoseconds: 1), nil)
        #expect(watch.hasEnded())
        watch.begin(WorkLimit(), nil)
        #expect(!watch.hasEnded())
    }

    @Test("a search that waits for its turn leaves when it is no longer wanted")
    func waiting() async throws {
        let test = try await TestStore.make { $0.readers = 1 }
        try await test.add(Document(id: "a", title: "x"))
        let gate = (isRunning: OneShot<Void>(), work: WorkLimit())
        async let blocking: Void = test.store.read(test.tenant, .interactive, nil) { _ in
            gate.isRunning.succeed(())
            while !gate.work.isStopped {}
        }
        try await gate.isRunning.value()
        let work = WorkLimit()
        work.stop()
        let plan = try test.plan(SearchRequest(collection: "papers", query: "x"))
        let code = await thrownCode { _ = try await test.store.search(plan, work: work) }
        #expect(code == .cancelled)
        gate.work.stop()
        try await blocking
        await test.store.close()
    }
}

@Suite("Tables keyed by a peer's values", .timeLimit(.minutes(1)))
struct KeyedTableTests {
    /// FNV-1a with a multiplication, an unkeyed hash: anybody can find values that meet in it.
    private static func unkeyed(_ text: String) -> Int {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        return Int(truncatingIfNeeded: (hash &* 0x9E37_79B9_7F4A_7C15) >> 33)
    }

    @Test("facet values that collide in an unkeyed hash do not collide")
    func collisions() {
        var facet = FacetCounter(BoundFacet(slot: 0, limit: 10))
        var count = 0
        for number in 0... where Self.unkeyed("v\(number)") & 1023 == 0 {
            let values: [AttributeValue] = [.string("v\(number)")]
            let blob = AttributeBlobCodec.encode([BoundAttribute(slot: 0, values: values)])
            facet.count(Int64(number), unsafe blob.span.bytes)
            count += 1
            if count == 400 { break }
        }
        // All in one place they take 80,000 steps.
        #expect(facet.collisions < 4000)
    }

    @Test("the most frequent values come first, equal ones in their order, at any limit")
    func order() throws {
        var random = SeededGenerator(seed: 11)
        for limit in [1, 2, 7, 100] {
            var facet = FacetCounter(BoundFacet(slot: 0, limit: limit))
            var expected: [String: Int] = [:]
            for number in 0..<500 {
                let value = "v\(Int.random(in: 0..<40, using: &random))"
                expected[value, default: 0] += 1
                let blob = AttributeBlobCodec.encode([
                    BoundAttribute(slot: 0, values: [.string(value)])
                ])
                facet.count(Int64(number), unsafe blob.span.bytes)
            }
            let sorted = expected.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            let counts = try facet.counts(WorkWatch())
            #expect(
                counts == sorted.prefix(limit).map { .init(.string($0.key), $0.value) },
                "limit \(limit)"
            )
        }
    }
}
