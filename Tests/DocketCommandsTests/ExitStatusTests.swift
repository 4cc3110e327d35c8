internal import DocketCore
internal import DocketTestKit
internal import Testing

@testable internal import DocketCommands

@Suite("How docket ends", .timeLimit(.minutes(2)))
struct ExitStatusTests {
    /// Testing has an `ExitStatus` as well.
    typealias Status = DocketCommands.ExitStatus

    @Test(
        "ends with the status that scripts know for an error",
        arguments: [
            (.invalidArgument, .wrongUsage), (.outOfRange, .wrongUsage),
            (.alreadyExists, .wrongUsage), (.failedPrecondition, .wrongUsage),
            (.deadlineExceeded, .notReached),
            (.unavailable, .serverError), (.unauthenticated, .notPermitted),
            (.permissionDenied, .notPermitted), (.notFound, .notFound),
            (.cancelled, .interrupted), (.resourceExhausted, .serverError),
            (.internalError, .serverError),
        ] as [(DocketError.Code, Status)]
    )
    func statusOfError(code: DocketError.Code, status: Status) {
        #expect(Status(DocketError(code, "")) == status)
    }

    @Test("has the numbers that scripts know")
    func numbers() {
        let all: [Status] = [
            .allWell, .someRejected, .wrongUsage, .notReached, .notPermitted, .notFound,
            .serverError, .interrupted,
        ]
        #expect(all.map(\.rawValue) == [0, 1, 2, 3, 4, 5, 6, 130])
    }

    @Test("says in one line what failed, with nothing in it that could steer a terminal")
    func report() {
        let streams = CapturedStreams()
        let error = DocketError(.notFound, "no \u{1B}[31m\nsuch thing")
        #expect(streams.console().report(error, of: "docket") == .notFound)
        #expect(streams.errors == "docket: no \u{FFFD}[31m such thing\n")
    }

    @Test("ends well and silently when nobody reads the output any more")
    func closedOutput() {
        let streams = CapturedStreams()
        #expect(streams.console().report(OutputClosed(), of: "docket") == .allWell)
        #expect(streams.errors.isEmpty)
    }

    // MARK: Without a server

    private func run(
        _ arguments: String...,
        environment: [String: String] = [:]
    ) async -> CommandResult {
        let streams = CapturedStreams()
        let program = DocketProgram(console: streams.console(), environment: environment)
        let status = await program.run(arguments)
        return CommandResult(status: status, output: streams.output, errors: streams.errors)
    }

    @Test("shows its version and its help")
    func help() async {
        let version = await run("--version")
        #expect(version.status == .allWell)
        #expect(version.output == "docket \(DocketVersion.text)\n")
        let help = await run("search", "--help")
        #expect(help.status == .allWell)
        for flag in ["--filter", "--sort", "--facet", "--limit", "--cursor", "--json"] {
            #expect(help.output.contains(flag))
        }
    }

    @Test(
        "wrong usage ends with 2 before a server is asked",
        arguments: [
            ["find", "books"], ["search"], ["search", "books", "a", "b"],
            ["search", "books", "--limit", "1001"], ["search", "books", "--order", "year"],
            ["search", "books", "--filter", "year >="], ["search", "books", "--cursor", "?"],
            ["search", "books", "--sort", "year:up"], ["delete", "books"],
            ["delete", "books", "1", "--filter", "year > 1"], ["get", "books"],
            ["delete", "books", "--filter", "year > 1"], ["collection", "delete", "books"],
            ["collection", "create", "books", "--attribute", "year"],
            ["collection", "add-attribute", "books"], ["key", "create", "--scope", "root"],
            ["admin", "restore", "copy"], ["upload", "books", "--from-line", "0"],
        ]
    )
    func usage(arguments: [String]) async {
        let streams = CapturedStreams()
        let program = DocketProgram(
            console: streams.console(),
            environment: ["DOCKET_KEY": "unused", "DOCKET_ADDRESS": "127.0.0.1:1"]
        )
        #expect(await program.run(arguments) == .wrongUsage)
        #expect(streams.output.isEmpty)
        #expect(streams.errors.hasPrefix("docket: "))
        #expect(streams.errors.filter { $0 == "\n" }.count == 1)
    }

    @Test("needs a key, and one alone")
    func keys() async throws {
        let none = await run("status")
        #expect(none.status == .wrongUsage)
        #expect(none.errors.hasPrefix("docket: no key: "))
        let folder = try TestFolder()
        let file = try folder.write("\n", to: "key")
        let empty = await run("status", "--key-file", file)
        #expect(empty.status == .wrongUsage)
        #expect(empty.errors == "docket: \(file): holds no key\n")
        let two = ["DOCKET_KEY": "a", "DOCKET_KEY_FILE": file]
        let both = await run("status", environment: two)
        #expect(both.status == .wrongUsage)
        #expect(both.errors == "docket: a key and a file with a key are given: leave one out\n")
    }

    @Test("a server that is not reached ends with 3")
    func unreached() async {
        let result = await run(
            "status",
            environment: [
                "DOCKET_KEY": "k", "DOCKET_ADDRESS": "127.0.0.1:1", "DOCKET_TIMEOUT": "1s",
            ]
        )
        #expect(result.status == .notReached)
        #expect(result.output.isEmpty)
        #expect(result.errors.hasPrefix("docket: "))
    }

    // MARK: With a server

    @Test("a key that may not ends with 4, what is not there with 5")
    func permission() async throws {
        let library = try await Library()
        try await library.makeBooks()
        let admin = try library.server.administratorKey
        let made = await library.run(
            "key",
            "create",
            "--tenant",
            "library",
            "--scope",
            "read",
            key: admin
        )
        let reader = try #require(made.lines.first)
        let file = try library.folder.write(#"{"id": "1"}"#, to: "input")

        await #expect(library.run("status", key: "wrong").status == .notPermitted)
        await #expect(library.run("status", key: reader).status == .allWell)
        let upload = await library.run("upload", "books", file, key: reader)
        #expect(upload.status == .notPermitted)
        #expect(upload.errors.contains("docket: no line was acknowledged\n"))
        await #expect(library.run("delete", "books", "1", key: reader).status == .notPermitted)
        await #expect(library.run("tenant", "list").status == .notPermitted)
        let backup = library.folder.path("copy")
        await #expect(library.run("admin", "backup", backup).status == .notPermitted)

        await #expect(library.run("search", "films", "x").status == .notFound)
        await #expect(library.run("collection", "show", "films").status == .notFound)
        await #expect(library.run("get", "books", "1").status == .notFound)
        await #expect(library.run("collection", "create", "books").status == .wrongUsage)
        await #expect(library.run("search", "books", "--sort", "title").status == .wrongUsage)
    }
}
