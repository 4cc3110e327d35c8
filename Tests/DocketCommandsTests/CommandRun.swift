internal import DocketTestKit
internal import Foundation
internal import Synchronization

@testable internal import DocketCommands

/// The streams of a command that a test runs, and what was written to them.
final class CapturedStreams: Sendable {
    private struct State {
        var output = ""
        var errors = ""
        var waiting: [AsyncStream<String>.Continuation] = []
    }

    private let state = Mutex(State())

    var output: String { state.withLock { $0.output } }
    var errors: String { state.withLock { $0.errors } }

    /// A console that keeps what is written, of a terminal or not, where a person types `answer`.
    func console(isTerminal: Bool = false, answer: String? = nil) -> Console {
        Console(
            write: { [self] text in state.withLock { $0.output += text } },
            writeError: { [self] text in
                state.withLock { state in
                    state.errors += text
                    for waiting in state.waiting { waiting.yield(state.errors) }
                }
            },
            readLine: { answer },
            isErrorTerminal: isTerminal,
            isInputTerminal: isTerminal
        )
    }

    /// Returns once standard error holds `text`.
    func errors(holding text: String) async {
        let errors = AsyncStream<String> { waiting in
            state.withLock { state in
                waiting.yield(state.errors)
                state.waiting.append(waiting)
            }
        }
        for await errors in errors where errors.contains(text) { return }
    }
}

/// How a command ended, and what it wrote.
struct CommandResult {
    let status: ExitStatus
    let output: String
    let errors: String

    /// The lines of standard output.
    var lines: [String] { output.split(separator: "\n").map(String.init) }

    /// Standard output as one JSON object.
    var json: [String: Any] {
        get throws {
            let object = try JSONSerialization.jsonObject(with: Data(output.utf8))
            return object as? [String: Any] ?? [:]
        }
    }
}

/// A server whose commands a test runs, with the tenant `library`.
struct Library {
    let folder: TestFolder
    let server: TestServer
    /// The tenant's, for everything.
    let key: String

    init() async throws {
        folder = try TestFolder()
        server = try await TestServer(folder)
        key = try await server.makeTenant("library")
    }

    /// Runs a command with the tenant's key, or with `key`.
    func run(_ arguments: String..., key: String? = nil) async -> CommandResult {
        await run(arguments, on: CapturedStreams(), key: key)
    }

    /// Runs a command on a terminal where a person types `answer`.
    func run(_ arguments: String..., answer: String) async -> CommandResult {
        await run(arguments, on: CapturedStreams(), isTerminal: true, answer: answer)
    }

    func run(
        _ arguments: [String],
        on streams: CapturedStreams,
        key: String? = nil,
        isTerminal: Bool = false,
        answer: String? = nil
    ) async -> CommandResult {
        let program = DocketProgram(
            console: streams.console(isTerminal: isTerminal, answer: answer),
            environment: ["DOCKET_ADDRESS": server.address, "DOCKET_KEY": key ?? self.key]
        )
        let status = await program.run(arguments)
        return CommandResult(status: status, output: streams.output, errors: streams.errors)
    }

    /// Makes the collection `books`, with these lines in it.
    func makeBooks(_ lines: String = "") async throws {
        let made = await run(
            "collection",
            "create",
            "books",
            "--attribute",
            "year:number:filter,sort",
            "--attribute",
            "authors:keyword:filter,facet,search"
        )
        guard made.status == .allWell else { throw CommandFailed(errors: made.errors) }
        guard !lines.isEmpty else { return }
        let file = try folder.write(lines, to: "books.jsonl")
        let uploaded = await run("upload", "books", file, "--wait")
        guard uploaded.status == .allWell else { throw CommandFailed(errors: uploaded.errors) }
    }
}

/// A command that a test needs has failed.
struct CommandFailed: Error {
    let errors: String
}

/// A pipe into which a test writes what a command reads.
struct InputPipe {
    private let pipe = Pipe()

    /// What the command opens.
    var path: String { "/proc/self/fd/\(pipe.fileHandleForReading.fileDescriptor)" }

    func write(_ text: String) throws {
        try pipe.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    }

    func end() throws { try pipe.fileHandleForWriting.close() }
}
