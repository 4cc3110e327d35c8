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
    private let input: Pipe?

    /// Starts a program that was built beside the tests, or has a path.
    ///
    /// Of variables that begin with `DOCKET_` it gets these alone. One that takes input ends at the
    /// input's end, by itself; others are killed at the end of this.
    package init(
        _ name: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        takesInput: Bool = false
    ) throws {
        input = takesInput ? Pipe() : nil
        let inherited = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("DOCKET_") }
        process.executableURL = URL(fileURLWithPath: Self.path(of: name))
        process.arguments = arguments
        process.environment = inherited.merging(environment) { $1 }
        process.standardInput = input ?? FileHandle.nullDevice
        let pipes = [(Pipe(), output), (Pipe(), errors)]
        process.standardOutput = pipes[0].0
        process.standardError = pipes[1].0
        process.terminationHandler = { [exited] _ in exited.succeed(()) }
        try process.run()
        for (pipe, lines) in pipes { Self.read(pipe.fileHandleForReading, into: lines) }
    }

    deinit {
        if input != nil { closeInput() } else if process.isRunning { signal(SIGKILL) }
    }

    /// Runs a program to its end.
    package static func run(
        _ name: String,
        _ arguments: [String],
        environment: [String: String] = [:]
    ) async throws -> End {
        try await RunningProgram(name, arguments, environment: environment).end()
    }

    /// Where the build put a program of this package, or where `DOCKET_PROGRAMS` has it; a path is
    /// itself.
    package static func path(of name: String) -> String {
        guard !name.hasPrefix("/") else { return name }
        if let folder = ProcessInfo.processInfo.environment["DOCKET_PROGRAMS"] {
            let path = "\(folder)/\(name)"
            if FileManager.default.isExecutableFile(atPath: path) { return path }
        }
        return URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent(name).path
    }

    package var processID: Int32 { process.processIdentifier }

    package var isRunning: Bool { process.isRunning }

    package func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Writes a line to its input.
    ///
    /// - Throws: ``LineMissing`` when it has ended.
    package func send(_ line: String) throws {
        guard isRunning else { throw LineMissing(text: line, lines: errors.all) }
        try input?.fileHandleForWriting.write(contentsOf: Data("\(line)\n".utf8))
    }

    package func closeInput() { try? input?.fileHandleForWriting.close() }

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
