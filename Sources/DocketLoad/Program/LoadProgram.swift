package import DocketClient
package import DocketCommands
package import DocketSettings

/// What the program `docket-load` does.
package struct LoadProgram: Sendable {
    /// Makes a client of a configuration, as the settings describe.
    package typealias MakeClient =
        @Sendable (SettingValues, ClientConfiguration) throws -> DocketClient

    let console: Console
    private let environment: [String: String]
    private let makeClient: MakeClient

    /// The program with these streams and variables, and clients as its settings describe.
    package init(console: Console, environment: [String: String]) {
        self.init(console: console, environment: environment) { values, configuration in
            try ClientSettings.makeClient(
                values,
                agent: LoadCommand.program.name,
                configuration: configuration
            )
        }
    }

    package init(
        console: Console,
        environment: [String: String],
        makeClient: @escaping MakeClient
    ) {
        self.console = console
        self.environment = environment
        self.makeClient = makeClient
    }

    /// Runs a command line, without the name of the program; says why it fails in one line.
    package func run(_ arguments: [String]) async -> ExitStatus {
        do {
            switch try LoadCommand.program.parse(arguments) {
            case .help(let text): try console.write(text)
            case .version:
                try console.writeLine("\(LoadCommand.program.name) \(DocketVersion.text)")
            case .run(let parsed):
                var invocation = parsed
                // Other variables that begin with DOCKET_ are those of other programs.
                try invocation.complete(environment: environment, others: ["DOCKET_"])
                return try await run(invocation)
            }
            return .allWell
        } catch {
            return console.report(error, of: LoadCommand.program.name)
        }
    }

    private func run(_ invocation: Invocation) async throws -> ExitStatus {
        switch invocation.path.first {
        case "run": return try await measure(try LoadPlan(invocation.values), invocation.values)
        case "queries": try await drawQueries(invocation)
        case "generate": try await generateDocuments(invocation)
        default: throw UsageError("\(invocation.path.joined(separator: " ")) is not a command")
        }
        return .allWell
    }

    private func measure(_ plan: LoadPlan, _ values: SettingValues) async throws -> ExitStatus {
        let client = try makeClient(values, plan.clientConfiguration)
        let result: Result<LoadResult, any Error>
        do { result = .success(try await plan.run(client)) } catch { result = .failure(error) }
        await client.shutdown()
        let measured = try result.get()
        if values[CommandSettings.isJSON] {
            try console.writeLine(LoadJSON.text(measured))
        } else {
            try console.write(LoadText(result: measured).text)
        }
        return measured.isInterrupted ? .interrupted : .allWell
    }
}
