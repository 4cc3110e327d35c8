internal import DocketClient
internal import DocketTestKit
internal import Foundation
internal import Testing

/// Processes of docketd on engines that a test may hurt, and that may be killed, under load.
struct Rehearsal: Sendable {
    let postgres: PostgresServer
    let elasticsearch: SearchServer
    let redis: RedisServer
    /// nil where PostgreSQL is reached without.
    let pgbouncer: PostgresServer?
    /// nil where processes look for documents by themselves.
    let rabbitmq: RabbitMQServer?
    /// By their roles.
    let servers: [RehearsedServer]
    private let ways: [Engine.Kind: [FaultProxy]]
    private let database: DocketDatabase
    private let folder: TestFolder

    /// Engines are those of `engines`, which are started if they are not; the rest is new.
    ///
    /// - Parameters:
    ///   - engines: Nobody else's.
    ///   - roles: Of each process; the first one answers calls.
    ///   - isHinted: Whether they tell each other of documents.
    ///   - isCached: Whether they share replies.
    ///   - isPooled: Whether PgBouncer is in front of PostgreSQL.
    ///   - disk: The size of a disk that Elasticsearch has for itself; nil for none.
    ///   - kinds: Engines that are reached through a proxy, or through several where they are named
    ///     as often.
    ///   - settings: Of all processes, beside those of the engines.
    /// - Throws: What keeps engines or processes from starting.
    init(
        on engines: Engines,
        roles: [String] = ["api,indexer"],
        isHinted: Bool = false,
        isCached: Bool = true,
        isPooled: Bool = false,
        disk: String? = nil,
        through kinds: [Engine.Kind] = [],
        settings: [String: String] = [:]
    ) async throws {
        async let starting = engines.elasticsearch(
            settings: ["action.auto_create_index=false"],
            disk: disk
        )
        async let caching = engines.redis()
        // What a crash may lose otherwise would be no fault of Docket.
        postgres = try await engines.postgres(settings: isPooled ? [] : ["fsync=on"])
        (elasticsearch, redis) = try await (starting, caching)
        pgbouncer = isPooled ? try await engines.pgbouncer(poolSize: 2) : nil
        rabbitmq = isHinted ? try await engines.rabbitmq() : nil
        folder = try TestFolder()
        database = try await DocketDatabase.make(on: postgres, behind: pgbouncer, in: folder)
        let cache = [
            "DOCKET_REDIS": "redis://\(redis.engine.host):\(redis.engine.port)",
            "DOCKET_REDIS_PASSWORD_FILE": try folder.write(redis.password, to: "redis-password"),
        ]
        let hints = try rabbitmq?.settings(folder) ?? [:]
        let ports = [
            Engine.Kind.postgres: postgres.engine.port, .redis: redis.engine.port,
            .elasticsearch: elasticsearch.engine.port, .rabbitmq: rabbitmq?.engine.port ?? 0,
        ]
        ways = try Dictionary(grouping: kinds, by: \.self)
            .mapValues { try $0.map { try FaultProxy(of: ports[$0] ?? 0) } }
        let urls = ways[.elasticsearch]?.map { "http://127.0.0.1:\($0.port)" }
        let own = [
            "DOCKET_ELASTICSEARCH": urls?.joined(separator: ",") ?? elasticsearch.url,
            "DOCKET_ELASTICSEARCH_PREFIX": "faults-" + UUID().uuidString.lowercased(),
            "DOCKET_ELASTICSEARCH_REPLICAS": "0",
        ]
        var all = database.settings.merging(hints) { $1 }.merging(isCached ? cache : [:]) { $1 }
        for (kind, proxies) in ways {
            let port = ":\(ports[kind] ?? 0)"
            all = all.mapValues { $0.replacing(port, with: ":\(proxies[0].port)") }
        }
        all = all.merging(own) { $1 }.merging(settings) { $1 }
        var servers: [RehearsedServer] = []
        for role in roles { servers.append(try await RehearsedServer(role, all)) }
        self.servers = servers
    }

    /// The ways to an engine that is reached through proxies.
    func ways(_ kind: Engine.Kind) -> [FaultProxy] { ways[kind] ?? [] }

    /// Somebody else's transaction, which is not begun yet.
    func transaction(_ statements: String) throws -> HeldTransaction {
        try HeldTransaction(postgres.url(database: database.name), statements)
    }

    private var addresses: [String] { servers.map(\.server.address).filter { !$0.isEmpty } }

    /// Runs `body` with a client of all that answer calls.
    func client<Value>(
        _ key: String,
        _ configuration: ClientConfiguration = ClientConfiguration(),
        _ body: (DocketClient) async throws -> Value
    ) async throws -> Value {
        try await withDocketClient(
            addresses: addresses,
            key: key,
            configuration: configuration,
            body
        )
    }

    /// Load, fault in, fault out; then what was acknowledged must be there, once.
    ///
    /// - Parameters:
    ///   - fault: Its name, for the report.
    ///   - begin: Makes it; returns once it is there.
    ///   - isFelt: What calls must have been told before it ends.
    ///   - end: Ends it; returns once it is gone.
    /// - Returns: What calls were told.
    /// - Throws: What the fault, or the server behind it, throws.
    func run(
        _ fault: String,
        begin: () async throws -> Void,
        isFelt: @escaping @Sendable (FaultHistory.State) -> Bool = { _ in true },
        end: () async throws -> Void
    ) async throws -> FaultHistory.State {
        let key = try await servers[0].server.makeTenant("acme")
        return try await client(key, FaultLoad.client) { client in
            _ = try await client.createCollection(FaultLoad.collection)
            let load = FaultLoad()
            let (history, calls) = (load.history, load.calls)
            try await load.run(client) {
                try await history.until { state in
                    state.begun >= calls && state.hits > 0 && state.deleted.count > 5
                        && state.known.count == FaultLoad.repeated
                }
                try await begin()
                history.enter(.during)
                try await history.until { $0.begun >= calls && isFelt($0) }
                try await end()
                history.enter(.after)
                try await history.until { state in
                    state.begun >= calls && state.count(.new, .after) { $0 == .answered } >= 10
                        && state.count(.upload, .after) { $0 == .answered } >= 10
                }
            }
            // One that tries again what the server asks for.
            try await self.client(key) { try await expectKept(history.now, fault, $0) }
            for one in servers { try await #expect(one.server.stop().status == 0) }
            return history.now
        }
    }

    private func expectKept(
        _ history: FaultHistory.State,
        _ fault: String,
        _ client: DocketClient
    ) async throws {
        try await client.waitUntilIndexed(FaultLoad.collection)
        let request = StreamRequest(collection: FaultLoad.collection, query: "paper")
        var ids: [String] = []
        for try await found in client.stream(request).documents { ids.append(found.document.id) }
        let found = Set(ids)
        if FaultLoad.seconds != nil {
            let standing = history.standing.intersection(found).count
            print(FaultReport(fault: fault, history: history, found: standing))
        }
        #expect(found.count == ids.count)
        #expect(history.standing.count > 50)
        #expect(history.standing.subtracting(found) == [])
        #expect(found.intersection(history.deleted.keys) == [])
        #expect(history.wronglyFound == [])
        let search = SearchRequest(collection: FaultLoad.collection, query: "paper")
        let total = try await client.search(search).reply.total
        #expect(total == .init(value: found.count))
    }
}
