internal import DocketCore
internal import DocketRPC
internal import DocketRuntime
package import DocketSQLite
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
        try refuseUnserved(invocation.values)
        ServerFile.keepPrivate()
        let log = LogOutput()
        defer { log.close() }
        let level = LogLevel(rawValue: invocation.values[ServerSettings.logLevel]) ?? .info
        let logger = Logger(log, level: level)
        let parts = ServerParts(log: log, adjust: adjust)
        switch invocation.path.first {
        case "restore": try restore(invocation, parts)
        case "verify": try verify(invocation, parts)
        case "reset-admin-key": try await resetKey(invocation, parts, logger)
        default: try await serve(invocation.values, parts, logger)
        }
    }

    /// An engine that would be ignored is worse than one that is refused.
    private static func refuseUnserved(_ values: SettingValues) throws(ServerFault) {
        let given = [
            ("postgres", values[ServerSettings.postgres] != nil),
            ("redis", values[ServerSettings.redis] != nil),
            ("elasticsearch", !values[ServerSettings.elasticsearch].isEmpty),
            ("rabbitmq", values[ServerSettings.rabbitmq] != nil),
            ("role", !values[ServerSettings.role].isEmpty),
        ]
        for (name, isGiven) in given where isGiven {
            throw ServerFault(.usage, "--\(name) is not served yet")
        }
    }

    private static func restore(
        _ invocation: Invocation,
        _ parts: ServerParts
    ) throws(ServerFault) {
        do throws(DocketError) {
            try EmbeddedStore.restore(
                from: invocation.operands[0],
                parts.store(invocation.values)
            )
        } catch {
            throw ServerFault(.data, error.message)
        }
    }

    /// One line for each file; the status says whether all are whole.
    private static func verify(
        _ invocation: Invocation,
        _ parts: ServerParts
    ) throws(ServerFault) {
        let configuration = parts.store(invocation.values)
        let verdicts: [FileVerification.Verdict]
        do throws(DocketError) {
            verdicts = try FileVerification.run(configuration)
        } catch {
            throw ServerFault(.data, "\(configuration.directory): \(error.message)")
        }
        for verdict in verdicts {
            let faults = verdict.faults.isEmpty ? "whole" : verdict.faults.joined(separator: "; ")
            let tenant = verdict.tenant.map { " (\($0))" } ?? ""
            ServerFile.writeOutput("\(verdict.file)\(tenant): \(faults)\n")
        }
        let damaged = verdicts.count { !$0.faults.isEmpty }
        guard damaged == 0 else {
            throw ServerFault(
                .damage,
                "\(damaged) of \(verdicts.count) files are not whole; restore a backup with "
                    + "`docketd restore BACKUP --data-dir NEW`"
            )
        }
    }

    private static func resetKey(
        _ invocation: Invocation,
        _ parts: ServerParts,
        _ logger: Logger
    ) async throws(ServerFault) {
        let configuration = parts.store(invocation.values)
        let store = try await open(configuration, logger)
        do {
            try await AdministratorKey.reset(
                store,
                in: configuration.directory,
                now: WallClock.microseconds()
            )
        } catch {
            throw ServerFault(.data, "the key cannot be made: \(error)")
        }
        await store.close()
        ServerFile.writeOutput(AdministratorKey.path(in: configuration.directory) + "\n")
    }

    private static func open(
        _ configuration: EmbeddedConfiguration,
        _ logger: Logger
    ) async throws(ServerFault) -> EmbeddedStore {
        do throws(DocketError) {
            return try await EmbeddedStore.open(configuration, logger: logger)
        } catch {
            throw ServerFault(.data, "\(configuration.directory): \(error.message)")
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
        let configuration = parts.store(values)
        let store = try await open(configuration, logger)
        do {
            try await AdministratorKey.ensure(
                store,
                in: configuration.directory,
                now: WallClock.microseconds()
            )
            let watch = try EventLoopGroup(count: 1)
            try watch.start()
            defer {
                watch.stop()
                watch.join()
            }
            let signals = try await watch.loops[0].signals([.terminate, .interrupt])
            let server = try await Server(values, parts, tls, store: store, logger: logger)
            try await server.run {
                for await _ in signals { break }
                // Nobody catches a second one, so that it ends the process at once.
                watch.stop()
                watch.join()
            }
        } catch let fault as ServerFault {
            await store.close()
            throw fault
        } catch let error as LifecycleError {
            throw fault(of: error, values)
        } catch {
            await store.close()
            throw ServerFault(.failure, "\(error)")
        }
        if let file = values[ServerSettings.readyFile] { ServerFile.remove(file) }
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
