internal import DocketClient
internal import DocketSettings

/// What a command works with: what it was asked, and where it answers.
struct CommandContext: Sendable {
    let invocation: Invocation
    let console: Console
    /// Makes the client; tests make one of a server of their own.
    let makeClient: @Sendable (SettingValues) throws -> DocketClient

    var operands: [String] { invocation.operands }

    subscript<Value>(_ setting: Setting<Value>) -> Value { invocation.values[setting] }

    var isJSON: Bool { self[CommandSettings.isJSON] }
    var timeout: Duration? { self[CommandSettings.timeout] }

    /// Runs `body` with a client that is shut down afterwards.
    func withClient<Value>(_ body: (DocketClient) async throws -> Value) async throws -> Value {
        let client = try makeClient(invocation.values)
        let result: Result<Value, any Error>
        do { result = .success(try await body(client)) } catch { result = .failure(error) }
        await client.shutdown()
        return try result.get()
    }

    /// Writes what a command found: JSON for programs, otherwise text.
    func answer(json: () -> String, text: () -> String) throws {
        if isJSON {
            try console.writeLine(PlainText.json(json()))
        } else {
            try console.write(text())
        }
    }
}
