internal import DocketHTTP
internal import DocketRuntime
internal import DocketSettings
internal import DocketTelemetry
internal import Glibc

/// What `docketd` runs as, by its roles.
protocol ServerProcess: Sendable {
    /// Serves until `shutdown` returns.
    func run(until shutdown: @escaping @Sendable () async -> Void) async throws
}

/// A process that indexes and takes no calls: the adapters and the HTTP port.
final class IndexingServer: ServerProcess {
    private let lifecycle: Lifecycle
    private let http: HTTPService
    private let readyFile: String?
    private let logger: Logger

    init(
        _ values: SettingValues,
        _ parts: ServerParts,
        _ assembly: any StoreAssembly,
        registry: MetricsRegistry,
        logger: Logger
    ) {
        let http = HTTPService(values[ServerSettings.http], registry: registry)
        self.http = http
        readyFile = values[ServerSettings.readyFile]
        self.logger = logger
        ServerMetrics.register(registry, parts.log)
        lifecycle = Lifecycle(
            services: assembly.services + [MemoryService(), http, ReadinessService(http: http)],
            stopLimit: values[ServerSettings.stopLimit],
            report: { event in ServerLog.report(event, to: logger) }
        )
    }

    func run(until shutdown: @escaping @Sendable () async -> Void) async throws {
        try await lifecycle.run(ready: { try self.announce() }, until: shutdown)
    }

    private func announce() throws(ServerFault) {
        if let readyFile { try ReadyFile.write(to: readyFile, http: http.address) }
        logger.info("indexing", ["http": .string(http.address)])
    }
}

/// Says to who started the server where it is.
enum ReadyFile {
    /// - Parameters:
    ///   - path: Of the file.
    ///   - rpc: Where calls are taken; nil where none are.
    ///   - http: Where health and metrics are shown.
    /// - Throws: ``ServerFault`` `data` when the file cannot be written.
    static func write(to path: String, rpc: String? = nil, http: String) throws(ServerFault) {
        let calls = rpc.map { "\"rpc\":\"\($0)\"," } ?? ""
        try ServerFile.write("{\(calls)\"http\":\"\(http)\",\"pid\":\(getpid())}\n", to: path)
    }
}
