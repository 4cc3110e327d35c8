import DocketCore
import DocketTestKit
import Foundation
import Testing

@testable import DocketElasticsearch

@Suite(
    "Snapshots of an engine",
    .timeLimit(.minutes(10)),
    .needs(.elasticsearch, .opensearch)
)
struct SnapshotTests {
    private static let engines = EngineTests.engines

    /// An index with a folder of its own for snapshots, below the one that the engine allows.
    private static func make(_ kind: Engine.Kind) async throws -> TestIndex {
        let engine = try await TestIndex.server(kind).engine
        let folder = "\(engine.directory)/snapshots/\(UUID().uuidString)"
        return try await TestIndex.make(kind) { configuration in
            configuration.repository = try? SnapshotRepository(
                "file://" + folder,
                prefix: configuration.prefix
            )
        }
    }

    private static func code(
        _ body: () async throws(DocketError) -> Void
    ) async -> DocketError.Code? {
        do { try await body() } catch { return error.code }
        return nil
    }

    /// Waits until the engine is done with it.
    private static func end(_ name: String, of test: TestIndex) async throws -> IndexSnapshot {
        while true {
            let snapshot = try await test.index.snapshot(name, work: TestIndex.work())
            if snapshot.state != .running { return snapshot }
            try await Task.sleep(for: .milliseconds(20))
        }
    }

    @Test("has all of Docket's indices, once under a name, and can be removed", arguments: engines)
    func life(_ kind: Engine.Kind) async throws {
        let test = try await Self.make(kind)
        try await test.apply([Document(id: "a", title: "tea")])
        let own = IndexPlace(name: test.names.rebuilt(7))
        try await test.index.make(own, work: TestIndex.work())
        #expect(try await test.index.snapshots(work: TestIndex.work()).isEmpty)
        try await test.index.beginSnapshot("first", work: TestIndex.work())
        let first = try await Self.end("first", of: test)
        #expect(first.state == .complete)
        #expect(first.indices == [test.names.pool, own.name].sorted())
        #expect(first.beganMicroseconds > 0)
        #expect(first.endedMicroseconds >= first.beganMicroseconds)
        let again = await Self.code { () throws(DocketError) in
            try await test.index.beginSnapshot("first", work: TestIndex.work())
        }
        #expect(again == .alreadyExists)
        try await test.index.beginSnapshot("a-second", work: TestIndex.work())
        _ = try await Self.end("a-second", of: test)
        let all = try await test.index.snapshots(work: TestIndex.work())
        // By the engine's clock for such times, which has steps of 200 ms, and then by name.
        let isAtOnce = Set(all.map(\.beganMicroseconds)).count == 1
        #expect(all.map(\.name) == (isAtOnce ? ["a-second", "first"] : ["first", "a-second"]))
        for _ in 0..<2 { try await test.index.removeSnapshot("first", work: TestIndex.work()) }
        let missing = await Self.code { () throws(DocketError) in
            _ = try await test.index.snapshot("first", work: TestIndex.work())
        }
        #expect(missing == .notFound)
        test.index.close()
    }

    @Test("says what is wrong with the repository", arguments: engines)
    func repository(_ kind: Engine.Kind) async throws {
        for setting in ["file:///nowhere/at/all", "s3://bucket/path", "nobody-made-this", nil] {
            let test = try await TestIndex.make(kind) { configuration in
                configuration.repository = setting.flatMap {
                    try? SnapshotRepository($0, prefix: configuration.prefix)
                }
            }
            let refused = await Self.code { () throws(DocketError) in
                try await test.index.beginSnapshot("first", work: TestIndex.work())
            }
            #expect(refused == .failedPrecondition, "\(setting ?? "none")")
            test.index.close()
        }
    }

    @Test("the setting names a folder, a bucket or a repository that is there")
    func setting() throws {
        let bodies = [
            ("file:///mnt/snapshots", #"{"type":"fs","settings":{"location":"/mnt/snapshots"}}"#),
            ("s3://bucket", #"{"type":"s3","settings":{"bucket":"bucket"}}"#),
            (
                "s3://bucket/some/path",
                #"{"type":"s3","settings":{"bucket":"bucket","base_path":"some/path"}}"#
            ),
        ]
        for (text, body) in bodies {
            let repository = try SnapshotRepository(text, prefix: "docket")
            #expect(repository.name == "docket-snapshots")
            #expect(repository.registration() == Array(body.utf8), "\(text)")
        }
        let known = try SnapshotRepository("nightly_2", prefix: "docket")
        #expect(known.name == "nightly_2" && known.registration() == nil)
        for wrong in ["", "s3://", "file://relative", "a b", "A", "https://x", "../x", "_all"] {
            #expect(throws: DocketError.self, "\(wrong)") {
                try SnapshotRepository(wrong, prefix: "docket")
            }
        }
    }
}
