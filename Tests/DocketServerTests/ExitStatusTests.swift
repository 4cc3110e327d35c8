internal import DocketTestKit
internal import Foundation
internal import Testing

/// A docketd that cannot serve says why in one line, and by its exit status.
@Suite("Exit statuses of docketd", .timeLimit(.minutes(2)))
struct ExitStatusTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    /// The exit status and the one line of a docketd that ends by itself.
    private func refusal(
        _ flags: [String],
        environment: [String: String] = [:],
        data: TestFolder? = nil
    ) async throws -> (status: Int32, line: String) {
        let end = try await RunningProgram.run(
            "docketd",
            flags,
            environment: TestServer.defaults(data ?? folder).merging(environment) { $1 }
        )
        #expect(end.errors.count == 1, "\(end.errors)")
        #expect(end.output.isEmpty)
        #expect(!end.wasKilled)
        let line = end.errors.first ?? ""
        #expect(line.hasPrefix("docketd: "))
        return (end.status, line)
    }

    @Test(
        "2 for a command line that is wrong, with the name that was meant",
        arguments: [
            (["--lisen", "127.0.0.1:0"], "did you mean --listen?"),
            (["--listen", "nowhere"], "--listen: \"nowhere\" is not HOST:PORT"),
            (["--slow-call", "soon"], "--slow-call"),
            (["resett-admin-key"], "did you mean reset-admin-key?"),
            (
                ["--config", "/nonexistent/settings"],
                "/nonexistent/settings: there is no such file"
            ),
            (["--tls-cert", "cert.pem"], "--tls-cert and --tls-key go together"),
            (["--tls-client-ca", "ca.pem"], "--tls-client-ca needs --tls-cert and --tls-key"),
            (["--postgres", "postgres://db/docket"], "--postgres needs --elasticsearch"),
            (["--elasticsearch", "http://one,http://two"], "--elasticsearch needs --postgres"),
            (
                [
                    "--postgres", "postgres://db/docket", "--elasticsearch", "http://one",
                    "--elasticsearch-user", "docket",
                ],
                "--elasticsearch-user and --elasticsearch-password-file go together"
            ),
            (["migrate"], "migrate needs --postgres"),
            (["--redis", "redis://cache"], "--redis needs --postgres"),
            (
                [
                    "--postgres", "postgres://db/docket", "--elasticsearch", "http://one",
                    "--redis", "rediss://cache",
                ],
                "TLS to Redis is not served"
            ),
            (["--rabbitmq", "amqp://queue"], "--rabbitmq needs --postgres"),
            (["--role", "api"], "--role needs --postgres"),
            (["--role", "api,worker"], "--role: worker is neither api nor indexer"),
            (
                [
                    "--postgres", "postgres://db/docket", "--elasticsearch", "http://one",
                    "--rabbitmq-password-file", "password",
                ],
                "--rabbitmq-password-file needs --rabbitmq"
            ),
            (
                [
                    "--postgres", "postgres://db/docket", "--elasticsearch", "http://one",
                    "--rabbitmq", "amqps://queue",
                ],
                "TLS to RabbitMQ is not served"
            ),
        ]
    )
    func wrongFlag(_ flags: [String], _ words: String) async throws {
        let (status, line) = try await refusal(flags)
        #expect(status == 2)
        #expect(line.contains(words), "\(line)")
        #expect(throws: (any Error).self) { try folder.text("data/admin.key") }
    }

    @Test("2 for a bad line of the file of settings, with its number")
    func badFile() async throws {
        let file = try folder.write("# ours\nlog-level = info\nlog-levle = info\n", to: "settings")
        let (status, line) = try await refusal(["--config", file])
        #expect(status == 2)
        #expect(
            line == "docketd: \(file):3: unknown setting log-levle, did you mean log-level?"
        )
    }

    @Test("serves beside the variables of a Kubernetes Service named docket")
    func serviceVariables() async throws {
        let server = try await TestServer(
            folder,
            environment: [
                "DOCKET_SERVICE_HOST": "10.0.0.1", "DOCKET_SERVICE_PORT": "7700",
                "DOCKET_PORT": "tcp://10.0.0.1:7700",
                "DOCKET_PORT_7700_TCP_ADDR": "10.0.0.1",
            ]
        )
        try await #expect(server.stop().status == 0)
    }

    @Test("2 for a variable that nothing reads")
    func badVariable() async throws {
        let (status, line) = try await refusal([], environment: ["DOCKET_LOG_LEVLE": "info"])
        #expect(status == 2)
        #expect(line.contains("DOCKET_LOG_LEVLE, did you mean DOCKET_LOG_LEVEL?"), "\(line)")
    }

    @Test("3 for a data directory that another process has, with its number")
    func lockedData() async throws {
        let server = try await TestServer(folder)
        let (status, line) = try await refusal(["--ready-file", folder.path("other")])
        #expect(status == 3)
        #expect(
            line.hasSuffix("the data directory is in use by process \(server.program.processID)"),
            "\(line)"
        )
        #expect(try server.get("/readyz").hasPrefix("HTTP/1.1 200 "))
    }

    @Test("3 for a data directory that cannot be made")
    func unwritableData() async throws {
        let file = try folder.write("", to: "file")
        for path in [file, file + "/data"] {
            let (status, line) = try await refusal(["--data-dir", path])
            #expect(status == 3)
            #expect(line.hasPrefix("docketd: \(path): "), "\(line)")
        }
    }

    @Test("3 for a ready file that cannot be written")
    func unwritableReadyFile() async throws {
        let path = folder.path("missing/ready")
        let (status, line) = try await refusal(["--ready-file", path])
        #expect(status == 3)
        #expect(line.hasPrefix("docketd: \(path) cannot be written"), "\(line)")
    }

    @Test("3 for a control file that is damaged")
    func damagedControl() async throws {
        try await #expect(TestServer(folder).stop().status == 0)
        try folder.overwrite("data/control.db", at: 0, with: Array(repeating: 0xEE, count: 4096))
        let (status, line) = try await refusal([])
        #expect(status == 3)
        #expect(line.contains("control.db is damaged"), "\(line)")
        #expect(line.contains("docketd restore BACKUP --data-dir NEW"), "\(line)")
    }

    /// What a directory that had data is found without.
    enum LostControl: String, CaseIterable {
        case isMissing = "control.db is missing"
        case isEmpty = "control.db is empty"
        case hasNoData = "control.db is damaged"
    }

    @Test(
        "3 for a directory whose control file is lost, which is left as it is",
        arguments: LostControl.allCases
    )
    func lostControl(_ fault: LostControl) async throws {
        let first = try await TestServer(folder)
        _ = try await first.makeTenant("acme")
        try await #expect(first.stop().status == 0)
        try FileManager.default.removeItem(atPath: folder.path("data/control.db"))
        switch fault {
        case .isMissing: break
        case .isEmpty: try folder.write("", to: "data/control.db")
        case .hasNoData:
            let end = try await RunningProgram.run(
                "/usr/bin/env",
                ["sqlite3", folder.path("data/control.db"), "CREATE TABLE x(y); DROP TABLE x"]
            )
            try #require(end.status == 0)
        }
        // Either of the two says that there was data: the mark, or a tenant's file.
        for evidence in ["data/docket-data", "data/tenants"] {
            let before = try folder.files("data")
            for _ in 0..<2 {
                let (status, line) = try await refusal([])
                #expect(status == 3)
                #expect(line.contains(fault.rawValue), "\(line)")
                #expect(line.contains("docketd restore BACKUP --data-dir NEW"), "\(line)")
            }
            #expect(try folder.files("data") == before)
            try FileManager.default.removeItem(atPath: folder.path(evidence))
        }
    }

    @Test("0 for a directory whose first start was interrupted before it had anything")
    func interruptedFirstStart() async throws {
        try FileManager.default.createDirectory(
            atPath: folder.path("data"),
            withIntermediateDirectories: true
        )
        try folder.write("", to: "data/control.db")
        try await #expect(TestServer(folder).stop().status == 0)
    }

    @Test("3 for a newer format, which stays as it is")
    func newerFormat() async throws {
        try await #expect(TestServer(folder).stop().status == 0)
        // Where SQLite's header has the number of the format.
        try folder.rewriteHeader("data/control.db", at: 60, with: [0, 0, 0, 99])
        let before = try folder.bytes("data/control.db")
        let (status, line) = try await refusal([])
        #expect(status == 3)
        #expect(line.contains("format 99, which is newer than "), "\(line)")
        #expect(try folder.bytes("data/control.db") == before)
    }

    @Test("4 for a port that is taken, of calls and of HTTP", arguments: ["--listen", "--http"])
    func takenPort(_ flag: String) async throws {
        let server = try await TestServer(folder)
        let taken = flag == "--listen" ? server.address : server.http
        let (status, line) = try await refusal([flag, taken], data: TestFolder())
        #expect(status == 4)
        #expect(line == "docketd: cannot listen on \(taken): the address is in use")
    }

    @Test("4 for an address that is another machine's", arguments: ["--listen", "--http"])
    func foreignAddress(_ flag: String) async throws {
        let (status, line) = try await refusal([flag, "192.0.2.1:7700"])
        #expect(status == 4)
        #expect(
            line == "docketd: cannot listen on 192.0.2.1:7700: the address is not this machine's"
        )
    }

    @Test("5 for a certificate that is missing, is none, or has another key")
    func wrongCertificate() async throws {
        let first = try await TestCertificate(folder, "first")
        let second = try await TestCertificate(folder, "second")
        let none = try folder.write("no certificate", to: "none")
        let missing = folder.path("missing")
        for (file, key, named) in [
            (missing, first.key, missing), (none, first.key, none),
            (first.file, second.key, second.key),
        ] {
            let (status, line) = try await refusal(["--tls-cert", file, "--tls-key", key])
            #expect(status == 5)
            #expect(line.hasPrefix("docketd: the certificate cannot be used: "), "\(line)")
            #expect(line.contains(named), "\(line)")
        }
        #expect(throws: (any Error).self) { try folder.text("data/admin.key") }
    }

    @Test("6 for a part that cannot start")
    func brokenPart() async throws {
        let end = try await RunningProgram.run(
            "/bin/sh",
            ["-c", "ulimit -n 64; exec \"$0\" \"$@\"", RunningProgram.path(of: "docketd")]
                + ["--loops", "256"],
            environment: TestServer.defaults(folder)
        )
        #expect(end.status == 6)
        #expect(end.errors.count == 1, "\(end.errors)")
        #expect(end.errors.first?.contains("too many open files") == true, "\(end.errors)")
    }
}
