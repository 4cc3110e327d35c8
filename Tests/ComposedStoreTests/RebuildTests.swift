import DocketCore
import DocketPostgres
import DocketTestKit
import Foundation
import Synchronization
import Testing

@testable import DocketElasticsearch
@testable import DocketService

/// Collections rebuilt into indices of their own, on real engines.
@Suite(
    "A collection that is rebuilt",
    .serialized,
    .needs(.postgres, .elasticsearch, .opensearch),
    .timeLimit(.minutes(5))
)
struct RebuildTests {
    private static let engines = [Engine.Kind.elasticsearch, .opensearch]
    /// Documents that nobody changes, and those that change all the time.
    private static let (stable, busy) = (1000, 500)

    /// What runs beside a rebuild.
    private final class Course: Sendable {
        let isOver = Atomic(false)
        /// Searches that were right, by which index they asked.
        let searches = Mutex((new: 0, old: 0))
    }

    private static func make(_ kind: Engine.Kind) async throws -> ComposedStore {
        let test = try await ComposedStore(on: kind)
        for start in stride(from: 0, to: stable + busy, by: 500) {
            try await test.upload(
                (start..<start + 500).map { number in
                    Document(id: "\(number)", title: number < stable ? "stable" : "busy")
                }
            )
        }
        try await test.index()
        return test
    }

    private static func work() -> WorkLimit { WorkLimit(within: .seconds(60)) }

    private static func stage(_ test: ComposedStore) async throws -> RebuildStage? {
        try await test.store.rebuildStatus(test.tenant, of: test.collection, work: work())?.stage
    }

    /// Begins a rebuild and returns once it has ended.
    private static func rebuild(
        _ test: ComposedStore,
        _ rebuilder: CollectionRebuilder
    ) async throws -> RebuildStatus {
        let work = work()
        let number = try await rebuilder.begin(test.tenant, of: test.collection, work: work)
        return try await ended(test, rebuilder, number)
    }

