internal import DocketCore
internal import DocketTestKit
internal import Testing

@testable internal import DocketPostgres

@Suite("Groups of writes in PostgreSQL", .needs(.postgres), .timeLimit(.minutes(5)))
struct GroupTests {
    @Test("uploads that arrive together share transactions")
    func sharing() async throws {
        let test = try await TestDatabase.make()
        let count = 100
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<count {
                group.addTask { try await test.upload([Document(id: "d\(number)")]) }
            }
            try await group.waitForAll()
        }
        let transactions = try await test.sql(
            "SELECT count(DISTINCT xmin::text) FROM docket.documents"
        )
        #expect(try await test.counts().indexing == count)
        #expect(try #require(Int(transactions[0])) < count / 4)
        await test.close()
    }

    @Test("one document written by many calls at once has their versions in order")
    func oneDocument() async throws {
        let test = try await TestDatabase.make()
        let versions = try await withThrowingTaskGroup(of: UInt64?.self) { group in
            for number in 0..<40 {
                group.addTask {
                    try await test.upload([Document(id: "a", title: "\(number)")])[0].version
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        let highest = versions.compactMap(\.self).max()
        #expect(Set(versions).count == 40)
        #expect(try await test.status("a")?.version == highest)
        #expect(try await test.sql("SELECT count(*) FROM docket.versions") == ["1"])
        #expect(try await test.sql("SELECT count(*) FROM docket.outbox") == ["1"])
        await test.close()
    }

    @Test("a key is done once, also when it comes twice in one group")
    func idempotency() async throws {
        let test = try await TestDatabase.make()
        let document = Document(id: "a", title: "same")
        let outcomes = try await withThrowingTaskGroup(of: [WriteOutcome].self) { group in
            for _ in 0..<20 {
                group.addTask { try await test.upload([document], key: "key") }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(outcomes.count == 1)
        #expect(try await test.upload([document], key: "key") == outcomes.first)
        let other = DocketError(
            .alreadyExists,
            "the idempotency key was used for another request"
        )
        await #expect(throws: other) {
            try await test.upload([Document(id: "a", title: "other")], key: "key")
        }
        await test.close()
    }

    @Test("a call that cannot be written fails alone")
    func bisection() async throws {
        let test = try await TestDatabase.make()
        try await test.sql(
            "ALTER TABLE docket.versions ADD CONSTRAINT odd CHECK (title <> 'odd')"
        )
        let failed = try await withThrowingTaskGroup(of: Int?.self) { group in
            for number in 0..<30 {
                group.addTask {
                    let title = number == 17 ? "odd" : "even"
                    do {
                        try await test.upload([Document(id: "d\(number)", title: title)])
                        return nil
                    } catch {
                        return number
                    }
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(failed.compactMap(\.self) == [17])
        #expect(try await test.counts().indexing == 29)
        await test.close()
    }

    @Test("servers that write the same documents in opposite order do not stop each other")
    func order() async throws {
        let test = try await TestDatabase.make()
        let configuration = test.store.configuration
        let other = try PostgresStore(configuration)
        let documents = try test.bind((0..<50).map { Document(id: "d\($0)") })
        func batch(_ documents: [BoundDocument]) -> UploadBatch {
            UploadBatch(
                collection: test.collection,
                documents: documents,
                quota: Quota(),
                idempotency: nil
            )
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for round in 0..<40 {
                group.addTask {
                    let isForward = round.isMultiple(of: 2)
                    let store = isForward ? test.store : other
                    let batch = batch(isForward ? documents : documents.reversed())
                    _ = try await store.upload(test.tenant, batch, work: .test)
                }
                group.addTask { try await test.index() }
            }
            try await group.waitForAll()
        }
        let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        await other.close()
        await test.close()
        #expect(try await test.sql(deadlocks) == ["0"])
        #expect(
            try await test.sql("SELECT indexing + indexed FROM docket.collection_state") == ["50"]
        )
    }
}
