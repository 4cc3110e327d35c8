internal import DocketSettings
internal import Testing

@Suite("Command line", .timeLimit(.minutes(5)))
struct CommandLineTests {
    private static let json = Setting.flag("json", help: "print JSON").from(.arguments)
    private static let wait = Setting.flag("wait", help: "wait until all are indexed")
        .from(.arguments)
    private static let limit = Setting.integer("limit", default: 10, in: 1...1000, help: "hits")

    private let program = Command(
        "docket",
        "asks a Docket server",
        settings: [json.definition],
        commands: [
            Command(
                "upload",
                "uploads documents, one a line",
                settings: [wait.definition],
                operands: [.init("COLLECTION"), .init("FILE", .any)],
                examples: [.init("docket upload books books.jsonl", "Upload a file")]
            ),
            Command(
                "search",
                "searches a collection",
                settings: [limit.definition],
                operands: [.init("COLLECTION"), .init("QUERY", .optional)]
            ),
            Command(
                "tenant",
                "manages tenants",
                commands: [
                    Command("create", "makes a tenant", operands: [.init("NAME")]),
                    Command("list", "lists tenants"),
                ]
            ),
            Command("copy", "c", operands: [.init("FROM", .oneOrMore), .init("TO")]),
        ]
    )

    private func run(_ arguments: String...) throws -> Invocation? {
        guard case .run(let invocation) = try program.parse(arguments) else { return nil }
        return invocation
    }

    private func message(_ arguments: String...) -> String? {
        do throws(SettingsError) {
            _ = try program.parse(arguments)
            return nil
        } catch {
            return error.message
        }
    }

    @Test("finds command, settings and operands in any order")
    func order() throws {
        for arguments in [
            ["--json", "search", "--limit", "5", "books", "query"],
            ["search", "books", "query", "--limit=5", "--json"],
            ["search", "books", "--json", "query", "--limit", "5"],
        ] {
            guard case .run(let invocation) = try program.parse(arguments) else { continue }
            #expect(invocation.path == ["search"])
            #expect(invocation.operands == ["books", "query"])
            #expect(invocation.values[Self.json])
            #expect(invocation.values[Self.limit] == 5)
        }
    }

    @Test("takes a dash, negative words and everything after two dashes as operands")
    func dashes() throws {
        #expect(try run("upload", "books", "-")?.operands == ["books", "-"])
        #expect(try run("upload", "--", "books", "--wait")?.operands == ["books", "--wait"])
        #expect(try run("search", "books", "--", "-music")?.operands == ["books", "-music"])
        #expect(try run("upload", "books", "--wait=false")?.values[Self.wait] == false)
        #expect(
            message("search", "books", "-x")
                == "-x is no setting; an operand like this comes after --"
        )
    }

    @Test("finds commands of commands")
    func nested() throws {
        let invocation = try run("tenant", "create", "library")
        #expect(invocation?.path == ["tenant", "create"])
        #expect(invocation?.operands == ["library"])
        #expect(message("tenant") == "docket tenant needs a command, see docket tenant --help")
        #expect(message() == "docket needs a command, see docket --help")
        #expect(message("serach") == "unknown command serach, did you mean search?")
        #expect(message("tenant", "lsit") == "unknown command lsit, did you mean list?")
    }

    @Test("counts operands")
    func operands() throws {
        #expect(message("upload") == "docket upload needs COLLECTION, see docket upload --help")
        #expect(try run("upload", "books", "a", "b", "c")?.operands.count == 4)
        #expect(try run("search", "books") != nil)
        #expect(
            message("search", "books", "q", "more")
                == "docket search takes no \"more\", see docket search --help"
        )
        #expect(message("tenant", "list", "x") != nil)
        #expect(message("copy", "a") == "docket copy needs FROM, see docket copy --help")
        #expect(try run("copy", "a", "b") != nil)
        #expect(try run("copy", "a", "b", "c") != nil)
    }

    @Test("refuses a setting of another command, without value or with a wrong one")
    func settings() {
        #expect(message("search", "books", "--wait") == "unknown setting --wait")
        #expect(message("search", "books", "--limit") == "--limit needs a value")
        #expect(message("search", "books", "--limit", "--json") == "--limit needs a value")
        #expect(
            message("search", "books", "--limit", "0")
                == "--limit: \"0\" is not between 1 and 1000"
        )
        #expect(message("search", "books", "--limit=") != nil)
    }

    @Test("explains itself from the same tables")
    func help() throws {
        guard case .help(let text) = try program.parse(["upload", "--help"]) else {
            Issue.record("no help")
            return
        }
        #expect(text.hasPrefix("Usage: docket upload [SETTINGS] COLLECTION [FILE...]\n"))
        #expect(text.contains("  --wait                      Wait until all are indexed\n"))
        #expect(text.contains("Settings of all commands:\n  --json "))
        #expect(text.contains("  # Upload a file\n  docket upload books books.jsonl\n"))
        guard case .help(let root) = try program.parse(["-h"]) else { return }
        for command in program.commands { #expect(root.contains("  \(command.name) ")) }
        guard case .help(let search) = try program.parse(["search", "-h"]) else { return }
        #expect(search.contains("Hits (default 10; DOCKET_LIMIT)"))
        #expect(search.split(separator: "\n").allSatisfy { $0.count <= 100 })
    }

    @Test("knows the version anywhere")
    func version() throws {
        for arguments in [["--version"], ["search", "--version"]] {
            guard case .version = try program.parse(arguments) else {
                Issue.record("no version")
                continue
            }
        }
    }

    @Test("a program that runs alone may have commands beside")
    func runsAlone() throws {
        let server = Command(
            "docketd",
            "serves",
            commands: [Command("reset-admin-key", "makes a new key")],
            runsAlone: true
        )
        guard case .run(let alone) = try server.parse([]) else { return }
        #expect(alone.path.isEmpty)
        guard case .run(let reset) = try server.parse(["reset-admin-key"]) else { return }
        #expect(reset.path == ["reset-admin-key"])
    }
}
