internal import DocketCore
internal import DocketTestKit

@testable internal import DocketPostgres

/// A database of its own with Docket's schema, users of both roles, and a store on it.
struct TestDatabase: Sendable {
    let server: PostgresServer
    let database: String
    let folder: TestFolder
    let store: PostgresStore
    let tenant: TenantID
    let collection: Collection

    /// A migrated database without a store.
    static func migrated(
        _ server: PostgresServer? = nil
    ) async throws -> (PostgresServer, String) {
        let server = if let server { server } else { try await shared() }
        let database = try await server.makeDatabase()
        let folder = try TestFolder()
        _ = try await Migration.run(try login(server, database, folder))
        try await server.run(
            """
            CREATE ROLE app_\(database) LOGIN PASSWORD 'app' IN ROLE docket_app;
            CREATE ROLE worker_\(database) LOGIN PASSWORD 'worker' IN ROLE docket_worker
            """
        )
        return (server, database)
    }

    /// The server of these tests: a prepared transaction is one that stays open by itself.
    static func shared() async throws -> PostgresServer {
        try await Engines.shared.postgres(
            settings: ["max_prepared_transactions=10", "max_connections=400"]
        )
    }

    /// A user's login; the superuser's without one.
    static func login(
        _ server: PostgresServer,
        _ database: String,
        _ folder: TestFolder,
        user: String? = nil
    ) throws -> Login {
        let name = user.map { "\($0)_\(database)" } ?? "postgres"
        let file = try folder.write((user ?? server.password) + "\n", to: "password-\(name)")
        let host = "\(server.engine.host):\(server.engine.port)"
        return try Login(url: "postgresql://\(name)@\(host)/\(database)", passwordFile: file)
    }

    static func make(
        on server: PostgresServer? = nil,
        _ change: (inout PostgresConfiguration) -> Void = { _ in }
    ) async throws -> TestDatabase {
        let (server, database) = try await migrated(server)
        return try await TestDatabase(server, database, change)
    }

    init(
        _ server: PostgresServer,
        _ database: String,
        _ change: (inout PostgresConfiguration) -> Void = { _ in }
    ) async throws {
        self.server = server
        self.database = database
        folder = try TestFolder()
        var configuration = PostgresConfiguration(
            login: try Self.login(server, database, folder, user: "app"),
            workerLogin: try Self.login(server, database, folder, user: "worker")
        )
        configuration.connections = 3
        configuration.workerConnections = 2
        configuration.softGenerationInterval = .zero
        change(&configuration)
        store = try PostgresStore(configuration)
        (tenant, collection) = try await ContractStart.make(store, store)
    }

    /// Closes the connections; the database goes with its server.
    func close() async { await store.close() }

    /// What psql says as the superuser.
    @discardableResult
    func sql(_ statements: String) async throws -> [String] {
        try await server.run(statements, in: database)
    }

    // MARK: Calls

    func bind(_ documents: [Document]) throws -> [BoundDocument] {
        let validator = DocumentValidator(schema: collection.schema, limits: Limits())
        return try documents.map { try validator.bind($0) }
    }

    @discardableResult
    func upload(
        _ documents: [Document],
        key: String? = nil,
        quota: Quota = Quota()
    ) async throws -> [WriteOutcome] {
        let batch = UploadBatch(
            collection: collection,
            documents: try bind(documents),
            quota: quota,
            idempotency: key.map { key in
                Idempotency(
                    key: Array(key.utf8),
                    method: 1,
                    bodyHash: Array(documents.map(\.title).joined().utf8)
                )
            }
        )
        switch try await store.upload(tenant, batch, work: .test) {
        case .outcomes(let outcomes), .replayed(let outcomes, _): return outcomes
        }
    }

    @discardableResult
    func delete(_ ids: [String]) async throws -> [WriteOutcome] {
        let batch = DeleteBatch(collection: collection, ids: ids, idempotency: nil)
        switch try await store.delete(tenant, batch, work: .test) {
        case .outcomes(let outcomes), .replayed(let outcomes, _): return outcomes
        }
    }

    func status(_ id: String) async throws -> DocumentStatus? {
        try await store.statuses(tenant, in: collection, ids: [id], work: .test)[0]
    }

    func lease(
        _ limit: Int = 100,
        bytes: Int = 1 << 20,
        for duration: Duration = .seconds(60)
    ) async throws -> [LeasedChange] {
        let request = LeaseRequest(
            limit: limit,
            limitBytes: bytes,
            duration: duration,
            place: IndexPlace(name: "index-1")
        )
        return try await store.lease(request, work: .test)
    }

    /// Leases and completes all there is; how many.
    @discardableResult
    func index() async throws -> Int {
        let leased = try await lease()
        try await store.complete(leased.map(\.lease), foundFor: .zero, work: .test)
        return leased.count
    }

    func check(
        _ hits: [HitReference],
        limitBytes: Int = 1 << 20
    ) async throws -> [CheckedHit?] {
        try await store.check(
            tenant,
            in: collection,
            hits,
            shows: .everything,
            limitBytes: limitBytes,
            work: .test
        )
    }

    func counts() async throws -> StateCounts {
        try await store.counts(tenant, in: collection, work: .test)
    }
}

extension WorkLimit {
    /// Enough for anything that a test waits for.
    static var test: WorkLimit { WorkLimit(within: .seconds(60)) }
}

extension LeasedChange {
    var hit: HitReference { HitReference(number: change.number, version: change.version) }
}

extension WriteOutcome {
    /// nil for one that was refused.
    var version: UInt64? {
        if case .accepted(let version, _) = self { version } else { nil }
    }
}

/// The error that `body` throws, nil when it throws none.
func failure<Value>(_ body: () async throws -> Value) async -> DocketError? {
    do {
        _ = try await body()
        return nil
    } catch {
        return error as? DocketError ?? DocketError(.unknown, "\(error)")
    }
}