    private static func ended(
        _ test: ComposedStore,
        _ rebuilder: CollectionRebuilder,
        _ number: UInt64
    ) async throws -> RebuildStatus {
        while true {
            let status = try #require(
                try await rebuilder.status(test.tenant, of: test.collection, work: work())
            )
            #expect(status.number == number)
            if status.stage == .done || status.stage == .failed { return status }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    @Test("answers all the time, and has what changed meanwhile", arguments: engines)
    func busyRebuild(_ kind: Engine.Kind) async throws {
        let test = try await Self.make(kind)
        let course = Course()
        try await test.serving { rebuilder in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await Self.change(test, course) }
                group.addTask { try await Self.search(test, course) }
                let first = try await Self.rebuild(test, rebuilder)
                #expect(first.stage == .done, "\(first.reason)")
                #expect(first.documents >= Self.stable)
                course.isOver.store(true, ordering: .relaxed)
                try await group.waitForAll()
            }
            while try await test.hasWork() { try await Task.sleep(for: .milliseconds(10)) }
            let now = try await test.now()
            let own = try #require(now.collection.place)
            #expect(now.collection.schemaEpoch == test.collection.schemaEpoch + 1)
            try await now.compare(in: own.name)
            #expect(try await test.count(in: test.names.pool) == 0)

            // The next one leaves an index of its own, which goes.
            let second = try await Self.rebuild(now, rebuilder)
            #expect(second.stage == .done && second.documents == second.all)
            let last = try await test.now()
            let newest = try #require(last.collection.place)
            #expect(newest != own)
            try await last.compare(in: newest.name)
            while try await test.index.made(work: Self.work()) != [newest] {
                try await Task.sleep(for: .milliseconds(20))
            }
        }
        let (new, old) = course.searches.withLock { $0 }
        #expect(new > 0 && old > 0)
        try await test.close()
    }

    @Test("tells how rare words are only from an index of its own", arguments: engines)
    func explanations(_ kind: Engine.Kind) async throws {
        let test = try await ComposedStore(on: kind)
        try await test.add(Document(id: "a", title: "graph theory"), Document(id: "b"))
        func explanation(_ test: ComposedStore) async throws -> Explanation? {
            try await test.search("graph") { $0.explains = true }.hits.first?.explanation
        }
        let shared = try #require(try await explanation(test))
        #expect(shared.scale == 0 && shared.parts.allSatisfy { $0.idf == 0 })
        try await test.serving { rebuilder in
            let status = try await Self.rebuild(test, rebuilder)
            #expect(status.stage == .done, "\(status.reason)")
        }
        let own = try #require(try await explanation(try await test.now()))
        let part = try #require(own.parts.first)
        #expect(own.scale == 1 && part.idf > 0)
        #expect(abs(part.weight * part.idf * part.tf - part.score) <= 1e-6 * part.score)
        try await test.close()
    }

    /// Uploads, uploads again and deletes.
    private static func change(_ test: ComposedStore, _ course: Course) async throws {
        var turn = 0
        while !course.isOver.load(ordering: .relaxed) {
            let start = stable + turn * 37 % busy
            try await test.upload(
                (start..<start + 30).map { Document(id: "\($0)", title: "busy \(turn)") }
            )
            try await test.upload((0..<5).map { Document(id: "new \(turn) \($0)", title: "new") })
            let work = WorkLimit(within: .seconds(60))
            _ = try await test.store.delete(
                test.tenant,
                DeleteBatch(
                    collection: test.collection,
                    ids: (start..<start + 10).map { "\($0)" } + ["new \(turn) 0"],
                    idempotency: nil
                ),
                work: work
            )
            turn += 1
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    /// Searches as a server that has heard of the switch and as one that has not.
    private static func search(_ test: ComposedStore, _ course: Course) async throws {
        while !course.isOver.load(ordering: .relaxed) {
            let found = try await test.now().search("stable") { $0.limit = 100 }
            #expect(found.total.value == stable)
            #expect(Set(found.ids).count == 100)
            course.searches.withLock { $0.new += 1 }
            let old = try await test.search("stable") { $0.limit = 100 }
            // Once the old index is being emptied every server has heard of the new one.
            guard let stage = try await stage(test), stage.rawValue < RebuildStage.clearing.rawValue
            else { continue }
            #expect(old.total.value == stable && Set(old.ids).count == 100)
            course.searches.withLock { $0.old += 1 }
        }
    }

    @Test("goes on where a server was killed, and does nothing twice", arguments: engines)
    func killed(_ kind: Engine.Kind) async throws {
        let test = try await Self.make(kind)
        let (store, index, work) = (test.store, test.index, Self.work())
        let number = try await store.beginRebuild(
            test.tenant,
            of: test.collection,
            naming: { index.place(ofRebuild: $0) },
            work: work
        )
        // A server that is killed after its first slice.
        func claim() async throws -> Rebuild {
            while true {
                let claimed = try await store.claimRebuild(for: .milliseconds(300), work: work)
                if let claimed { return claimed }
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        let begun = try await claim()
        #expect(begun.stage == .begun && begun.number == number)
        try await index.make(begun.place, work: work)
        try await store.advance(begun, to: .filling, after: .zero, reason: "", work: work)
        var filling = try await claim()
        let slice = try #require(try await store.slice(of: filling, work: work))
        #expect(slice.changes.count == 1000)
        _ = try await index.apply(slice.changes, work: work)
        filling.after = try #require(slice.next)
        filling.documents = 1000
        #expect(try await store.save(filling, for: .milliseconds(300), work: work))
        let again = try await store.beginRebuild(
            test.tenant,
            of: test.collection,
            naming: { index.place(ofRebuild: $0) },
            work: work
        )
        #expect(again == number)

        try await test.serving { rebuilder in
            let status = try await Self.ended(test, rebuilder, number)
            #expect(status.stage == .done && status.documents == Self.stable + Self.busy)
            // The claim of the server that was killed is worth nothing.
            #expect(try await store.slice(of: filling, work: work) == nil)
            #expect(try await !store.save(filling, for: .seconds(1), work: work))
            try await test.now().compare(in: begun.place.name)
            #expect(try await test.count(in: test.names.pool) == 0)
        }
        try await test.close()
    }

    @Test("leaves no index when it is deleted meanwhile", arguments: engines)
    func deleted(_ kind: Engine.Kind) async throws {
        let test = try await ComposedStore(on: kind)
        try await test.add(Document(id: "a"), Document(id: "b"))
        let (store, index, work) = (test.store, test.index, Self.work())
        _ = try await store.beginRebuild(
            test.tenant,
            of: test.collection,
            naming: { index.place(ofRebuild: $0) },
            work: work
        )
        let begun = try #require(try await store.claimRebuild(for: .zero, work: work))
        try await index.make(begun.place, work: work)
        _ = try await store.deleteCollection(test.tenant, named: "papers", work: work)
        try await test.serving { rebuilder in
            while try await !index.made(work: work).isEmpty {
                try await Task.sleep(for: .milliseconds(20))
            }
            while try await test.hasWork() { try await Task.sleep(for: .milliseconds(10)) }
        }
        #expect(try await test.count(in: test.names.pool) == 0)
        try await test.close()
    }
}
