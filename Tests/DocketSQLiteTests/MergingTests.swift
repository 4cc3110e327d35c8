import DocketCore
import DocketRuntime
import DocketTestKit
import Testing

@testable import DocketSQLite

@Suite("Merging of segments", .timeLimit(.minutes(5)))
struct MergingTests {
    /// Words that are in every third, fourth and fifth document.
    private static func document(_ number: Int, _ version: Int) -> Document {
        let words = [3, 4, 5].filter { (number + version).isMultiple(of: $0) }
        return Document(
            id: "d\(number)",
            title: "version\(version)",
            body: words.map { "every\($0)" }.joined(separator: " ")
        )
    }

    private static func store() async throws -> TestStore {
        try await TestStore.make {
            $0.indexGroup = 8
            // Each slice merges one term, so that all else happens between them.
            $0.mergeTime = .zero
        }
    }

    private static func expectFound(
        _ test: TestStore,
        _ versions: [Int: Int],
        _ location: SourceLocation = #_sourceLocation
    ) async throws {
        for part in [3, 4, 5] {
            let expected = versions.filter { ($0.key + $0.value).isMultiple(of: part) }
            let ids = try await test.search("every\(part)") { $0.limit = 1000 }.ids
            #expect(Set(ids) == Set(expected.keys.map { "d\($0)" }), sourceLocation: location)
            #expect(ids.count == expected.count, sourceLocation: location)
        }
    }

    /// Numbers of one statement on the tenant's file.
    private static func count(_ test: TestStore, _ sql: String) async throws -> Int64 {
        try await test.store.readers.read(test.tenant, .interactive, nil) { reader in
            try reader.connection.first(sql, row: { $0.integer(0) }) ?? 0
        }
    }

