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

    private func index(_ documents: [String]) throws -> TestIndex {
        let index = try TestIndex(folder)
        try index.add(titles: documents)
        return index
    }

    /// Looks while `body` runs.
    private func looks(_ connection: ConnectionHandle, _ body: () throws -> Void) rethrows -> Int {
        connection.watch.begin(WorkLimit(), nil)
        defer { connection.watch.end() }
        try body()
        return connection.watch.looks
    }

    private func search(_ index: TestIndex, _ terms: [IndexTerm]) throws {
        #expect(try index.found(terms).allSatisfy { $0.score > 0 })
    }

    @Test("a text is taken apart with a look every 64 words")
    func tokenizing() throws {
        let index = try index([])
        let text = String(repeating: "word ", count: 100_000)
        let looks = try looks(index.connection) { try index.add(titles: [text]) }
        #expect(looks >= 100_000 / 64 - 1)
    }

    @Test("a transaction ends also where its work was stopped, however often")
    func rollsBack() throws {
        let connection = try TestIndex(folder).connection
        let stopped = WorkLimit()
        stopped.stop()
        for number in 0..<5_000 {
            try connection.reading { connection.watch.begin(stopped, nil) }
            connection.watch.end()
            try #require(connection.isOutsideTransaction, "after \(number)")
        }
    }

    @Test("the places of a word in a long text are gone through with a look every 4,096")
    func scoring() throws {
        let index = try index([String(repeating: "word ", count: 100_000)])
        let term = index.term("word", .exact)
        let looks = try looks(index.connection) { try search(index, [term]) }
        #expect(looks >= 100_000 / 4096 - 1)
    }

    @Test("blocks of a list, and chunks of matches, are gone through with a look every sixteen")
    func counting() throws {
        let index = try TestIndex(folder)
        try index.add((1...60_000).map { (UInt32($0), [["common"]]) })
        let looks = try looks(index.connection) { try search(index, [index.term("common")]) }
        #expect(looks >= 60_000 / 2000 / 16)
    }

    @Test("a phrase that long texts do not have is looked for with looks")
    func phrases() throws {
        let texts = (0..<20).map { _ in String(repeating: "red x blue x ", count: 20_000) }
        let index = try index(texts)
        let looks = try looks(index.connection) {
            try search(index, [index.term("red blue", .exact)])
        }
        // 800,000 places: a look for each 200,000 of them, some milliseconds, at the least.
        #expect(looks >= 4)
    }

    @Test("a search that is stopped ends within 64 units of work, whatever it is at")
    func searching() throws {
        let work = WorkLimit()
        let watch = WorkWatch()
        watch.begin(work, nil)
        var facet = FacetCounter(BoundFacet(slot: 0, limit: 10), column: 0)
        let block = try ColumnBlock((0..<1000).map { [.string("author \($0)")] })
        for code in 1...1000 { facet.add(1, of: code, in: block) }
        #expect(try facet.counts(watch).count == 10)
        work.stop()
        #expect(throws: DocketError.self) { try facet.counts(watch) }
        #expect(throws: DocketError.self) {
            for _ in 0..<WorkWatch.unitsBetweenLooks { try watch.spend() }
        }
    }

    @Test("work stops by itself at its deadline")
    func deadline() {
        let watch = WorkWatch()
        watch.begin(WorkLimit(deadlineNanoseconds: 1), nil)
        #expect(watch.hasEnded())
        watch.begin(WorkLimit(), nil)
        #expect(!watch.hasEnded())
    }
}

/// What waits behind other work leaves when it is no longer wanted, while that work goes on.
@Suite("What stops waiting", .timeLimit(.minutes(2)))
struct StopWaitingTests {
    /// Holds a thread of the store until it is opened.
    private struct Barrier {
        let isReached = OneShot<Void>()
        private let isOpen = Semaphore()

        func hold() {
            isReached.succeed(())
            isOpen.wait()
        }

        func open() { isOpen.signal() }
    }

    /// What `body` ends with when its work is stopped behind a held thread.
    private func stopped(
        holding hold: @escaping @Sendable (Barrier) async throws -> Void,
        _ body: @escaping @Sendable (WorkLimit) async throws -> Void
    ) async throws -> DocketError? {
        let barrier = Barrier()
        defer { barrier.open() }
        async let held: Void = hold(barrier)
        try await barrier.isReached.value()
        let work = WorkLimit()
        async let waiting = thrown { try await body(work) }
        work.stop()
        let error = await waiting
        barrier.open()
        try await held
        return error
    }

    private func thrown(by body: () async throws -> Void) async -> DocketError? {
        do {
            try await body()
            return nil
        } catch {
            return error as? DocketError
        }
    }

