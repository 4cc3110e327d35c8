internal import DocketClient
internal import DocketCore
internal import DocketSettings
internal import DocketTestKit
internal import Testing

@testable internal import DocketCommands

@Suite("The client that the settings describe", .timeLimit(.minutes(5)))
struct ClientSettingsTests {
    private func configuration(
        _ arguments: String...,
        environment: [String: String] = ["DOCKET_KEY": "k"]
    ) async throws -> ClientConfiguration {
        guard case .run(var parsed) = try DocketCommand.program.parse(["status"] + arguments) else {
            throw UsageError("no command is run")
        }
        try parsed.values.add(environment: environment, for: parsed.settings, others: ["DOCKET_"])
        let client = try ClientSettings.makeClient(parsed.values)
        await client.shutdown()
        return client.configuration
    }

    @Test("connects without TLS unless something of TLS is set")
    func tls() async throws {
        #expect(try await configuration().tls == nil)
        #expect(try await configuration("--tls").tls != nil)
        #expect(try await configuration("--tls-server-name", "docs").tls?.serverName == "docs")
        let environment = ["DOCKET_KEY": "k", "DOCKET_TLS": "true"]
        #expect(try await configuration(environment: environment).tls != nil)
    }

    @Test(
        "a certificate and its key come together",
        arguments: ["--tls-client-cert", "--tls-client-key"]
    )
    func halfIdentity(flag: String) async {
        let error = await #expect(throws: UsageError.self) {
            try await configuration(flag, "file")
        }
        #expect(error?.message == "--tls-client-cert and --tls-client-key come together")
    }

    @Test("a timeout is that of every call, and connecting takes no longer")
    func timeout() async throws {
        let standard = ClientConfiguration()
        let short = try await configuration("--timeout", "20ms")
        #expect(short.timeouts.reads == .milliseconds(20))
        #expect(short.timeouts.writes == .milliseconds(20))
        #expect(short.timeouts.streamParts == .milliseconds(20))
        #expect(short.timeouts.backup == .milliseconds(20))
        #expect(short.connectTimeout == .milliseconds(20))
        let long = try await configuration("--timeout", "1h")
        #expect(long.timeouts.reads == .seconds(3600))
        #expect(long.connectTimeout == standard.connectTimeout)
        #expect(try await configuration().timeouts.reads == standard.timeouts.reads)
    }

    @Test("names itself and its version")
    func agent() async throws {
        #expect(try await configuration().agent == "docket/" + DocketVersion.text)
    }

    @Test("takes the key that was said nearest, and reads no file it does not need")
    func nearestKey() async throws {
        let none = "/nonexistent/key"
        _ = try await configuration("--key", "k", environment: ["DOCKET_KEY_FILE": none])
        await #expect(throws: (any Error).self) {
            try await configuration("--key-file", none, environment: ["DOCKET_KEY": "k"])
        }
    }

    @Test("takes the first line of a file for the key, without the space around it")
    func keyFile() async throws {
        let folder = try TestFolder()
        let file = try folder.write("  dk_secret \r\nnotes\n", to: "key")
        _ = try await configuration("--key-file", file, environment: [:])
        let late = try folder.write("\ndk_secret\n", to: "late")
        let error = await #expect(throws: UsageError.self) {
            try await configuration("--key-file", late, environment: [:])
        }
        #expect(error?.message == "\(late): holds no key")
    }

    @Test("refuses an address without a port", arguments: ["localhost", "a:b", ":", "h:70000"])
    func address(text: String) async {
        let error = await #expect(throws: DocketError.self) {
            try await configuration("--address", text)
        }
        #expect(error?.code == .invalidArgument)
    }
}
