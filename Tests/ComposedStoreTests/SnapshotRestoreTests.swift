import DocketCore
import DocketPostgres
import DocketTelemetry
import DocketTestKit
import Foundation
import Synchronization
import Testing

@testable import DocketElasticsearch
@testable import DocketService

/// Snapshots that come back beside the index that is searched, or in place of one that is gone.
@Suite(
    "A snapshot that is restored",
    .serialized,
    .needs(.postgres, .elasticsearch, .opensearch),
    .timeLimit(.minutes(5))
)
struct SnapshotRestoreTests {
    private static let engines = [Engine.Kind.elasticsearch, .opensearch]
    private static let limits = {
        var limits = RestoreLimits()
        limits.claim = .zero
        limits.poll = .milliseconds(20)
        limits.pause = .milliseconds(20)
        limits.grace = .milliseconds(500)
        limits.slice = 100
        return limits
    }()

    private static func work() -> WorkLimit { WorkLimit(within: .seconds(60)) }

    private static func restorer(_ test: ComposedStore) -> SnapshotRestorer {
        var limits = limits
        limits.claim = .seconds(5)
        return SnapshotRestorer(
            test.store,
            test.index,
            next: nil,
            limits: limits,
            registry: MetricsRegistry(),
            logger: Logger(test.log)
        )
    }

    /// What the documents of the collection are to be.
    private struct Model {
        private(set) var titles: [String: String] = [:]

        mutating func put(
            _ ids: some Sequence<Int>,
            _ title: String,
            in test: ComposedStore
        ) async throws {
            try await test.upload(ids.map { Document(id: "\($0)", title: "paper \(title)") })
            for id in ids { titles["\(id)"] = "paper \(title)" }
        }

        mutating func delete(_ ids: some Sequence<Int>, in test: ComposedStore) async throws {
            for id in ids {
                try await test.delete("\(id)")
                titles["\(id)"] = nil
            }
        }

        /// All are found once, as they are now, and nothing else is.
        func check(_ test: ComposedStore) async throws {
            try await test.hearChanges()
            let test = try await test.now()
            let request = SearchRequest(collection: test.collection.name, query: "paper")
            let plan = try test.plan(request)
            let found = try await test.scan(plan).flatMap(\.hits)
            #expect(found.count == titles.count)
            let pairs = found.map { ($0.document.id, $0.document.title) }
            #expect(Dictionary(pairs, uniquingKeysWith: { first, _ in first }) == titles)
            let page = try await test.search("paper") { $0.limit = 10 }
            #expect(page.total.value == titles.count && !page.isApproximate)
        }
    }

