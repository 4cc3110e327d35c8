internal import DocketSettings
internal import Testing

@Suite("Sources of settings", .timeLimit(.minutes(5)))
struct SettingSourcesTests {
    private let size = Setting.bytes("l1-bytes", default: 64, in: 0...(1 << 40), help: "the cache")
    private let listen = Setting<String?>.text("listen", "A", help: "the port")
    private let roles = Setting<[String]>.list("role", "ROLE", help: "the roles")
    private let key = Setting<String?>.text("key", "KEY", help: "the key").secret()
    private let config = Setting<String?>.text("config", "FILE", help: "the file")
        .from([.arguments, .environment])

    private var program: Command {
        Command(
            "docketd",
            "serves documents",
            settings: [
                size.definition, listen.definition, roles.definition, key.definition,
                config.definition,
            ]
        )
    }

    private func values(
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        file: String? = nil
    ) throws -> SettingValues {
        guard case .run(var invocation) = try program.parse(arguments) else {
            return SettingValues()
        }
        try invocation.complete(
            environment: environment,
            others: ["DOCKET_KEY_FILE", "DOCKET_TEST_"]
        )
        if let file {
            try invocation.values.add(file: file, at: "docket.conf", for: program.settings)
        }
        return invocation.values
    }

    private func message(
        _ arguments: [String] = [],
        environment: [String: String] = [:],
        file: String? = nil
    ) -> String? {
        do {
            _ = try values(arguments, environment: environment, file: file)
            return nil
        } catch let error as SettingsError {
            return error.message
        } catch {
            return "\(error)"
        }
    }

    @Test("the command line wins over the environment, the environment over the file")
    func precedence() throws {
        let file = "l1-bytes = 1KiB\nlisten = file\n"
        let environment = ["DOCKET_L1_BYTES": "2KiB"]
        let all = try values(["--l1-bytes", "3KiB"], environment: environment, file: file)
        #expect(all[size] == 3 << 10)
        #expect(all.source(of: size) == .arguments)
        #expect(all[listen] == "file")
        let two = try values(environment: environment, file: file)
        #expect(two[size] == 2 << 10)
        #expect(two.source(of: size) == .environment)
        #expect(try values(file: file)[size] == 1 << 10)
        #expect(try values()[size] == 64)
        #expect(try values().source(of: size) == nil)
    }

    @Test("a list is taken whole from the first source that has it")
    func lists() throws {
        let all = try values(
            ["--role", "a", "--role=b,c"],
            environment: ["DOCKET_ROLE": "d"],
            file: "role = e"
        )
        #expect(all[roles] == ["a", "b", "c"])
        #expect(try values(environment: ["DOCKET_ROLE": "d"], file: "role = e")[roles] == ["d"])
        #expect(try values(file: "role = e\nrole = f")[roles] == ["e", "f"])
    }

    @Test("a wrong value is refused even where another source wins")
    func wrongBelow() {
        #expect(message(["--l1-bytes", "1"], environment: ["DOCKET_L1_BYTES": "x"]) != nil)
        #expect(message(["--l1-bytes", "1"], file: "l1-bytes = x") != nil)
    }

