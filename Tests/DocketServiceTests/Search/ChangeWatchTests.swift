import DocketCache
import DocketCore
import DocketMessages
import DocketSystem
import DocketTelemetry
import DocketWire
import Synchronization
import Testing

@testable import DocketService

/// A feed that says what the test gives it, and nothing new otherwise.
private final class ScriptedFeed: ChangeFeed {
    private struct State {
        var answers: [Result<ChangeSet, DocketError>] = []
        var asked: [ChangeMark?] = []
        var deadlines: [UInt64] = []
        var underWay = 0
        var mostUnderWay = 0
    }

    private let state = Mutex(State())

    /// The marks of the questions so far.
    var asked: [ChangeMark?] { state.withLock { $0.asked } }
    var deadlines: [UInt64] { state.withLock { $0.deadlines } }
    var mostUnderWay: Int { state.withLock { $0.mostUnderWay } }

    func answer(_ answers: Result<ChangeSet, DocketError>...) {
        state.withLock { $0.answers += answers }
    }

    /// Returns once every answer was given, and the question after it was asked.
    func given() async {
        while !state.withLock({ $0.answers.isEmpty }) { await Task.yield() }
        let count = asked.count
        while asked.count <= count { await Task.yield() }
    }

    func changes(
        since mark: ChangeMark?,
        work: WorkLimit
    ) async throws(DocketError) -> ChangeSet {
        let answer = state.withLock { state in
            state.asked.append(mark)
            state.deadlines.append(work.deadlineNanoseconds)
            state.underWay += 1
            state.mostUnderWay = max(state.mostUnderWay, state.underWay)
            return state.answers.isEmpty ? nil : state.answers.removeFirst()
        }
        await Task.yield()
        state.withLock { $0.underWay -= 1 }
        return try answer?.get() ?? ChangeSet(mark: mark ?? ChangeMark(0))
    }
}

@Suite("Changes made elsewhere", .timeLimit(.minutes(5)))
struct ChangeWatchTests {
    private static let change = ChangeMark(5)
    private let feed = ScriptedFeed()
    private let removals = KnownRemovals()
    private let registry = MetricsRegistry()

    /// Runs `body` beside a service and a watch, with one collection of one document.
    private func run(
        _ body: (TestService, TestClient, TenantID) async throws -> Void
    ) async throws {
        var options = TestService.Options()
        options.removals = removals
        // However slow the machine is, the watch confirms in time.
        options.service.cache.confirmationNanoseconds = 600_000_000_000
        try await TestService.run(options) { test in
            let (client, tenant) = try await test.client()
            try await client.create()
            try await client.upload([Document(id: "a", title: "tea")])
            try await test.index(tenant)
            let watch = ChangeWatch(
                feed,
                collections: test.collections,
                removals: removals,
                authenticator: test.service.authenticator,
                interval: .milliseconds(1),
                registry: registry,
                logger: .silent
            )
            try await watch.start()
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try? await watch.run() }
                defer { group.cancelAll() }
                try await body(test, client, tenant)
            }
        }
    }

    private func changes(_ change: (inout ChangeSet) -> Void) -> Result<ChangeSet, DocketError> {
        var changes = ChangeSet(mark: Self.change)
        change(&changes)
        return .success(changes)
    }

    @Test("a change that the feed tells ends cached replies, and its removals are known")
    func generations() async throws {
        try await run { test, client, tenant in
            _ = try await client.search("tea")
            #expect(try await client.search("tea").meta.origin.source == .l1)
            let open = try await test.collections.open(tenant, "papers", work: WorkLimit())
            let reference = CollectionReference(tenant: tenant, number: open.collection.number)
            let mark = open.state.mark()
            feed.answer(
                changes {
                    $0.collections = [
                        CollectionChange(
                            collection: reference,
                            generations: Generations(
                                hard: mark.hard + 1,
                                soft: mark.soft,
                                schemaEpoch: mark.schemaEpoch
                            ),
                            removed: RemovedDocuments(numbers: [4, 9])
                        )
                    ]
                }
            )
            await feed.given()
            #expect(try await client.search("tea").meta.origin.source == .engine)
            #expect(removals.removed(of: reference).numbers == [4, 9])
            #expect(feed.asked.first == .some(nil) && feed.asked.last == Self.change)
            #expect(feed.mostUnderWay == 1)
        }
    }

    @Test("keys revoked and tenants deleted elsewhere end here")
    func grants() async throws {
        try await run { test, client, tenant in
            let key = try await test.key(tenant)
            let grant = try await test.service.authenticator.grant(for: Array(key.text.utf8))
            let other = try await test.tenant("other")
            let otherKey = try await test.key(other)
            let credential = Array(otherKey.text.utf8)
            let otherGrant = try await test.service.authenticator.grant(for: credential)
            feed.answer(changes { $0.revokedKeys = [key.id] })
            await feed.given()
            #expect(grant.isRevoked && !otherGrant.isRevoked)
            let open = try await test.collections.open(tenant, "papers", work: WorkLimit())
            feed.answer(
                changes {
                    $0.deletedTenants = [other]
                    $0.deletedCollections = [
                        CollectionReference(tenant: tenant, number: open.collection.number)
                    ]
                }
            )
            await feed.given()
            #expect(otherGrant.isRevoked && open.state.isRetired)
        }
    }

    @Test("after a failure the same is asked again, and each question has a second")
    func failure() async throws {
        let start = MonotonicTime.now()
        try await run { _, _, _ in
            feed.answer(changes { _ in }, .failure(DocketError(.unavailable, "away")))
            await feed.given()
            #expect(feed.asked.last == Self.change)
            #expect(registry.text().contains("docket_change_failures_total 1\n"))
            let limit = (MonotonicTime.now() + .seconds(1)).nanoseconds
            #expect(feed.deadlines.allSatisfy { $0 > start.nanoseconds && $0 <= limit })
        }
    }

    @Test("a second after the last confirmation a cached reply is no longer given freely")
    func silence() async throws {
        var options = TestService.Options()
        options.removals = removals
        try await TestService.run(options) { test in
            let (client, tenant) = try await test.client()
            try await client.create()
            let body = SearchRequest(collection: "papers", query: "tea").encode()
            _ = try await client.raw(.search, body)
            let open = try await test.collections.open(tenant, "papers", work: WorkLimit())
            func cached(at time: UInt64) -> CacheLookup {
                let scope = Searcher.scope(tenant, .raw)
                return test.service.searcher.cache.lookup(scope, body.rawSpan, now: time)
            }
            let asked = MonotonicTime.now().nanoseconds + 1_000_000_000_000
            guard case .unconfirmed = cached(at: asked) else {
                Issue.record("given although nobody confirmed it")
                return
            }
            test.collections.confirm(at: asked)
            guard case .fresh = cached(at: asked + 1_000_000_000),
                case .unconfirmed = cached(at: asked + 1_000_000_001)
            else {
                Issue.record("a confirmation holds for a second")
                return
            }
            _ = open
        }
    }
}