    private static func expectSettled(_ test: TestStore) async throws {
        #expect(try await count(test, "SELECT count(*) FROM segments_1 WHERE state <> 0") == 0)
        #expect(
            try await count(test, "SELECT count(*) FROM segments_1")
                <= Int64(
                    MergePlan.segmentsMaximum
                )
        )
        #expect(
            try await count(
                test,
                """
                SELECT count(*) FROM (
                    SELECT segment FROM pages_1 UNION ALL SELECT id >> 32 FROM blocks_1
                    UNION ALL SELECT id >> 32 FROM chunks_1 WHERE id >> 32 > 0
                ) WHERE segment NOT IN (SELECT id FROM segments_1)
                """
            ) == 0
        )
        #expect(
            try await count(test, "SELECT count(*) FROM documents WHERE indexed_version <> 0")
                == count(test, "SELECT sum(documents - dead) FROM segments_1")
        )
        #expect(
            try await count(test, "SELECT sum(words) FROM documents WHERE indexed_version <> 0")
                == count(test, "SELECT sum(words - dead_words) FROM segments_1")
        )
    }

    @Test("documents that change and go while segments are merged are found as they are")
    func changes() async throws {
        let test = try await Self.store()
        var random = SeededGenerator(seed: 21)
        var versions: [Int: Int] = [:]
        for round in 0..<60 {
            let numbers = Set((0..<12).map { _ in Int.random(in: 0..<400, using: &random) })
            try await test.upload(numbers.sorted().map { Self.document($0, round) })
            for number in numbers { versions[number] = round }
            let gone = Set((0..<3).map { _ in Int.random(in: 0..<400, using: &random) })
                .filter { versions[$0] != nil }
            for number in gone.sorted() {
                try await test.delete("d\(number)")
                versions[number] = nil
            }
            for _ in 0..<Int.random(in: 2...8, using: &random) {
                _ = try await test.store.indexNext(test.tenant)
            }
        }
        try await test.index()
        try await Self.expectFound(test, versions)
        try await Self.expectSettled(test)
        #expect(test.store.counters.index.merges > 5)
        await test.store.close()
    }

    @Test("documents wait where merges cannot keep up, so that searches look at few segments")
    func bound() async throws {
        let test = try await Self.store()
        try await test.upload((0..<1200).map { Self.document($0, 0) })
        var most: Int64 = 0
        while try await test.store.indexNext(test.tenant).hasMore {
            let inUse = "SELECT count(*) FROM segments_1 WHERE state = 0"
            most = max(most, try await Self.count(test, inUse))
        }
        #expect(most > MergePlan.segmentsMaximum)
        #expect(most <= MergePlan.segmentsBound + 1)
        let versions = Dictionary(uniqueKeysWithValues: (0..<1200).map { ($0, 0) })
        try await Self.expectFound(test, versions)
        try await Self.expectSettled(test)
        await test.store.close()
    }

    @Test("a merge that ended with its process leaves nothing, and begins anew")
    func interrupted() async throws {
        var test = try await Self.store()
        let documents = (0..<200).map { Self.document($0, 0) }
        try await test.upload(documents)
        while try await Self.count(test, "SELECT count(*) FROM segments_1 WHERE state = 2") == 0 {
            _ = try await test.store.indexNext(test.tenant)
        }
        let configuration = test.store.shared.configuration
        await test.store.close()
        test = TestStore(
            folder: test.folder,
            store: try await EmbeddedStore.open(configuration),
            tenant: test.tenant,
            collection: test.collection
        )
        try await test.store.prepare(test.tenant, WorkLimit())
        try await test.index()
        let versions = Dictionary(uniqueKeysWithValues: (0..<200).map { ($0, 0) })
        try await Self.expectFound(test, versions)
        try await Self.expectSettled(test)
        await test.store.close()
    }

    @Test("what is dead is merged away, and a new version is shown only once it is indexed")
    func dead() async throws {
        let test = try await Self.store()
        try await test.upload((0..<200).map { Self.document($0, 0) })
        try await test.index()
        try await test.upload((0..<100).map { Self.document($0, 1) })
        let hit = try await test.search("version0 every3").hits.first
        #expect(hit?.document.title == "version0")
        #expect(try await Self.count(test, "SELECT count(*) FROM indexed_contents") == 100)
        try await test.index()
        #expect(try await test.search("version0").total.value == 100)
        #expect(try await test.search("version1").total.value == 100)
        #expect(try await Self.count(test, "SELECT count(*) FROM indexed_contents") == 0)
        #expect(
            try await Self.count(
                test,
                "SELECT count(*) FROM segments_1 WHERE dead > documents / 5"
            ) == 0
        )
        try await Self.expectSettled(test)
        await test.store.close()
    }

    @Test("neighbours of a size are merged when there are eight, and no more than fit")
    func plan() {
        func segments(_ sizes: [Int]) -> [Segment] {
            sizes.enumerated().map { place, size in
                let id = UInt32(place + 1)
                return Segment(id: id, first: id, last: id, documents: size, words: size)
            }
        }
        #expect(MergePlan(segments([])).next == nil)
        #expect(MergePlan(segments([Int](repeating: 100, count: 7))).next == nil)
        #expect(MergePlan(segments([Int](repeating: 100, count: 8))).next == 0..<8)
        #expect(MergePlan(segments([5000] + [Int](repeating: 1, count: 9))).next == 1..<9)
        // Smaller ones before and between them go with them.
        #expect(MergePlan(segments([9, 5000, 3] + [Int](repeating: 80, count: 8))).next == 2..<11)
        #expect(
            MergePlan(segments([100, 100, 3, 100, 100, 100, 100, 100, 100])).next == 0..<9
        )
        let uneven = (0..<33).map { $0.isMultiple(of: 5) ? 6000 : 9 - $0 / 5 }
        #expect(MergePlan(segments(uneven)).next == 22..<30)
        #expect(MergePlan(segments([Int](uneven.dropLast()))).next == nil)
        #expect(MergePlan(segments([Int](repeating: 1_500_000, count: 20))).next == nil)
        #expect(MergePlan(segments([Int](repeating: 900_000, count: 20))).next == nil)
        var dead = segments([100, 100])
        dead[1].dead = 21
        #expect(MergePlan(dead).next == 1..<2)
    }
}
