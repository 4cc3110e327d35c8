internal import DocketCore
internal import DocketTestKit
internal import Testing

@testable internal import DocketPostgres

/// How PostgreSQL finds rows, whatever its statistics say.
@Suite("Plans of PostgreSQL", .needs(.postgres), .timeLimit(.minutes(5)))
struct PlanTests {
    /// So many documents that the tree of `documents_by_id` is higher than those beside it.
    private static let count = 25_000

    private static func insertion(of test: TestDatabase, as tenant: UInt64) -> String {
        """
        INSERT INTO docket.documents(tenant_id, number, collection, id, version, state, bytes,
            created_us, updated_us)
        SELECT \(tenant), nextval('docket.number_sequence'), \(test.collection.number),
            'the-id-of-a-document-' || n, n, 1, 100, 0, 0
        FROM generate_series(1, \(count)) n
        """
    }

    /// The plan by which documents are found before they are written.
    private static func lookup(_ test: TestDatabase) async throws -> String {
        let batch = DeleteBatch(collection: test.collection, ids: ["a"], idempotency: nil)
        return try await test.store.run(test.tenant, .test) { session in
            let locking = GroupWriter.locking([WriteCall(.delete(batch))], session)
            let explained = SQLStatement("EXPLAIN " + locking.text, values: locking.values)
            let lines = try session.session.run(explained)[0].all { row throws(DocketError) in
                try row.text(0)
            }
            return lines.joined(separator: "\n")
        }
    }

    @Test("a document that is leased and completed stays in its page and out of all indices")
    func inPlace() async throws {
        let test = try await TestDatabase.make()
        // So few that the page has room, whatever is not cleared away yet.
        let count = 5
        try await test.upload((0..<count).map { Document(id: "d\($0)", title: "a title") })
        let request = LeaseRequest(
            limit: count,
            limitBytes: 1 << 20,
            duration: .seconds(60),
            place: IndexPlace(name: "index-1")
        )
        let (leases, leased) = try await Self.updates(test) { session in
            let taker = LeaseTaker(session: session, request: request, series: nil, after: 0)
            return try taker.take().changes.map(\.lease)
        }
        let (_, completed) = try await Self.updates(test) { session in
            let end = LeaseEnd(
                session: session,
                leases: leases,
                softGenerationInterval: .zero
            )
            return try end.complete(foundFor: .zero)
        }
        #expect(leased == [count, count])
        #expect(completed == [count, count])
        #expect(try await test.counts().indexed == count)
        await test.close()
    }

    /// What `body` gives, and how many documents it updated, and how many of those in place.
    private static func updates<Value: Sendable>(
        _ test: TestDatabase,
        _ body: @escaping @Sendable (PostgresSession) throws -> Value
    ) async throws -> (Value, [Int]) {
        let table = "'docket.documents'::regclass"
        let counts = SQLStatement(
            """
            SELECT pg_stat_get_xact_tuples_updated(\(table)),
                pg_stat_get_xact_tuples_hot_updated(\(table))
            """
        )
        return try await test.store.workers.run(.test) { session in
            try session.transaction {
                // The connection counts on until it reports, now and then.
                let before = try session.run(counts)[0].all { [$0.number(0), $0.number(1)] }[0]
                let value = try body(session)
                let after = try session.run(counts)[0].all { [$0.number(0), $0.number(1)] }[0]
                return (value, zip(after, before).map { $0 - $1 })
            }
        }
    }

    @Test("a document is found by its id before there are statistics")
    func unknown() async throws {
        let test = try await TestDatabase.make()
        try await test.sql(Self.insertion(of: test, as: test.tenant.number))
        #expect(try await Self.lookup(test).contains("Index Scan using documents_by_id"))
        await test.close()
    }

    @Test("a document of a tenant that statistics do not know is found by its id")
    func newcomer() async throws {
        let test = try await TestDatabase.make()
        let other = test.tenant.number + 1_000_000
        try await test.sql(Self.insertion(of: test, as: other))
        try await test.sql("ANALYZE docket.documents")
        try await test.sql(Self.insertion(of: test, as: test.tenant.number))
        #expect(try await Self.lookup(test).contains("Index Scan using documents_by_id"))
        await test.close()
    }
}
