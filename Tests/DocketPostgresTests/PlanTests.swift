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
