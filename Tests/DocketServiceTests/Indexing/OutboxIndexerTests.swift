import DocketCore
import DocketRuntime
import DocketSystem
import DocketTelemetry
import DocketTestKit
import Synchronization
import Testing

@testable import DocketService

@Suite("Indexer of an outbox", .timeLimit(.minutes(5)))
struct OutboxIndexerTests {
    private static let tenant = TenantID(7)
    private let outbox = MemoryOutbox()
    private let index = MemoryIndex(tenant, [])
    private let counters = IndexingCounters()
    private let registry = MetricsRegistry()

    private var quick: BulkLimits {
        var limits = BulkLimits()
        limits.bulkDocuments = 20
        limits.poll = .milliseconds(2)
        limits.leaseSpacing = .zero
        limits.canary = .milliseconds(2)
        limits.refreshShortest = .milliseconds(2)
        limits.refreshLongest = .milliseconds(10)
        limits.gathering = .milliseconds(1)
        limits.attemptDelay = .milliseconds(1)
        limits.pauseBase = .milliseconds(1)
        limits.pauseCap = .milliseconds(4)
        return limits
    }

    private func indexer(_ index: any SearchIndex, _ limits: BulkLimits) -> OutboxIndexer {
        OutboxIndexer(
            outbox,
            index,
            limits: limits,
            counters: counters,
            metrics: OutboxMetrics(registry),
            logger: .silent
        )
    }

    /// Runs `body` beside an indexer that is stopped afterwards.
    private func run(
        _ limits: BulkLimits,
        _ body: (OutboxIndexer) async throws -> Void
    ) async throws {
        let indexer = indexer(index, limits)
        try await indexer.start()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await indexer.run() }
            do {
                try await body(indexer)
            } catch {
                await indexer.stop(by: .now())
                throw error
            }
            await indexer.stop(by: .now() + .seconds(20))
            try await group.waitForAll()
        }
    }

    private func fill(_ numbers: ClosedRange<UInt64>, removing: Set<UInt64> = []) throws {
        let collection = Collection(
            number: 1,
            name: "papers",
            schema: try CollectionSchema([]),
            schemaEpoch: 1,
            createdMicroseconds: 0
        )
        outbox.fill(
            numbers.map { number in
                let content = BoundDocument(
                    id: "d\(number)",
                    title: "",
                    body: "tea",
                    attributes: [],
                    bytes: 3
                )
                return IndexChange(
                    tenant: Self.tenant,
                    collection: collection,
                    number: number,
                    version: number,
                    place: MemoryIndex.place,
                    content: removing.contains(number) ? nil : content
                )
            }
        )
    }

    @Test("what fills the outbox is found by searches before it is completed, and counted")
    func completes() async throws {
        try await run(quick) { indexer in
            try fill(1...100, removing: [5, 6])
            indexer.wake(Self.tenant)
            await outbox.emptied()
            #expect(Set(outbox.completed.map(\.number)) == Set(1...100))
            #expect(index.visible == Set(1...100))
            #expect(index.prepared == [Self.tenant])
            #expect(index.bulks.allSatisfy { $0 <= 20 })
        }
        #expect(counters.values.indexed == 98 && counters.values.deleted == 2)
    }

    @Test("what another server accepted is found without being told")
    func polls() async throws {
        try await run(quick) { _ in
            try fill(1...3)
            await outbox.emptied()
            try fill(4...6)
            await outbox.emptied()
            #expect(outbox.completed.count == 6)
        }
    }

    @Test("a document that the engine refuses fails with its reason, and keeps no other")
    func refused() async throws {
        index.apply { $0.number == 7 ? .refused(reason: "the title is too long") : .applied }
        try await run(quick) { indexer in
            try fill(1...50)
            indexer.wake(Self.tenant)
            await outbox.emptied()
            #expect(outbox.completed.count == 49)
            #expect(outbox.failures.map(\.lease.number) == [7])
            #expect(outbox.failures.map(\.reason) == ["the title is too long"])
            #expect(outbox.releases.filter(\.isAttempt).map(\.leases.count) == [1, 1, 1])
        }
        #expect(counters.values.failed == 1)
    }

    @Test("while the engine takes no writes single documents try it; then all go through")
    func held() async throws {
        let sent = Mutex(0)
        index.apply { _ in
            sent.withLock { sent in
                sent += 1
                return sent <= 60 ? .held : .applied
            }
        }
        try await run(quick) { indexer in
            try fill(1...100)
            indexer.wake(Self.tenant)
            await outbox.emptied()
            #expect(outbox.completed.count == 100)
            #expect(index.bulks.count { $0 == 1 } >= 10)
            #expect(outbox.releases.allSatisfy { !$0.isAttempt })
            #expect(registry.text().contains("docket_write_hold_state 0\n"))
        }
    }

    @Test("everything arrives once, whatever the engine answers and however often", .seeded)
    func storm() async throws {
        let generator = Mutex(SeededGenerator())
        index.apply { change throws(DocketError) in
            switch generator.withLock({ $0.next() % 60 }) {
            case 0: return .busy
            case 1: return .held
            case 2: throw DocketError(.unavailable, "the engine is away")
            case 3 where change.number > 300: return .refused(reason: "unlucky")
            default: return .applied
            }
        }
        try await run(quick) { indexer in
            for start in stride(from: UInt64(1), to: 400, by: 40) {
                try fill(start...(start + 39))
                indexer.wake(Self.tenant)
                await Task.yield()
                #expect(indexer.held <= 20_000)
            }
            await outbox.emptied()
        }
        let completed = outbox.completed.map(\.number)
        let failed = outbox.failures.map(\.lease.number)
        #expect(Set(completed).count == completed.count)
        #expect(Set(completed).union(failed) == Set(1...400))
        #expect(index.visible.isSuperset(of: completed))
    }

    @Test("an outbox that is away is asked again later")
    func outboxAway() async throws {
        outbox.fail(with: DocketError(.unavailable, "the truth is away"))
        try await run(quick) { indexer in
            try fill(1...3)
            indexer.wake(Self.tenant)
            while outbox.asked < 3 { await Task.yield() }
            #expect(outbox.completed.isEmpty)
            outbox.fail(with: nil)
            await outbox.emptied()
            #expect(outbox.completed.count == 3)
        }
    }

    @Test("a stop lets bulks end and gives back the rest")
    func stops() async throws {
        let gate = Gate()
        let held = HeldIndex(index) { _ in await gate.pass() }
        let indexer = indexer(held, quick)
        try fill(1...100)
        indexer.wake(Self.tenant)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await indexer.run() }
            await gate.arrived(2)
            async let stopped: Void = indexer.stop(by: .now() + .seconds(20))
            while outbox.free < 60 { await Task.yield() }
            gate.open()
            await stopped
            try await group.waitForAll()
        }
        #expect(indexer.held == 0)
        #expect(outbox.free + outbox.completed.count == 100)
    }

    @Test("a stop cuts bulks at its deadline")
    func cuts() async throws {
        let arrived = Gate()
        let cut = Atomic<Int>(0)
        let held = HeldIndex(index) { work throws(DocketError) in
            let stopped = OneShot<Void>()
            work.onStop { stopped.succeed(()) }
            await arrived.pass()
            _ = try? await stopped.value()
            if work.isStopped { cut.add(1, ordering: .relaxed) }
            throw DocketError(.cancelled, "the work was stopped")
        }
        let indexer = indexer(held, quick)
        try fill(1...100)
        indexer.wake(Self.tenant)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await indexer.run() }
            await arrived.arrived(2)
            arrived.open()
            await indexer.stop(by: .now() + .milliseconds(10))
            try await group.waitForAll()
        }
        #expect(cut.load(ordering: .relaxed) == 2)
        #expect(outbox.completed.isEmpty)
    }
}

