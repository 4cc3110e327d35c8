internal import DocketRuntime
internal import DocketSystem
internal import Foundation

/// A program of this package as a test runs it; it never outlives this.
package final class RunningProgram: Sendable {
    /// How it ended.
    package struct End: Sendable {
        /// The exit status, or the number of the signal that killed it.
        package let status: Int32
        package let wasKilled: Bool
        package let output: [String]
        package let errors: [String]
    }

    package let output = ProgramLines()
    package let errors = ProgramLines()
    private let process = Process()
    private let exited = OneShot<Void>()

    /// Starts a program that was built beside the tests, or has a path.
    ///
    /// Of variables that begin with `DOCKET_` it gets these alone.
    package init(
        _ name: String,
        _ arguments: [String],
        environment: [String: String] = [:]
    ) throws {
        let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("DOCKET_") }
        process.executableURL = URL(fileURLWithPath: Self.path(of: name))
        process.arguments = arguments
        process.environment = inherited.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        let pipes = [(Pipe(), output), (Pipe(), errors)]
        process.standardOutput = pipes[0].0
        process.standardError = pipes[1].0
        process.terminationHandler = { [exited] _ in exited.succeed(()) }
        try process.run()
        for (pipe, lines) in pipes { Self.read(pipe.fileHandleForReading, into: lines) }
    }

    deinit { if process.isRunning { signal(SIGKILL) } }

    /// Runs a program to its end.
    package static func run(
        _ name: String,
        _ arguments: [String],
        environment: [String: String] = [:]
    ) async throws -> End {
        try await RunningProgram(name, arguments, environment: environment).end()
    }

    /// Where the build put a program of this package; a path is itself.
    package static func path(of name: String) -> String {
        guard !name.hasPrefix("/") else { return name }
        return URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent(name).path
    }

    package var processID: Int32 { process.processIdentifier }

    package var isRunning: Bool { process.isRunning }

    package func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Waits until it has ended, and has said all it had to say.
    package func end() async throws -> End {
        try await exited.value()
        await output.end()
        await errors.end()
        return End(
            status: process.terminationStatus,
            wasKilled: process.terminationReason == .uncaughtSignal,
            output: output.all,
            errors: errors.all
        )
    }

    private static func read(_ file: FileHandle, into lines: ProgramLines) {
        Thread.detachNewThread {
            while true {
                let bytes = file.availableData
                guard !bytes.isEmpty else { return lines.finish() }
                lines.add(bytes)
            }
        }
    }
}
