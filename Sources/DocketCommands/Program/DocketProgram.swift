package import DocketClient
package import DocketSettings

/// The version of Docket's programs.
package enum DocketVersion {
    package static let text = "0.1.0"
}

/// What the program `docket` does.
package struct DocketProgram: Sendable {
    private let console: Console
    private let environment: [String: String]
    private let makeClient: @Sendable (SettingValues) throws -> DocketClient

    /// The program with these streams and variables, and clients as its settings describe.
    package init(console: Console, environment: [String: String]) {
        self.init(console: console, environment: environment) {
            try ClientSettings.makeClient($0)
        }
    }

    package init(
        console: Console,
        environment: [String: String],
        makeClient: @escaping @Sendable (SettingValues) throws -> DocketClient
    ) {
        self.console = console
        self.environment = environment
        self.makeClient = makeClient
    }

    /// Runs a command line, without the name of the program; says why it fails in one line.
    package func run(_ arguments: [String]) async -> ExitStatus {
        do {
            switch try DocketCommand.program.parse(arguments) {
            case .help(let text): try console.write(text)
            case .version: try console.writeLine("docket \(DocketVersion.text)")
            case .run(let parsed):
                var invocation = parsed
                // Other variables that begin with DOCKET_ are those of other programs.
                try invocation.values.add(
                    environment: environment,
                    for: invocation.settings,
                    others: ["DOCKET_"]
                )
                let context = CommandContext(
                    invocation: invocation,
                    console: console,
                    makeClient: makeClient
                )
                return try await context.run()
            }
            return .allWell
        } catch {
            return console.report(error, of: "docket")
        }
    }
}

extension CommandContext {
    /// Does what the command line asks.
    func run() async throws -> ExitStatus {
        let path = invocation.path
        switch (path[0], path.count > 1 ? path[1] : "") {
        case ("tenant", let action): try await runTenant(action)
        case ("key", let action): try await runKey(action)
        case ("collection", let action): try await runCollection(action)
        case ("upload", _): return try await runUpload()
        case ("search", _): try await runSearch()
        case ("get", _): return try await runGet()
        case ("delete", _): return try await runDelete()
        case ("status", _): try await runStatus()
        case ("stream", _): return try await runStream()
        case ("watch", _): try await withClient { try await $0.watch(operands[0]) }
        case ("suggest", _): try await runSuggest()
        case ("synonyms", let action): try await runSynonyms(action)
        case ("stats", _): try await runStats()
        case ("admin", "backup"): try await runBackup()
        case ("admin", "restore"): try runRestore()
        case ("admin", "retry-failed"): try await runRetryFailed()
        case ("admin", "rebuild"): try await runRebuild()
        case ("admin", "snapshot"): try await runSnapshot(path[2])
        case ("admin", "indices"): try await runIndices()
        case ("admin", "cluster"): try await runCluster()
        case ("admin", "hold"): try await runHold()
        case ("admin", "release"): try await runRelease()
        case ("admin", "health"): return try await runHealth()
        case ("admin", "verify"): return try await runVerify()
        default: throw UsageError("\(path.joined(separator: " ")) is not a command")
        }
        return .allWell
    }
}
