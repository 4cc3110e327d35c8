import DocketCore
import DocketRuntime
import DocketTestKit
import Testing

@testable import DocketSQLite

/// What is kept of the past has a bound, and counts for its tenant.
@Suite("Kept bytes", .timeLimit(.minutes(1)))
struct KeptBytesTests {
    private static func kept(_ test: TestStore) async throws -> KeptBytes {
        try await test.store.writers.change(test.tenant, WorkLimit()) { $0.state.kept }
    }

    /// What the rows themselves say.
    private static func counted(_ test: TestStore) async throws -> KeptBytes {
        try await test.store.writers.change(test.tenant, WorkLimit()) { writer in
            var kept = KeptBytes()
            for (sql, place) in [
                (
                    "SELECT sum(100 + length(key) + length(reply)) FROM idempotency",
                    \KeptBytes.outcomes
                ),
                (
                    "SELECT sum(100 + length(CAST(id AS BLOB))) FROM documents WHERE state > 3",
                    \KeptBytes.deletions
                ),
            ] {
                kept[keyPath: place] =
                    try writer.connection.first(sql, row: { Int($0.integer(0)) }) ?? 0
            }
            return kept
        }
    }

    private static func key(_ number: UInt8, note: [UInt8] = []) -> Idempotency {
        Idempotency(key: [number], method: 1, bodyHash: [number], note: note)
    }

    @Test("outcomes come back as they were, whatever follows what", arguments: 0..<50)
    func outcomes(_ seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let errors = [
            DocketError(.notFound, "there is no such document"),
            DocketError(.resourceExhausted, "the tenant's quota is 7 bytes"),
        ]
        var version = UInt64.random(in: 0..<(1 << 62), using: &random)
        let outcomes = (0..<Int.random(in: 0...200, using: &random)).map { _ in
            version += UInt64.random(in: 1...2, using: &random)
            return Int.random(in: 0..<4, using: &random) == 0
                ? WriteOutcome.rejected(errors.randomElement(using: &random)!)
                : .accepted(
                    version: version,
                    state: Bool.random(using: &random) ? .indexing : .deleted
                )
        }
        let note = (0..<Int.random(in: 0...9, using: &random)).map { UInt8($0) }
        let bytes = OutcomeCodec.encode(outcomes, note: note)
        let decoded = try OutcomeCodec.decode(bytes)
        #expect(decoded.outcomes == outcomes && decoded.note == note, "seed \(seed)")
        for _ in 0..<20 {
            var damaged = Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random)))
            if !damaged.isEmpty {
                let place = damaged.indices.randomElement(using: &random)!
                damaged[place] = .random(in: 0...255, using: &random)
            }
            _ = try? OutcomeCodec.decode(damaged)
        }
    }

    @Test("of a batch of a thousand documents a key keeps a few bytes")
    func small() async throws {
        let test = try await TestStore.make()
        let documents = (0..<1000).map { Document(id: "d\($0)") }
        try await test.upload(documents, idempotency: Self.key(1))
        let kept = try await Self.kept(test).outcomes
        #expect(kept < 150)
        #expect(try await Self.counted(test).outcomes == kept)
        await test.store.close()
    }

    @Test("keys over the limit are refused by its name, calls without one are not; it passes")
    func limit() async throws {
        let test = try await TestStore.make {
            $0.idempotencyBytes = 500
            $0.idempotencyLifetime = .zero
        }
        try await test.upload(
            [Document(id: "a")],
            idempotency: Self.key(1, note: Array(repeating: 7, count: 600))
        )
        #expect(try await Self.kept(test).outcomes > 500)
        // What has expired makes room for the next.
        try await test.upload([Document(id: "b")], idempotency: Self.key(2))
        #expect(try await Self.kept(test).outcomes < 500)
        await test.store.close()

        let full = try await TestStore.make { $0.idempotencyBytes = 500 }
        try await full.upload(
            [Document(id: "a")],
            idempotency: Self.key(1, note: Array(repeating: 7, count: 600))
        )
        let error = await #expect(throws: DocketError.self) {
            try await full.upload([Document(id: "b")], idempotency: Self.key(2))
        }
        #expect(error?.code == .resourceExhausted)
        #expect(error?.message.contains("the limit is 500") == true, "\(String(describing: error))")
        #expect(error?.retryAfter != nil)
        #expect(try await full.status("b") == nil)
        try await full.upload([Document(id: "b")])
        await full.store.close()
    }

    @Test("keys and deleted documents count against the quota of bytes")
    func quota() async throws {
        let test = try await TestStore.make()
        let quota = Quota(bytes: 1000)
        try await test.upload([Document(id: "a", body: "x")], quota: quota)
        let note = [UInt8](repeating: 7, count: 900)
        try await test.upload(
            [Document(id: "b")],
            quota: quota,
            idempotency: Self.key(1, note: note)
        )
        let outcomes = try await test.upload([Document(id: "c", body: "x")], quota: quota)
        #expect(outcomes.map(\.code) == [.resourceExhausted])
        await test.store.close()

        let churned = try await TestStore.make()
        for number in 0..<12 {
            let outcomes = try await churned.upload(
                [Document(id: "d\(number)", body: "x")],
                quota: quota
            )
            guard outcomes.first?.version != nil else {
                #expect(number == 10)
                break
            }
            try await churned.delete("d\(number)")
        }
        #expect(try await Self.kept(churned).deletions == 10 * 102)
        #expect(try await Self.counted(churned) == Self.kept(churned))
        // One that comes back is no longer kept as deleted.
        try await churned.upload([Document(id: "d3")])
        try await churned.index()
        #expect(try await Self.counted(churned) == Self.kept(churned))
        await churned.store.close()
    }

    @Test("deleted documents are forgotten after their time, and versions go on")
    func forgotten() async throws {
        let test = try await TestStore.make { $0.deletionLifetime = .zero }
        try await test.add(Document(id: "a"), Document(id: "b"))
        let version = try #require(try await test.delete("a")[0].version)
        try await test.index()
        #expect(try await test.status("a") == nil)
        #expect(try await Self.kept(test) == KeptBytes())
        #expect(try #require(try await test.upload([Document(id: "a")])[0].version) > version)
        try await test.index()
        #expect(try await test.counts().indexed == 2)
        await test.store.close()

        let bounded = try await TestStore.make { $0.deletionBytes = 102 }
        try await bounded.add(Document(id: "d1"), Document(id: "d2"))
        try await bounded.delete("d1")
        try await bounded.index()
        #expect(try await bounded.state("d1") == .deleted)
        try await bounded.delete("d2")
        try await bounded.index()
        #expect(try await Self.kept(bounded).deletions <= 102)
        await bounded.store.close()
    }

    @Test("what is kept of a collection goes with it")
    func collection() async throws {
        let test = try await TestStore.make()
        try await test.upload([Document(id: "a"), Document(id: "b")], idempotency: Self.key(1))
        try await test.delete("a")
        #expect(try await Self.kept(test) != KeptBytes())
        _ = try await test.store.deleteCollection(test.tenant, named: "papers", work: WorkLimit())
        try await test.index()
        #expect(try await Self.kept(test) == KeptBytes())
        await test.store.close()
    }
}
