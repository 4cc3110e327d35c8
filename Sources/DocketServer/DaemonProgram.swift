internal import DocketCore
internal import DocketPostgres
internal import DocketRPC
internal import DocketRuntime
package import DocketSQLite
internal import DocketService
internal import DocketSettings
internal import DocketSystem
internal import DocketTelemetry

/// What `docketd` does: reads its settings, serves, and says in one line why it cannot.
public enum DaemonProgram: Sendable {
    /// Of the client programs and the scripts, which a shell may hold beside docketd's own.
    private static let othersVariables = [
        "DOCKET_ADDRESS", "DOCKET_KEY", "DOCKET_KEY_FILE", "DOCKET_TIMEOUT", "DOCKET_TLS",
        "DOCKET_TLS_CA", "DOCKET_TLS_SERVER_NAME", "DOCKET_TLS_CLIENT_CERT",
        "DOCKET_TLS_CLIENT_KEY", "DOCKET_TEST_", "DOCKET_PROGRAMS", "DOCKET_SERVER_",
        "DOCKET_BENCH_", "DOCKET_DEMO_",
    ]

    /// The version shown by `--version`.
    public static let version = "0.1.0"

    /// Runs the program; returns its exit status.
    public static func run(_ arguments: [String]) async -> Int32 {
        await run(arguments, adjusting: { _ in })
    }

    /// As `run(_:)`, with a store that tests have adjusted: its file system, what it waits for.
    package static func run(
        _ arguments: [String],
        adjusting adjust: @escaping @Sendable (inout EmbeddedConfiguration) -> Void
    ) async -> Int32 {
        do throws(ServerFault) {
            try await carryOut(arguments, adjust)
            return 0
        } catch {
            ServerFile.writeError("docketd: \(error.message)")
            return error.status.rawValue
        }
    }

    private static func carryOut(
        _ arguments: [String],
        _ adjust: @escaping @Sendable (inout EmbeddedConfiguration) -> Void
    ) async throws(ServerFault) {
        var invocation: Invocation
        do throws(SettingsError) {
            switch try ServerSettings.command.parse(arguments) {
            case .help(let text): return ServerFile.writeOutput(text)
            case .version: return ServerFile.writeOutput("docketd \(version)\n")
            case .run(let run): invocation = run
            }
            try invocation.complete(
                environment: SettingsFile.environment(),
                others: Self.othersVariables,
                file: ServerSettings.config
            )
        } catch {
            throw ServerFault(error)
        }
        ServerFile.keepPrivate()
        let log = LogOutput()
        defer { log.close() }
        let level = LogLevel(rawValue: invocation.values[ServerSettings.logLevel]) ?? .info
        let logger = Logger(log, level: level)
        let parts = ServerParts(log: log, adjust: adjust)
        switch invocation.path.first {
        case "restore": try restore(invocation, parts)
        case "verify": try verify(invocation, parts)
        case "migrate": try await migrate(invocation.values)
        case "reset-admin-key": try await resetKey(invocation, parts, logger)
        default: try await serve(invocation.values, parts, logger)
        }
    }

    private static func resetKey(
        _ invocation: Invocation,
        _ parts: ServerParts,
        _ logger: Logger
    ) async throws(ServerFault) {
        let directory = invocation.values[ServerSettings.dataDirectory]
        let assembly = try await assemble(
            invocation.values,
            parts,
            registry: MetricsRegistry(),
            logger
        )
        do {
            try await AdministratorKey.reset(
                assembly.backends.directory,
                in: directory,
                now: WallClock.microseconds()
            )
        } catch {
            throw ServerFault(.data, "the key cannot be made: \(error)")
        }
        await assembly.close()
        ServerFile.writeOutput(AdministratorKey.path(in: directory) + "\n")
    }

    /// The adapters that the settings ask for.
    private static func assemble(
        _ values: SettingValues,
        _ parts: ServerParts,
        registry: MetricsRegistry,
        _ logger: Logger
    ) async throws(ServerFault) -> any StoreAssembly {
        if let engines = try EngineSettings(values) {
            return try await EngineAssembly.open(
                engines,
                threads: parts.cores,
                registry: registry,
                logger: logger
            )
        }
        return try await EmbeddedAssembly.open(
            parts.store(values),
            retention: RetentionLimits(interval: values[ServerSettings.retentionInterval]),
            registry: registry,
            logger: logger
        )
    }

    /// Brings the database to this version's schema.
    private static func migrate(_ values: SettingValues) async throws(ServerFault) {
        let login = try EngineSettings.login(values)
        do throws(DocketError) {
            let migration = try await Migration.run(login)
            ServerFile.writeOutput("schema \(migration.now), was \(migration.found)\n")
        } catch {
            let cause = error.cause.text.map { " (\($0))" } ?? ""
            throw ServerFault(.engine, "--postgres: \(error.message)\(cause)")
        }
    }

    /// Serves until SIGTERM or SIGINT.
    private static func serve(
        _ values: SettingValues,
        _ parts: ServerParts,
        _ logger: Logger
    ) async throws(ServerFault) {
        Signal.ignoreBrokenPipes()
        // Before the store: a server that cannot serve makes no data directory.
        let tls = try parts.tls(values)
        let registry = MetricsRegistry()
        let assembly = try await assemble(values, parts, registry: registry, logger)
        do {
            let watch = try EventLoopGroup(count: 1)
            try watch.start()
            defer {
                watch.stop()
                watch.join()
            }
            let signals = try await watch.loops[0].signals([.terminate, .interrupt])
            let server = try await process(values, parts, tls, assembly, registry, logger)
            try await server.run {
                for await _ in signals { break }
                // Nobody catches a second one, so that it ends the process at once.
                watch.stop()
                watch.join()
            }
        } catch let fault as ServerFault {
            await assembly.close()
            throw fault
        } catch let error as LifecycleError {
            throw fault(of: error, values)
        } catch {
            await assembly.close()
            throw ServerFault(.failure, "\(error)")
        }
        if let file = values[ServerSettings.readyFile] { ServerFile.remove(file) }
    }

    /// The server of the process's roles; one that takes calls has an administrator's key.
    private static func process(
        _ values: SettingValues,
        _ parts: ServerParts,
        _ tls: TLSContext?,
        _ assembly: any StoreAssembly,
        _ registry: MetricsRegistry,
        _ logger: Logger
    ) async throws -> any ServerProcess {
        guard try ServerRole.all(values).contains(.api) else {
            return IndexingServer(values, parts, assembly, registry: registry, logger: logger)
        }
        try await AdministratorKey.ensure(
            assembly.backends.directory,
            in: values[ServerSettings.dataDirectory],
            now: WallClock.microseconds()
        )
        return try await Server(
            values,
            parts,
            tls,
            assembly,
            registry: registry,
            logger: logger
        )
    }

    private static func fault(of error: LifecycleError, _ values: SettingValues) -> ServerFault {
        switch error.service {
        case "rpc":
            ServerFault(.port, "cannot listen on \(values[ServerSettings.listen]): \(error.cause)")
        case "http":
            ServerFault(.port, "cannot listen on \(values[ServerSettings.http]): \(error.cause)")
        default: ServerFault(.failure, "\(error.service) failed: \(error.cause)")
        }
    }
}