@Suite("Removed documents that are known", .timeLimit(.minutes(5)))
struct KnownRemovalsTests {
    private let collection = CollectionReference(tenant: TenantID(1), number: 2)

    private func change(_ numbers: [UInt64], isComplete: Bool = true) -> CollectionChange {
        CollectionChange(
            collection: collection,
            generations: Generations(hard: 1, soft: 1, schemaEpoch: 1),
            removed: RemovedDocuments(numbers: numbers, isComplete: isComplete)
        )
    }

    @Test("nothing is complete before the first answer")
    func first() {
        let removals = KnownRemovals()
        #expect(!removals.removed(of: collection).isComplete)
        removals.answered(removals.ask(), [])
        #expect(removals.removed(of: collection) == RemovedDocuments())
    }

    @Test("what was removed here stays until a question that came after it is answered")
    func own() {
        let removals = KnownRemovals()
        let before = removals.ask()
        removals.add([7, 3], of: collection)
        removals.answered(before, [change([5])])
        #expect(removals.removed(of: collection).numbers == [3, 5, 7])
        let after = removals.ask()
        removals.add([9], of: collection)
        removals.answered(after, [])
        #expect(removals.removed(of: collection).numbers == [5, 9])
        removals.answered(removals.ask(), [change([])])
        #expect(removals.removed(of: collection) == RemovedDocuments())
    }

    @Test("more than are kept make it incomplete")
    func bounds() {
        let removals = KnownRemovals(countMaximum: 10)
        removals.answered(removals.ask(), [change(Array(1...11))])
        #expect(removals.removed(of: collection) == RemovedDocuments(isComplete: false))
        removals.answered(removals.ask(), [change([1, 2], isComplete: false)])
        #expect(!removals.removed(of: collection).isComplete)
        removals.answered(removals.ask(), [change([1, 2])])
        removals.add(Array(1...2000), of: collection)
        let removed = removals.removed(of: collection)
        #expect(removed.numbers == Array(1...1000) && !removed.isComplete)
    }

    @Test("a collection or tenant that is gone takes nothing up")
    func forgotten() {
        let removals = KnownRemovals(countMaximum: 10)
        removals.answered(removals.ask(), [change(Array(1...10))])
        removals.add([70], of: collection)
        removals.forget(collection)
        #expect(removals.removed(of: collection) == RemovedDocuments())
        removals.answered(removals.ask(), [change(Array(1...10))])
        removals.forget(TenantID(1))
        removals.answered(removals.ask(), [change(Array(1...10))])
        #expect(removals.removed(of: collection).numbers.count == 10)
    }
}