    @Test("a search that waits for its turn leaves")
    func reading() async throws {
        let test = try await TestStore.make { $0.readers = 1 }
        try await test.add(Document(id: "a", title: "x"))
        let plan = try test.plan(SearchRequest(collection: "papers", query: "x"))
        let error = try await stopped { barrier in
            try await test.store.read(test.tenant, WorkLimit()) { _ in barrier.hold() }
        } _: { work in
            _ = try await test.store.search(test.tenant, plan, work: work)
        }
        #expect(error?.code == .cancelled && error?.isNotProcessed == true)
        await test.store.close()
    }

    @Test("a question to the directory leaves, and its change is not made")
    func directory() async throws {
        let test = try await TestStore.make()
        let error = try await stopped { barrier in
            try await test.store.control.read(nil) { _ in barrier.hold() }
        } _: { work in
            try await test.store.setQuota(Quota(documents: 1), of: test.tenant, work: work)
        }
        #expect(error?.code == .cancelled && error?.isNotProcessed == true)
        let tenant = try await test.store.tenant(test.tenant, work: WorkLimit())
        #expect(tenant?.quota.documents == nil)
        await test.store.close()
    }

    @Test("an upload that leads leaves, and the next one leads")
    func leading() async throws {
        let test = try await TestStore.make()
        try await test.upload([Document(id: "before")])
        let batch = UploadBatch(
            collection: test.collection,
            documents: try test.bind([Document(id: "stopped")]),
            quota: Quota(),
            idempotency: nil
        )
        let error = try await stopped { barrier in
            try await test.store.writers.change(test.tenant, WorkLimit()) { _ in barrier.hold() }
        } _: { work in
            _ = try await test.store.upload(test.tenant, batch, work: work)
        }
        #expect(error?.code == .cancelled && error?.isNotProcessed == true)
        try await test.upload([Document(id: "after")])
        #expect(try await test.newest("after") != nil)
        #expect(try await test.newest("stopped") == nil)
        await test.store.close()
    }

    @Test("a write leaves the queue until its group is taken, and then says that it may be done")
    func queued() async throws {
        let queue = WriteQueue(EmbeddedConfiguration(directory: "unused").writeLimits)
        let (tenant, work) = (TenantID(1), WorkLimit())
        let collection = try await TestStore.make().collection
        let calls = (0..<3).map { _ in
            WriteCall(.delete(DeleteBatch(collection: collection, ids: [], idempotency: nil)))
        }
        for call in calls { try queue.append(call, tenant) }
        work.stop()
        queue.giveUp(calls[1], tenant, work)
        let waiting = await thrown { _ = try await calls[1].result.value() }
        #expect(waiting?.code == .cancelled && waiting?.isNotProcessed == true)
        let group = queue.takeGroup(tenant, isShort: false)
        #expect(group.map { $0 === calls[0] || $0 === calls[2] } == [true, true])
        queue.giveUp(calls[2], tenant, work)
        let taken = await thrown { _ = try await calls[2].result.value() }
        #expect(taken?.code == .cancelled && taken?.isNotProcessed == false)
        #expect(taken?.message.contains("may have been done") == true)
    }

    @Test("a limit that was stopped at its deadline ends with that")
    func deadline() {
        let late = WorkLimit(deadlineNanoseconds: 100)
        #expect(late.ending(at: 99) == nil)
        late.stop()
        #expect(late.ending(at: 99)?.code == .cancelled)
        #expect(late.ending(at: 100)?.code == .deadlineExceeded)
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
    func collisions() throws {
        var facet = FacetCounter(BoundFacet(slot: 0, limit: 10), column: 0)
        let values = (0...).lazy.map { "v\($0)" }.filter { Self.unkeyed($0) & 1023 == 0 }
        let block = try ColumnBlock(values.prefix(400).map { [.string($0)] })
        for code in 1...400 { facet.add(1, of: code, in: block) }
        // All in one place they take 80,000 steps.
        #expect(facet.collisions < 4000)
    }

    @Test("the most frequent values come first, equal ones in their order, at any limit")
    func order() throws {
        var random = SeededGenerator(seed: 11)
        for limit in [1, 2, 7, 100] {
            var facet = FacetCounter(BoundFacet(slot: 0, limit: limit), column: 0)
            var expected: [String: Int] = [:]
            for _ in 0..<50 {
                let values = (0..<10).map { _ in "v\(Int.random(in: 0..<40, using: &random))" }
                let block = try ColumnBlock(values.map { [.string($0)] })
                for place in 0..<10 {
                    expected[values[place], default: 0] += 1
                    facet.add(1, of: block.code(at: place), in: block)
                }
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
