import DocketCore
import DocketRuntime
import DocketSystem
import DocketTestKit
import Synchronization
import Testing

@testable import DocketSQLite

@Suite("Indexing", .timeLimit(.minutes(5)))
struct IndexingTests {
    /// Remembers what it was told.
    private final class Recorder: GenerationObserver {
        let generations = Mutex<[Generations]>([])
        let filled = Mutex(0)
        let deleted = Mutex<[String]>([])

        func generationsChanged(_ tenant: TenantID, _ collection: UInt32, _ now: Generations) {
            generations.withLock { $0.append(now) }
        }
        func documentsRemoved(_ tenant: TenantID, _ collection: UInt32, _ numbers: [UInt64]) {}
        func outboxFilled(_ hint: WorkHint) { filled.withLock { $0 += 1 } }
        func collectionDeleted(_ tenant: TenantID, _ collection: UInt32) {
            deleted.withLock { $0.append("collection") }
        }
        func tenantDeleted(_ tenant: TenantID) { deleted.withLock { $0.append("tenant") } }
    }

    @Test("statuses wait for the soft generation, which rises once an interval")
    func softGeneration() async throws {
        let test = try await TestStore.make { $0.softGenerationInterval = .milliseconds(50) }
        let start = try await test.generations()
        try await test.add(Document(id: "a", title: "x"))
        let first = try await test.generations()
        #expect(first.soft == start.soft + 1 && first.hard == start.hard)
        #expect(try await test.state("a") == .indexed)
        try await test.upload([Document(id: "b", title: "x")])
        var progress = try await test.store.indexNext(test.tenant)
        while let wait = progress.wakeAfter {
            // Searches that pass the caches by see it already.
            #expect(try await test.ids("x") == ["a", "b"])
            #expect(try await test.state("b") == .indexing)
            let now = try await test.generations()
            #expect(now == first)
            try await Task.sleep(for: wait)
            progress = try await test.store.indexNext(test.tenant)
        }
        #expect(try await test.state("b") == .indexed)
        #expect(try await test.counts().indexed == 2)
        let second = try await test.generations()
        #expect(second.soft == first.soft + 1)
        await test.store.close()
    }

    @Test("what changes while a status waits counts once", arguments: ["delete", "upload"])
    func changesWhileWaiting(_ change: String) async throws {
        let test = try await TestStore.make { $0.softGenerationInterval = .seconds(3600) }
        try await test.add(Document(id: "a"))
        try await test.add(Document(id: "b", title: "old"))
        #expect(try await test.state("b") == .indexing)
        if change == "delete" {
            try await test.delete("b")
            try await test.index()
            #expect(try await test.state("b") == .deleted)
            #expect(try await test.store.indexNext(test.tenant).wakeAfter == nil)
        } else {
            try await test.upload([Document(id: "b", title: "new")])
            try await test.index()
            #expect(try await test.ids("new") == ["b"])
            #expect(try await test.store.indexNext(test.tenant).wakeAfter != nil)
        }
        var expected = StateCounts()
        expected.indexed = 1
        if change == "upload" { (expected.indexing, expected.bytes) = (1, 3) }
        #expect(try await test.counts() == expected)
        await test.store.close()
    }

    @Test("observers hear of generations before the writer is answered")
    func observers() async throws {
        let test = try await TestStore.make()
        let recorder = Recorder()
        test.store.observe(recorder)
        try await test.upload([Document(id: "a")])
        #expect(recorder.filled.withLock { $0 } == 1)
        #expect(recorder.generations.withLock { $0.isEmpty })
        try await test.index()
        #expect(recorder.generations.withLock { $0.count } == 1)
        try await test.delete("a")
        let live = try await test.generations()
        #expect(recorder.generations.withLock { $0.last } == live)
        _ = try await test.store.deleteCollection(test.tenant, named: "papers", work: WorkLimit())
        _ = try await test.store.deleteTenant(test.tenant, work: WorkLimit())
        #expect(recorder.deleted.withLock { $0 } == ["collection", "tenant"])
        await test.store.close()
    }

    @Test("a document that cannot be indexed fails alone and hides until a newer version mends it")
    func failure() async throws {
        let test = try await TestStore.make()
        try await test.add(Document(id: "bad", title: "x"), Document(id: "good", title: "x"))
        try await test.upload([Document(id: "bad", title: "x y"), Document(id: "late", title: "x")])
        try test.tamper(
            """
            UPDATE contents SET attributes = x'0102' WHERE number =
                (SELECT number FROM documents WHERE id = 'bad')
            """
        )
        let before = try await test.generations()
        let progress = try await test.store.indexNext(test.tenant)
        #expect(progress.failed == 1 && progress.indexed == 1)
        let status = try #require(try await test.status("bad"))
        #expect(status.state == .failed && !status.error.isEmpty && status.indexedVersion == 0)
        #expect(Set(try await test.ids("x")) == ["good", "late"])
        #expect(try await test.counts().failed == 1)
        let after = try await test.generations()
        #expect(after.hard > before.hard)
        try await test.add(Document(id: "bad", title: "mended x"))
        #expect(Set(try await test.ids("x")) == ["good", "late", "bad"])
        #expect(try await test.counts().failed == 0)
        await test.store.close()
    }