/// An index whose bulks wait before they are applied.
private struct HeldIndex: SearchIndex {
    let index: MemoryIndex
    let hold: @Sendable (WorkLimit) async throws(DocketError) -> Void

    init(
        _ index: MemoryIndex,
        hold: @escaping @Sendable (WorkLimit) async throws(DocketError) -> Void
    ) {
        self.index = index
        self.hold = hold
    }

    func clusters(work: WorkLimit) async throws(DocketError) -> Set<String> { [] }

    func canSearch(_ collection: Collection) -> Bool { index.canSearch(collection) }

    func place(for tenant: TenantID, work: WorkLimit) async throws(DocketError) -> IndexPlace {
        MemoryIndex.place
    }

    func apply(
        _ changes: [IndexChange],
        work: WorkLimit
    ) async throws(DocketError) -> [IndexOutcome] {
        try await hold(work)
        return try await index.apply(changes, work: work)
    }

    func refresh(_ places: Set<IndexPlace>, work: WorkLimit) async throws(DocketError) {
        try await index.refresh(places, work: work)
    }

    func search(
        _ tenant: TenantID,
        _ plan: SearchPlan,
        without removed: RemovedDocuments,
        work: WorkLimit
    ) async throws(DocketError) -> IndexPage {
        try await index.search(tenant, plan, without: removed, work: work)
    }

    func scan(
        _ tenant: TenantID,
        _ plan: SearchPlan,
        after number: UInt64,
        without removed: RemovedDocuments,
        work: WorkLimit
    ) async throws(DocketError) -> IndexSlice {
        try await index.scan(tenant, plan, after: number, without: removed, work: work)
    }
}
