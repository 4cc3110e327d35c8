import DocketCache
import DocketCore
import DocketRPC
import DocketRuntime
import DocketSQLite
import DocketService
import DocketSystem
import DocketTelemetry
import DocketTestKit
import DocketWire
import Foundation

/// The service over a real embedded store, reached without a network.
///
/// Nothing is indexed by itself.
final class TestService: Sendable {
    struct Options: Sendable {
        var service = DocumentService.Configuration()
        var store: @Sendable (inout EmbeddedConfiguration) -> Void = { _ in }
        /// Puts something in the place of a part of the store.
        var backends: @Sendable (inout Backends) -> Void = { _ in }
        /// Generations hold only as long as they are confirmed.
        var removals: KnownRemovals?
        var onFilled: @Sendable (WorkHint) -> Void = { _ in }
        var onDeleted: @Sendable (TenantID) -> Void = { _ in }
        var logger = Logger.silent
    }

    /// One group of loops for all tests, for as long as the process runs.
    private static let loops: EventLoopGroup? = {
        let group = try? EventLoopGroup(count: 2)
        try? group?.start()
        return group
    }()

    let store: EmbeddedStore
    let service: DocumentService
    let collections: CollectionRegistry
    let rpc: RPCServer
    let metrics = RPCMetrics()
    let registry = MetricsRegistry()
    private let loops: EventLoopGroup
    private let folder: TestFolder

    private convenience init(_ options: Options) async throws {
        let folder = try TestFolder()
        var configuration = EmbeddedConfiguration(directory: folder.path + "/data")
        configuration.synchronous = .off
        configuration.softGenerationInterval = .zero
        options.store(&configuration)
        try await self.init(options, EmbeddedStore.open(configuration), folder)
    }

    private init(_ options: Options, _ store: EmbeddedStore, _ folder: TestFolder) async throws {
        self.store = store
        self.folder = folder
        var backends = Backends(
            directory: store,
            store: store,
            search: store,
            deletion: store,
            generations: store,
            backup: store
        )
        options.backends(&backends)
        collections = CollectionRegistry(
            store: backends.store,
            generations: backends.generations,
            removals: options.removals,
            onFilled: options.onFilled,
            onDeleted: options.onDeleted
        )
        store.observe(collections)
        service = try DocumentService(
            backends,
            collections: collections,
            secret: try await store.serverSecret(work: WorkLimit()),
            metrics: CallMetrics(registry),
            logger: options.logger,
            configuration: options.service
        )
        guard let loops = Self.loops else {
            throw DocketError(.unavailable, "the event loops cannot be started")
        }
        self.loops = loops
        rpc = try RPCServer(
            at: Endpoint(host: "127.0.0.1", port: 0),
            on: loops,
            serving: service,
            tls: nil,
            configuration: ConnectionConfiguration(metrics: metrics)
        )
    }

    /// Runs `body` beside a service that is stopped afterwards.
    static func run(
        _ options: Options = Options(),
        _ body: (TestService) async throws -> Void
    ) async throws {
        let test = try await TestService(options)
        let result = await test.result(of: body)
        await test.store.close()
        try result.get()
    }

    /// Runs `body` beside another server of the same truth, which tells its changes to that one
    /// alone from now on.
    func withAnother(
        _ options: Options = Options(),
        _ body: (TestService) async throws -> Void
    ) async throws {
        try await TestService(options, store, folder).result(of: body).get()
    }

    private func result(
        of body: (TestService) async throws -> Void
    ) async -> Result<Void, any Error> {
        let result: Result<Void, any Error>
        do { result = .success(try await body(self)) } catch { result = .failure(error) }
        await rpc.stop(by: .now())
        await service.stop(by: .now())
        return result
    }

    /// Connects with `credential`, as it came.
    func connect(credential: [UInt8]) async throws -> TestClient {
        let socket = try InProcessTransport.connect(to: rpc, on: loops)
        var hello = Hello()
        hello.credential = credential
        let connection = try await ClientConnection.greet(
            on: socket,
            hello: hello,
            on: loops.next(),
            compressor: try FrameCompressor(),
            tls: nil,
            configuration: ConnectionConfiguration(),
            by: .now() + .seconds(30)
        )
        return TestClient(connection: connection)
    }

    func connect(_ key: APIKey) async throws -> TestClient {
        try await connect(credential: Array(key.text.utf8))
    }

    /// A tenant of this name.
    func tenant(_ name: String, quota: Quota = Quota()) async throws -> TenantID {
        try await store.createTenant(named: name, quota: quota, work: WorkLimit()).id
    }

    /// A key of `tenant`, or of administration for nil.
    func key(
        _ tenant: TenantID?,
        _ scopes: Scopes = [.read, .write, .admin],
        expires: Int64? = nil
    ) async throws -> APIKey {
        let key = APIKey()
        try await store.addKey(
            KeyRecord(
                id: key.id,
                tenant: tenant,
                scopes: scopes,
                secretHash: key.secretHash,
                createdMicroseconds: 1,
                expiresMicroseconds: expires
            ),
            work: WorkLimit()
        )
        return key
    }

    /// A client with a tenant of its own.
    func client(
        _ name: String = "acme",
        quota: Quota = Quota()
    ) async throws -> (client: TestClient, tenant: TenantID) {
        let tenant = try await tenant(name, quota: quota)
        return (try await connect(key(tenant)), tenant)
    }

    /// Indexes until nothing of the tenant is left.
    func index(_ tenant: TenantID) async throws {
        while try await store.indexNext(tenant).hasMore {}
    }
}