    @Test("what failed is indexed once more when it is asked for, in slices by number")
    func retry() async throws {
        let test = try await TestStore.make()
        try await test.upload([Document(id: "bad", title: "x"), Document(id: "good", title: "x")])
        try test.tamper("CREATE TABLE kept AS SELECT attributes FROM contents LIMIT 1")
        try test.tamper(
            """
            UPDATE contents SET attributes = x'0102' WHERE number =
                (SELECT number FROM documents WHERE id = 'bad');
            UPDATE sqlite_sequence SET seq = 50000 WHERE name = 'documents'
            """
        )
        try await test.add(Document(id: "far", title: "x"))
        let failed = try #require(try await test.status("bad"))
        #expect(failed.state == .failed)
        try test.tamper(
            "UPDATE contents SET attributes = (SELECT attributes FROM kept)"
        )
        var slices: [RetriedSlice] = []
        var start: UInt64? = 0
        while let number = start {
            let slice = try await test.store.retryFailed(
                test.tenant,
                in: test.collection,
                after: number,
                work: WorkLimit()
            )
            slices.append(slice)
            start = slice.next
        }
        #expect(
            slices == [RetriedSlice(count: 1, next: 20_000), RetriedSlice(count: 0, next: nil)]
        )
        let waiting = try #require(try await test.status("bad"))
        #expect(waiting.state == .indexing && waiting.error.isEmpty)
        #expect(waiting.version > failed.version)
        try await test.index()
        #expect(Set(try await test.ids("x")) == ["good", "far", "bad"])
        #expect(try await test.counts().failed == 0)
        await test.store.close()
    }

    @Test("groups are bounded, and go on where the last ended")
    func groups() async throws {
        let test = try await TestStore.make { $0.indexGroup = 10 }
        try await test.upload((0..<25).map { Document(id: "\($0)", title: "x") })
        var sizes: [Int] = []
        var hasMore = true
        while hasMore {
            let progress = try await test.store.indexNext(test.tenant)
            sizes.append(progress.indexed)
            hasMore = progress.hasMore
        }
        #expect(sizes.reduce(0, +) == 25 && sizes.allSatisfy { $0 <= 10 })
        #expect(try await test.search("x").total.value == 25)
        await test.store.close()
    }

    @Test("documents that change after their group was read are left to the next one")
    func staleGroup() async throws {
        let test = try await TestStore.make()
        try await test.add(Document(id: "old", title: "first x"))
        try await test.upload([
            Document(id: "a", title: "second x"), Document(id: "b", title: "second x"),
            Document(id: "c", title: "second x"), Document(id: "old", title: "second x"),
        ])
        let configuration = test.store.shared.configuration
        let group = try await test.store.readers.read(test.tenant, .bulk, nil) { reader in
            try reader.connection.reading {
                try IndexGroup(reader.connection, after: 0, configuration)
            }
        }
        try await test.upload([Document(id: "a", title: "third x")])
        try await test.upload([Document(id: "old", title: "third x")])
        try await test.delete("b")
        let progress = try await test.store.writers.indexNext(test.tenant, group)
        #expect(group.isUsed && progress.indexed == 1)
        #expect(Set(try await test.ids("x")) == ["c", "old"])
        #expect(try await test.ids("first") == ["old"])
        #expect(try await test.state("a") == .indexing)
        try await test.index()
        #expect(Set(try await test.ids("x")) == ["a", "c", "old"])
        #expect(Set(try await test.ids("third")) == ["a", "old"])
        #expect(try await test.search("second").total.value == 1)
        #expect(try await test.search("").total.value == 3)
        await test.store.close()
    }

    @Test("uploads that come together share transactions")
    func groupCommit() async throws {
        let test = try await TestStore.make { $0.groupCalls = 64 }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<300 {
                group.addTask { try await test.upload([Document(id: "\(number)")]) }
            }
            try await group.waitForAll()
        }
        #expect(test.store.counters.writes.calls == 300)
        #expect(test.store.counters.writes.groups < 300)
        #expect(test.store.counters.writes.documents == 300)
        await test.store.close()
    }

    @Test("the queue of a tenant is bounded")
    func boundedQueue() async throws {
        let configuration = EmbeddedConfiguration(directory: "unused")
        let queue = WriteQueue(configuration.writeLimits)
        let test = try await TestStore.make()
        func call() throws -> WriteCall {
            WriteCall(
                .delete(DeleteBatch(collection: test.collection, ids: ["a"], idempotency: nil))
            )
        }
        for _ in 0..<configuration.waitingCalls { try queue.append(try call(), test.tenant) }
        #expect(
            await thrownCode { try queue.append(try call(), test.tenant) } == .resourceExhausted
        )
        #expect(queue.takeGroup(test.tenant, isShort: false).count == configuration.groupCalls)
        try queue.append(try call(), test.tenant)
        await test.store.close()
    }

    @Test("the lead passes over callers that gave up")
    func lead() async throws {
        let queue = WriteQueue(EmbeddedConfiguration(directory: "unused").writeLimits)
        let test = try await TestStore.make()
        let calls = (0..<3).map { _ in
            WriteCall(.delete(DeleteBatch(collection: test.collection, ids: [], idempotency: nil)))
        }
        for call in calls { try queue.append(call, test.tenant) }
        #expect(calls.map(\.turn.isSettled) == [true, false, false])
        calls[1].turn.fail(CancellationError())
        calls[0].settle(.success(.outcomes([])))
        // The first is still in the queue until its group is taken.
        #expect(queue.takeGroup(test.tenant, isShort: false).count == 3)
        for call in calls { try queue.append(call, test.tenant) }
        calls[2].turn.fail(CancellationError())
        queue.passLead(test.tenant)
        #expect(queue.takeGroup(test.tenant, isShort: false).isEmpty)
        await test.store.close()
    }
}
