import DocketCore
import DocketPostgres
import DocketTelemetry
import DocketTestKit
import Testing

@testable import DocketElasticsearch
@testable import DocketService

/// Audits of real engines.
@Suite(
    "Auditing an index",
    .serialized,
    .needs(.postgres, .elasticsearch, .opensearch),
    .timeLimit(.minutes(5))
)
struct AuditTests {
    private static let engines = [Engine.Kind.elasticsearch, .opensearch]

    private static func auditor(_ test: ComposedStore, _ registry: MetricsRegistry) -> IndexAuditor
    {
        IndexAuditor(
            directory: test.store,
            store: test.store,
            verifier: test.verifier,
            documentsPerSecond: 10_000,
            registry: registry,
            logger: Logger(test.log)
        )
    }

    @Test("finds what is foreign, and says so until it is gone", arguments: engines)
    func foreign(_ kind: Engine.Kind) async throws {
        let test = try await ComposedStore(on: kind)
        try await test.upload((0..<300).map { Document(id: "\($0)", title: "tea") })
        try await test.index()
        let other = try await test.stranger("other")
        try await other.add(Document(id: "theirs", title: "tea"))
        let registry = MetricsRegistry()
        let auditor = Self.auditor(test, registry)
        for _ in 0..<10 { await auditor.turn() }
        #expect(auditor.foreignPlaces == 0)
        let text = registry.text()
        #expect(!text.contains("docket_audit_documents_total 0\n"))
        for kind in ["missing", "extra", "stale", "foreign"] {
            #expect(text.contains("docket_audit_differences_total{kind=\"\(kind)\"} 0\n"))
        }

        let (tenant, collection) = (test.tenant.number, test.collection.number)
        let path = "/\(test.names.pool)/_doc/\(other.tenant.number).1.150"
        try await test.server.request(
            "PUT",
            path + "?routing=\(tenant)&refresh=true",
            """
            {"tenant":"\(tenant)","collection":"\(tenant).\(collection)","number":150,\
            "everything_stems":"tea"}
            """
        )
        while auditor.foreignPlaces == 0 { await auditor.turn() }
        #expect(registry.text().contains("docket_audit_foreign_places_count 1\n"))
        #expect(
            test.log.messages.contains(
                "searches of a tenant reach a document that is not the tenant's"
            )
        )
        // Whatever is drawn, it stays while it is there.
        for _ in 0..<5 { await auditor.turn() }
        #expect(auditor.foreignPlaces > 0)
        try await test.server.request("DELETE", path + "?routing=\(tenant)&refresh=true")
        while auditor.foreignPlaces > 0 { await auditor.turn() }
        #expect(registry.text().contains("docket_audit_foreign_places_count 0\n"))
        try await test.close()
    }

    @Test("goes on while an engine is away, and when collections go", arguments: engines)
    func away(_ kind: Engine.Kind) async throws {
        let test = try await ComposedStore(on: kind)
        try await test.add(Document(id: "1", title: "tea"))
        let registry = MetricsRegistry()
        let auditor = Self.auditor(test, registry)
        #expect(
            try await test.store.deleteCollection(
                test.tenant,
                named: test.collection.name,
                work: WorkLimit()
            )
        )
        await auditor.turn()
        #expect(registry.text().contains("docket_audit_failures_total 0\n"))
        test.index.close()
        await auditor.turn()
        #expect(registry.text().contains("docket_audit_failures_total 1\n"))
        await test.store.close()
    }
}