    @Test("names the right setting for a misspelt one")
    func nearest() {
        #expect(
            message(["--l1-byte", "1"]) == "unknown setting --l1-byte, did you mean --l1-bytes?"
        )
        #expect(message(["--lsiten=x"]) == "unknown setting --lsiten, did you mean --listen?")
        #expect(message(["--zzzzzzzzzzz"]) == "unknown setting --zzzzzzzzzzz")
        #expect(
            message(environment: ["DOCKET_LISTN": "x"])
                == "unknown environment variable DOCKET_LISTN, did you mean DOCKET_LISTEN?"
        )
        #expect(
            message(file: "# c\n\nlistne = x\n")
                == "docket.conf:3: unknown setting listne, did you mean listen?"
        )
        let long = String(repeating: "x", count: 100_000)
        #expect(message(["--" + long]) == "unknown setting --" + long)
    }

    @Test("leaves variables of others alone")
    func others() {
        #expect(message(environment: ["PATH": "/", "DOCKETX": "1"]) == nil)
        #expect(message(environment: ["DOCKET_KEY_FILE": "f", "DOCKET_TEST_X": "1"]) == nil)
        #expect(message(environment: ["DOCKET_KEY_FILES": "f"]) != nil)
    }

    @Test(
        "passes over what Kubernetes says of Services whose names begin with docket",
        arguments: [
            ("DOCKET_SERVICE_HOST", "10.0.0.1"), ("DOCKET_SERVICE_PORT", "7700"),
            ("DOCKET_SERVICE_PORT_RPC", "7700"), ("DOCKET_PORT", "tcp://10.0.0.1:7700"),
            ("DOCKET_PORT_7700_TCP", "tcp://10.0.0.1:7700"),
            ("DOCKET_PORT_7700_TCP_PROTO", "tcp"), ("DOCKET_PORT_7700_TCP_PORT", "7700"),
            ("DOCKET_PORT_7700_TCP_ADDR", "10.0.0.1"),
            ("DOCKET_PORT_53_UDP", "udp://10.0.0.1:53"), ("DOCKET_PORT_9_SCTP_ADDR", "::1"),
            ("DOCKET_HTTP_SERVICE_HOST", "10.0.0.2"), ("DOCKET_HTTP_PORT", "tcp://10.0.0.2:7701"),
            ("DOCKET_HTTP_PORT_7701_TCP_ADDR", "10.0.0.2"),
            ("DOCKET_SERVICE_PORT_SERVICE_PORT_WEB_UI", "80"),
            ("DOCKET_2_PORT_80_TCP", "tcp://[fd00::1]:80"),
        ]
    )
    func services(_ name: String, _ value: String) {
        #expect(message(environment: [name: value]) == nil)
    }

    @Test(
        "refuses what only looks like a Service's",
        arguments: [
            ("DOCKET_PORT", "7700"), ("DOCKET_HTTP_PORT", "7701"), ("DOCKET_SERVICE", "docket"),
            ("DOCKET_SERVICE_PORT", "tcp"), ("DOCKET_SERVICE_HOSTS", "a"),
            ("DOCKET_SERVICE_HOST", ""), ("DOCKET_PORT_7700_TCP", "7700"),
            ("DOCKET_PORT_TCP", "tcp://10.0.0.1:7700"), ("DOCKET_PORT_7700_TPC_ADDR", "10.0.0.1"),
            ("DOCKET_PORT_7700_TCP_NAME", "x"), ("DOCKET_LISTN", "tcp://10.0.0.1:7700"),
        ]
    )
    func noServices(_ name: String, _ value: String) {
        let refusal = message(environment: [name: value]) ?? ""
        #expect(refusal.hasPrefix("unknown environment variable \(name)"))
    }

    @Test("takes no secret from the command line, and never shows one")
    func secrets() throws {
        let refusal = message(["--key", "hunter2"]) ?? ""
        #expect(refusal.contains("DOCKET_KEY"))
        #expect(!refusal.contains("hunter2"))
        let given = try values(environment: ["DOCKET_KEY": "hunter2"], file: "listen = x")
        #expect(given[key] == "hunter2")
        let open = Setting<String?>.text("key", "KEY", help: "h").secret(inArguments: true)
        let command = Command("docket", "s", settings: [open.definition])
        guard case .run(let invocation) = try command.parse(["--key", "k"]) else { return }
        #expect(invocation.values[open] == "k")
    }

    @Test("refuses what is no setting line, is given twice or may not stand in the file")
    func fileErrors() {
        #expect(message(file: "listen") == "docket.conf:1: is not \"name = value\"")
        #expect(message(file: "listen=a\nlisten=b") == "docket.conf:2: listen is given twice")
        #expect(message(file: "config = other")?.contains("unknown setting config") == true)
        #expect(message(["--listen", "a", "--listen", "b"]) == "--listen is given twice")
        #expect(message(file: "\r\n  # c\r\n listen = a = b \r\n") == nil)
    }

    @Test("reads the file that a setting names, and says what is wrong with it")
    func realFiles() throws {
        guard case .run(var invocation) = try program.parse(["--config", "/nonexistent/x"]) else {
            return
        }
        #expect(throws: SettingsError.self) {
            try invocation.complete(environment: [:], file: config)
        }
        #expect(throws: SettingsError.self) { try SettingsFile.text(at: "/") }
        #expect(throws: SettingsError.self) { try SettingsFile.text(at: "/dev/zero") }
        #expect(try SettingsFile.text(at: "/proc/self/comm").isEmpty == false)
        #expect(SettingsFile.environment()["PATH"] != nil)
    }
}