    /// Documents in two indices of the pool and in one of a collection's own, a snapshot of them,
    /// and what was written and deleted since.
    private static func prepare(
        _ kind: Engine.Kind
    ) async throws -> (ComposedStore, Model, ComposedStore) {
        let test = try await ComposedStore(on: kind)
        let (index, work) = (test.index, work())
        var model = Model()
        try await model.put(0..<400, "old", in: test)
        try await test.index()
        let first = IndexPlace(name: test.names.pool)
        let next = try await index.makeNext(after: first, work: work)
        try await index.attachAliases(to: next, work: work)
        #expect(try await test.store.rollOver(from: nil, to: next, work: work))
        let stranger = try await test.stranger("stranger")
        try await stranger.upload([Document(id: "theirs", title: "paper")])
        try await model.put(400..<600, "old", in: test)
        try await test.index()
        try await test.serving { rebuilder in
            let number = try await rebuilder.begin(
                stranger.tenant,
                of: stranger.collection,
                work: work
            )
            while try await test.store.rebuildStatus(
                stranger.tenant,
                of: stranger.collection,
                work: work
            ) != nil {
                let status = try await rebuilder.status(
                    stranger.tenant,
                    of: stranger.collection,
                    work: work
                )
                if status?.number == number, status?.stage == .done { break }
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        try await snapshot("before", of: test)
        try await model.put(50..<150, "new", in: test)
        try await model.put(600..<700, "new", in: test)
        try await model.delete(100..<200, in: test)
        try await model.delete(500..<520, in: test)
        try await model.put(180..<190, "again", in: test)
        try await test.index()
        return (test, model, stranger)
    }

    private static func snapshot(_ name: String, of test: ComposedStore) async throws {
        try await test.index.beginSnapshot(name, work: work())
        while try await test.index.snapshot(name, work: work()).state == .running {
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    private static func ended(_ restorer: SnapshotRestorer) async throws -> RestoreStatus {
        while true {
            let status = try #require(try await restorer.status(work: work()))
            if status.stage == .done || status.stage == .failed { return status }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    @Test("is not searched before it has all that changed since", arguments: engines)
    func gone(_ kind: Engine.Kind) async throws {
        var (test, model, stranger) = try await Self.prepare(kind)
        try await test.removeIndices()
        // Nothing is found in an index that is gone, and nothing is said to be missing.
        let refused = await #expect(throws: DocketError.self) { try await test.ids("paper") }
        #expect(refused?.code == .unavailable)
        try await model.put(190..<210, "waits", in: test)
        try await model.delete(0..<10, in: test)
        let restorer = Self.restorer(test)
        try await test.serving { _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try? await restorer.run() }
                _ = try await restorer.begin("before", work: Self.work())
                try await model.put(700..<720, "meanwhile", in: test)
                try await model.delete(10..<20, in: test)
                let status = try await Self.ended(restorer)
                #expect(status.stage == .done, "\(status.reason)")
                // What was replaced or new after the snapshot, and waited for no index.
                #expect(status.documents >= 60 && status.removed >= 90)
                group.cancelAll()
            }
            while try await test.hasWork() { try await Task.sleep(for: .milliseconds(10)) }
        }
        try await model.check(test)
        #expect(try await stranger.now().ids("paper") == ["theirs"])
        // Tenants and collections that come now are found as well.
        let late = try await test.stranger("late")
        try await late.add(Document(id: "a", title: "paper"))
        #expect(try await late.ids("paper") == ["a"])
        try await test.close()
    }

    @Test("takes the place of an index that is searched all the time, twice", arguments: engines)
    func live(_ kind: Engine.Kind) async throws {
        var (test, model, stranger) = try await Self.prepare(kind)
        for turn in 0..<2 {
            try await Self.restore(in: test, &model, turn)
            try await model.check(test)
            #expect(try await stranger.now().ids("paper") == ["theirs"])
            // The indices of before are gone, and names lead to the others.
            let listed = try await test.index.inventory(work: Self.work())
            #expect(listed.map(\.state) == [.closed, .closed, .own])
            let reply = try await test.server.request("GET", "/\(test.names.everyPattern)/_alias")
            let json = try JSONSerialization.jsonObject(with: Data(reply.utf8)) as? [String: Any]
            #expect(json?.count == 3)
            #expect(json?.keys.allSatisfy { $0.contains("-restored-") } == true)
        }
        try await use(test, &model, stranger)
        try await test.close()
    }

    /// Restores while documents are written and deleted, and searches go on.
    private static func restore(
        in test: ComposedStore,
        _ model: inout Model,
        _ turn: Int
    ) async throws {
        let restorer = restorer(test)
        try await test.serving { rebuilder in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try? await restorer.run() }
                // Of what nobody changes, everything is found at any time.
                group.addTask {
                    while !Task.isCancelled {
                        let page = try await test.search("paper old") { $0.limit = 1 }
                        #expect(page.total.value >= 200)
                    }
                }
                let number = try await restorer.begin("before", work: work())
                #expect(try await restorer.begin("before", work: work()) == number)
                let refused = await #expect(throws: DocketError.self) {
                    _ = try await rebuilder.begin(test.tenant, of: test.collection, work: work())
                }
                #expect(refused?.code == .failedPrecondition)
                for step in 0..<40 {
                    try await model.put(step..<step + 5, "turn\(turn)", in: test)
                    try await model.delete([300 + turn * 50 + step], in: test)
                }
                let status = try await ended(restorer)
                #expect(status.stage == .done, "\(status.reason)")
                group.cancelAll()
                while let end = await group.nextResult() {
                    guard case .failure(let error) = end else { continue }
                    let isCancelled = (error as? DocketError)?.code == .cancelled
                    #expect(isCancelled || error is CancellationError, "\(error)")
                }
            }
            while try await test.hasWork() { try await Task.sleep(for: .milliseconds(10)) }
        }
    }

    /// Restored indices are rolled over, put into snapshots and verified like others.
    private func use(
        _ test: ComposedStore,
        _ model: inout Model,
        _ stranger: ComposedStore
    ) async throws {
        try await Self.snapshot("after", of: test)
        let again = try await test.index.snapshot("after", work: Self.work())
        #expect(again.indices.count == 3)
        let pool = try await test.index.pool(work: Self.work())
        let last = try #require(pool.last?.place)
        let next = try await test.index.makeNext(after: last, work: Self.work())
        try await test.index.attachAliases(to: next, work: Self.work())
        #expect(try await test.store.rollOver(from: last, to: next, work: Self.work()))
        try await model.put(800..<810, "next", in: test)
        try await test.index()
        #expect(try await test.count(in: next.name) == 10)
        try await model.check(test)
        var progress = VerifyProgress()
        for store in [test, stranger] {
            var collection = try await store.now().collection
            _ = try await test.verifier.compare(
                store.tenant,
                &collection,
                after: 0,
                repairs: false,
                &progress,
                Self.work()
            )
        }
        #expect(progress.documents > model.titles.count)
        #expect(progress.missing + progress.extra + progress.stale + progress.foreign == 0)
    }

    @Test("is not needed: documents are enough", arguments: engines)
    func withoutSnapshot(_ kind: Engine.Kind) async throws {
        let (test, model, stranger) = try await Self.prepare(kind)
        // A collection that is gone is counted no longer.
        let gone = test.viewing(try await test.create("gone"))
        try await gone.add(Document(id: "a", title: "paper"))
        _ = try await test.store.deleteCollection(test.tenant, named: "gone", work: Self.work())
        try await test.removeIndices()
        let restorer = Self.restorer(test)
        try await test.serving { _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try? await restorer.run() }
                _ = try await restorer.begin(nil, work: Self.work())
                let status = try await Self.ended(restorer)
                #expect(status.stage == .done, "\(status.reason)")
                #expect(status.documents == model.titles.count + 1 && status.removed == 0)
                group.cancelAll()
            }
            while try await test.hasWork() { try await Task.sleep(for: .milliseconds(10)) }
        }
        try await model.check(test)
        #expect(try await stranger.now().ids("paper") == ["theirs"])
        try await test.close()
    }

    @Test("goes on after a crash between any two steps", arguments: engines)
    func crashes(_ kind: Engine.Kind) async throws {
        let (test, model, stranger) = try await Self.prepare(kind)
        try await test.removeIndices()
        let restorer = Self.restorer(test)
        _ = try await restorer.begin("before", work: Self.work())
        // Each server is killed one step later than the one before.
        var survived = 1
        while true {
            let stage = try await restorer.status(work: Self.work())?.stage
            guard stage != .done, stage != .failed else { break }
            var steps = RestoreSteps(Self.limits)
            var action = RestoreSteps.first
            for _ in 0..<survived {
                if let pause = steps.rest(in: action) {
                    try await Task.sleep(for: pause)
                    action = steps.after(.rested)
                } else {
                    let event = try await restorer.perform(action, Self.work())
                    action = steps.after(event)
                }
            }
            survived += 1
            // No claim outlives its server here.
            try await test.database.sql("UPDATE docket.restore SET due_us = 0")
        }
        let status = try #require(try await restorer.status(work: Self.work()))
        #expect(status.stage == .done, "\(status.reason)")
        try await test.index()
        try await model.check(test)
        #expect(try await stranger.now().ids("paper") == ["theirs"])
        try await test.close()
    }

    @Test("is refused where it cannot be, and leaves the index as it was")
    func refusals() async throws {
        let test = try await ComposedStore(on: .elasticsearch)
        try await test.add(Document(id: "a", title: "paper"))
        let restorer = Self.restorer(test)
        let missing = await #expect(throws: DocketError.self) {
            _ = try await restorer.begin("nobody-made-this", work: Self.work())
        }
        #expect(missing?.code == .notFound)
        try await Self.snapshot("one", of: test)
        try await Self.snapshot("two", of: test)
        _ = try await restorer.begin("one", work: Self.work())
        let other = await #expect(throws: DocketError.self) {
            _ = try await restorer.begin("two", work: Self.work())
        }
        #expect(other?.message == "all indices are made anew now")
        #expect(try await test.store.claimPool(for: .zero, work: Self.work()) == nil)
        let twin = await #expect(throws: DocketError.self) {
            try await test.store.beginTwin("other", work: Self.work())
        }
        #expect(twin?.code == .failedPrecondition)
        let claimed = try await test.store.claimRestore(for: .seconds(5), work: Self.work())
        let restore = try #require(claimed)
        try await test.store.advance(
            restore,
            to: .clearing,
            after: .zero,
            reason: "given up",
            work: Self.work()
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try? await restorer.run() }
            let status = try await Self.ended(restorer)
            #expect(status.stage == .failed && status.reason == "given up")
            group.cancelAll()
        }
        #expect(try await test.ids("paper") == ["a"])
        #expect(try await test.store.claimPool(for: .zero, work: Self.work()) != nil)
        try await test.close()
    }
}
