import DocketCache
import DocketCore
import DocketSQLite
import Synchronization
import Testing

@testable import DocketService

/// The store's generations, with something that happens before or after they are read.
private final class InterruptedGenerations: GenerationSource {
    private let inner = Mutex<(any GenerationSource)?>(nil)
    private let before = Mutex<(@Sendable () async -> Void)?>(nil)
    private let after = Mutex<(@Sendable () async -> Void)?>(nil)

    func attach(_ source: any GenerationSource) { inner.withLock { $0 = source } }

    /// Runs once, around the next reading.
    func interrupt(isBefore: Bool, _ body: @escaping @Sendable () async -> Void) {
        if isBefore { before.withLock { $0 = body } } else { after.withLock { $0 = body } }
    }

    func generations(
        _ tenant: TenantID,
        of collection: Collection,
        work: WorkLimit
    ) async throws(DocketError) -> Generations {
        await before.withLock { $0.take() }?()
        guard let source = inner.withLock({ $0 }) else { throw DocketError(.unavailable, "") }
        let now = try await source.generations(tenant, of: collection, work: work)
        await after.withLock { $0.take() }?()
        return now
    }
}

@Suite("Collections in use", .timeLimit(.minutes(5)))
struct CollectionRegistryTests {
    private func run(
        _ body: (TestService, TenantID, InterruptedGenerations) async throws -> Void
    ) async throws {
        let source = InterruptedGenerations()
        var options = TestService.Options()
        options.backends = { backends in
            source.attach(backends.generations)
            backends.generations = source
        }
        try await TestService.run(options) { test in
            let tenant = try await test.tenant("acme")
            try await create(test, tenant)
            try await body(test, tenant, source)
        }
    }

    private func create(_ test: TestService, _ tenant: TenantID) async throws {
        _ = try await test.store.createCollection(
            tenant,
            named: "papers",
            schema: try CollectionSchema([]),
            quota: Quota(),
            work: WorkLimit()
        )
    }

    @Test("all who open a collection share its live state")
    func shared() async throws {
        try await run { test, tenant, _ in
            let first = try await test.collections.open(tenant, "papers", work: WorkLimit())
            let second = try await test.collections.open(tenant, "papers", work: WorkLimit())
            #expect(first.state === second.state)
            #expect(first.isCurrent)
        }
    }

    @Test(
        "a schema that changes while the collection is opened is not missed",
        arguments: [true, false]
    )
    func schemaMeanwhile(_ isBefore: Bool) async throws {
        try await run { test, tenant, source in
            source.interrupt(isBefore: isBefore) {
                _ = try? await test.store.addAttributes(
                    tenant,
                    to: "papers",
                    [AttributeDefinition("new", .keyword)],
                    work: WorkLimit()
                )
            }
            _ = try await test.collections.open(tenant, "papers", work: WorkLimit())
            let open = try await test.collections.open(tenant, "papers", work: WorkLimit())
            #expect(open.collection.schema.slot(of: "new") == 0)
            #expect(open.isCurrent)
        }
    }

    @Test(
        "a collection deleted while it is opened does not stand before a new one of its name",
        arguments: [true, false]
    )
    func deletedMeanwhile(_ isBefore: Bool) async throws {
        try await run { test, tenant, source in
            source.interrupt(isBefore: isBefore) {
                _ = try? await test.store.deleteCollection(
                    tenant,
                    named: "papers",
                    work: WorkLimit()
                )
            }
            let error = await failure {
                _ = try await test.collections.open(tenant, "papers", work: WorkLimit())
            }
            // Deleted after the last reading: whoever uses it hears that it is gone.
            #expect(error?.code == (isBefore ? .notFound : nil))
            try await create(test, tenant)
            let open = try await test.collections.open(tenant, "papers", work: WorkLimit())
            #expect(open.isCurrent)
            let number = try await test.store.collection(tenant, named: "papers", work: WorkLimit())
                .number
            #expect(open.collection.number == number)
        }
    }

    @Test("states that leave are retired, so that nothing cached at them is given again")
    func retired() async throws {
        try await run { test, tenant, _ in
            let registry = CollectionRegistry(
                store: test.store,
                generations: test.store,
                statesMaximum: 1,
                onFilled: { _ in },
                onDeleted: { _ in }
            )
            let first = try await registry.open(tenant, "papers", work: WorkLimit())
            _ = try await test.store.createCollection(
                tenant,
                named: "notes",
                schema: try CollectionSchema([]),
                quota: Quota(),
                work: WorkLimit()
            )
            let second = try await registry.open(tenant, "notes", work: WorkLimit())
            #expect(first.state.isRetired && !first.isCurrent)
            #expect(second.isCurrent)
            registry.tenantDeleted(tenant)
            #expect(second.state.isRetired)
        }
    }

    @Test("generations only rise, whatever order the news come in")
    func rising() async throws {
        try await run { test, tenant, _ in
            let open = try await test.collections.open(tenant, "papers", work: WorkLimit())
            let number = open.collection.number
            let before = open.state.mark()
            let newest = Generations(
                hard: before.hard + 9,
                soft: before.soft + 8,
                schemaEpoch: before.schemaEpoch + 7
            )
            let older = Generations(hard: 3, soft: 3, schemaEpoch: 3)
            for news in [newest, older] {
                test.collections.generationsChanged(tenant, number, news)
            }
            let mark = open.state.mark()
            #expect(mark.hard == newest.hard)
            #expect(mark.soft == newest.soft)
            #expect(mark.schemaEpoch == newest.schemaEpoch)
        }
    }

    @Test(
        "names that no collection can have are refused as wrong",
        arguments: [
            "", "*", "_all", "Papers", "pa pers", "a,b", "a/b", "-x",
            String(repeating: "a", count: 65),
        ]
    )
    func names(_ name: String) async throws {
        try await run { test, tenant, _ in
            let error = await failure {
                _ = try await test.collections.open(tenant, name, work: WorkLimit())
            }
            #expect(error?.code == .invalidArgument)
            #expect(error?.details.first?.field == "collection")
        }
    }
}
