internal import DocketCache
internal import DocketCore
internal import DocketHTTP
internal import DocketRPC
internal import DocketRuntime
internal import DocketService
internal import DocketSettings
internal import DocketTelemetry
internal import DocketWire

/// The whole server, put together from its settings: adapters, service, ports, in this order.
final class Server: ServerProcess {
    private let lifecycle: Lifecycle
    private let rpc: RPCServer
    private let http: HTTPService
    private let readyFile: String?
    private let files: FilePlan
    private let logger: Logger

    init(
        _ values: SettingValues,
        _ parts: ServerParts,
        _ tls: TLSContext?,
        _ assembly: any StoreAssembly,
        registry: MetricsRegistry,
        logger: Logger
    ) async throws {
        let backends = assembly.backends
        let collections = CollectionRegistry(
            store: backends.store,
            generations: backends.generations,
            removals: backends.removals,
            onFilled: { assembly.wake($0) },
            onDeleted: { assembly.forget($0) }
        )
        assembly.observe(collections)
        let service = try DocumentService(
            backends,
            collections: collections,
            secret: try await backends.directory.serverSecret(work: .ofStart),
            metrics: CallMetrics(registry),
            logger: logger,
            configuration: parts.serviceConfiguration(values)
        )
        let metrics = RPCMetrics()
        let loops = LoopService(try EventLoopGroup(count: parts.loops(values)))
        rpc = try RPCServer(
            at: Endpoint(
                host: values[ServerSettings.listen].host,
                port: values[ServerSettings.listen].port
            ),
            on: loops.group,
            serving: service,
            tls: tls,
            connections: parts.connectionLimits(values),
            configuration: parts.connectionConfiguration(values, metrics, ConnectionLog(logger))
        )
        http = HTTPService(
            values[ServerSettings.http],
            registry: registry
        )
        readyFile = values[ServerSettings.readyFile]
        files = parts.files(values)
        self.logger = logger
        ServerMetrics.register(
            registry,
            metrics,
            rpc.connections,
            service,
            loops.group
        )
        ServerMetrics.register(registry, parts.log)
        ServerMetrics.register(registry, files)
        ServerMetrics.register(registry, rpc.memory)
        lifecycle = Lifecycle(
            services: assembly.services + [service]
                + assembly.followers(collections, service.authenticator)
                + [
                    CredentialSweep(service.authenticator, logger: logger), MemoryService(), http,
                    loops, rpc,
                    ReloadService(rpc, loops.group, logger: logger), ReadinessService(http: http),
                ],
            stopLimit: values[ServerSettings.stopLimit],
            report: { event in ServerLog.report(event, to: logger) }
        )
    }

    /// Serves until a signal asks for the end.
    func run(until shutdown: @escaping @Sendable () async -> Void) async throws {
        try await lifecycle.run(ready: { try self.announce() }, until: shutdown)
    }

    /// Everything is served: says where, and what the limits allow.
    private func announce() throws(ServerFault) {
        let rpcAddress = rpc.address?.description ?? ""
        if let readyFile {
            try ReadyFile.write(to: readyFile, rpc: rpcAddress, http: http.address)
        }
        logger.info(
            "serving",
            [
                "rpc": .string(rpcAddress), "http": .string(http.address),
                "connections": .number(files.connections), "open_tenants": .number(files.tenants),
                "open_files": .number(files.limit),
            ]
        )
        if files.isShort {
            logger.warning(
                "the limit of open files allows fewer connections than are set",
                [
                    "connections": .number(files.connections), "set": .number(files.wanted),
                    "open_files": .number(files.limit),
                ]
            )
        }
    }
}
