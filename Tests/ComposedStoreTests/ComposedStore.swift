import DocketCore
import DocketPostgres
import DocketService
import DocketSystem
import DocketTelemetry
import DocketTestKit
import Foundation

@testable import DocketElasticsearch

/// The store of a server on engines, in a database and an index of its own.
///
/// It is put together as `EngineAssembly` does; nothing is indexed by itself.
struct ComposedStore: SearchedStoreUnderTest {
    let database: DocketDatabase
    let server: SearchServer
    let names: IndexNames
    let store: PostgresStore
    let index: ElasticsearchIndex
    let search: CheckedSearch
    let deletion: any FilteredDeletion
    let log = LogLines()
    private let collections: CollectionRegistry
    private let watch: ChangeWatch
    private let registry = MetricsRegistry()
    var tenant: TenantID
    var collection: Collection

    var directory: any TenantDirectory { store }
    var truth: any DocumentStore { store }
    var generationSource: any GenerationSource { store }
    var engine: any DocumentSearch { search }
    var lacks: Set<MissingPromise> {
        [
            .deletesUnindexedMatches, .knowsDeletedCollections, .sortsOutermostTimes,
            .correctsWords, .completes, .weighsNames,
        ]
    }

    /// Waits for nothing that servers gather, and looks again at once.
    private static let limits = {
        var limits = BulkLimits()
        limits.refreshShortest = .zero
        limits.refreshLongest = .milliseconds(10)
        limits.gathering = .zero
        limits.poll = .milliseconds(20)
        limits.leaseSpacing = .zero
        limits.attemptDelay = .zero
        return limits
    }()

    static func server(_ kind: Engine.Kind) async throws -> SearchServer {
        let settings = ["action.auto_create_index=false"]
        return kind == .opensearch
            ? try await Engines.shared.opensearch(settings: settings)
            : try await Engines.shared.elasticsearch(settings: settings)
    }

    /// On an engine that tests share, reached at `url` where that is not its own.
    init(on kind: Engine.Kind, at url: String? = nil) async throws {
        let server = try await Self.server(kind)
        var elasticsearch = ElasticsearchConfiguration(urls: [url ?? server.url])
        elasticsearch.prefix = "composed-" + UUID().uuidString.lowercased()
        elasticsearch.replicas = 0
        elasticsearch.repository = try SnapshotRepository(
            "file://\(server.engine.directory)/snapshots/\(elasticsearch.prefix)",
            prefix: elasticsearch.prefix
        )
        let database = try await DocketDatabase.make(on: Engines.shared.postgres())
        try await self.init(database, server, elasticsearch)
        (tenant, collection) = try await ContractStart.make(store, store)
        try await watch.start()
    }

    /// The store of a server of the next version, on the same engines.
    init(succeeding old: ComposedStore) async throws {
        var elasticsearch = ElasticsearchConfiguration(urls: [old.server.url])
        elasticsearch.prefix = old.names.series.prefix
        elasticsearch.layout = old.names.series.layout + 1
        elasticsearch.replicas = 0
        try await self.init(old.database, old.server, elasticsearch)
        (tenant, collection) = (old.tenant, old.collection)
        try await watch.start()
    }

    private init(
        _ database: DocketDatabase,
        _ server: SearchServer,
        _ elasticsearch: ElasticsearchConfiguration
    ) async throws {
        self.database = database
        self.server = server
        names = IndexNames(elasticsearch.series)
        var postgres = PostgresConfiguration(
            login: try Self.login(database, .app),
            workerLogin: try Self.login(database, .worker)
        )
        postgres.connections = 3
        postgres.workerConnections = 2
        postgres.softGenerationInterval = .zero
        postgres.series = elasticsearch.series
        store = try PostgresStore(postgres)
        try await store.claimSeries(work: WorkLimit(within: .seconds(60)))
        let logger = Logger(log)
        index = try ElasticsearchIndex(elasticsearch, log: logger)
        let removals = KnownRemovals()
        search = try CheckedSearch(
            index: index,
            truth: store,
            removals: removals,
            threads: 2,
            registry: registry,
            logger: logger
        )
        deletion = CheckedDeletion(
            index: index,
            truth: store,
            removals: removals,
            registry: registry,
            logger: logger
        )
        collections = CollectionRegistry(
            store: store,
            generations: store,
            removals: removals,
            onFilled: { _ in },
            onDeleted: { _ in }
        )
        store.observe(collections)
        watch = ChangeWatch(
            store,
            collections: collections,
            removals: removals,
            authenticator: Authenticator(directory: store),
            limit: .seconds(60),
            registry: registry,
            logger: logger
        )
        tenant = TenantID(0)
        collection = Collection(
            number: 0,
            name: "",
            schema: try CollectionSchema([]),
            schemaEpoch: 0,
            createdMicroseconds: 0
        )
    }

    private static func login(
        _ database: DocketDatabase,
        _ user: DocketDatabase.User
    ) throws -> Login {
        try Login(url: database.url(of: user), passwordFile: database.passwordFile(of: user))
    }

    /// A new one, which does not run.
    var indexer: OutboxIndexer { indexer(of: index) }

    func indexer(of index: any SearchIndex) -> OutboxIndexer {
        OutboxIndexer(
            store,
            index,
            limits: Self.limits,
            counters: IndexingCounters(),
            metrics: OutboxMetrics(MetricsRegistry()),
            logger: Logger(log)
        )
    }

    var verifier: IndexVerifier { IndexVerifier(store, index, logger: Logger(log)) }

    /// Runs what servers run beside `body`, which is told where it can begin a rebuild.
    func serving(
        rollover: RolloverLimits = RolloverLimits(),
        _ body: (CollectionRebuilder) async throws -> Void
    ) async throws {
        var limits = RebuildLimits()
        limits.claim = .seconds(1)
        limits.poll = .milliseconds(20)
        limits.pause = .milliseconds(20)
        limits.grace = .milliseconds(500)
        limits.sweep = .milliseconds(100)
        var moves = MoveLimits()
        moves.poll = .milliseconds(200)
        moves.pause = .milliseconds(20)
        moves.kept = .zero
        let mover = CollectionMover(
            store,
            index,
            limits: moves,
            registry: MetricsRegistry(),
            logger: Logger(log)
        )
        let keeper = PoolKeeper(
            store,
            index,
            limits: rollover,
            registry: MetricsRegistry(),
            logger: Logger(log)
        )
        let indexer = indexer
        let rebuilder = CollectionRebuilder(
            store,
            index,
            limits: limits,
            registry: MetricsRegistry(),
            logger: Logger(log)
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await indexer.run() }
            group.addTask { try? await rebuilder.run() }
            group.addTask { try? await mover.run() }
            group.addTask { try? await keeper.run() }
            group.addTask {
                while !Task.isCancelled {
                    _ = try await store.maintain(work: WorkLimit(within: .seconds(60)))
                    try? await Task.sleep(for: .milliseconds(20))
                }
            }
            try await indexer.start()
            try await body(rebuilder)
            await indexer.stop(by: .now() + .seconds(30))
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    /// What other servers, and this one, have removed is known as of now.
    func hearChanges() async throws { try await watch.start() }

    func index() async throws {
        let indexer = indexer
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await indexer.run() }
            try await indexer.start()
            while try await hasWork() { try await Task.sleep(for: .milliseconds(2)) }
            await indexer.stop(by: .now() + .seconds(30))
            try await group.waitForAll()
        }
        try await hearChanges()
    }

    func hasWork() async throws -> Bool {
        let work = WorkLimit(within: .seconds(60))
        if try await store.maintain(work: work) { return true }
        return try await !store.backlog(work: work).isEmpty
    }

    /// The value of a counter without labels.
    func count(of metric: String) -> String? {
        registry.text().split(separator: "\n").first { $0.hasPrefix(metric + " ") }
            .map { String($0.dropFirst(metric.count + 1)) }
    }

    /// Ends it, with its database and its indices.
    func close() async throws {
        try await removeIndices()
        try await leave()
        try await database.drop()
    }

    /// Ends it for another one that goes on with its database and its indices.
    func leave() async throws {
        await search.stop(by: .now())
        index.close()
        await store.close()
    }

    /// Removes all that the engine has of it, as a loss of its data does.
    func removeIndices() async throws {
        let reply = try await server.request("GET", "/\(names.everyPattern)/_alias")
        let json = try JSONSerialization.jsonObject(with: Data(reply.utf8)) as? [String: Any]
        for index in (json ?? [:]).keys {
            try await server.request("DELETE", "/\(index)?ignore_unavailable=true")
        }
    }
}
