/// A Redis of the tests.
package struct RedisServer: Sendable {
    package let engine: Engine
    package let password: String

    package init(engine: Engine, password: String) {
        self.engine = engine
        self.password = password
    }

    /// Runs one command by redis-cli, beside what is tested.
    ///
    /// - Parameter words: The command and its arguments.
    /// - Returns: The lines of the reply; a reply that is an error is one that says so.
    /// - Throws: ``EngineFailed`` when Redis does not answer.
    @discardableResult
    package func run(_ words: String...) async throws -> [String] {
        let end = try await RunningProgram.run(
            "/usr/bin/env",
            ["redis-cli", "-h", engine.host, "-p", String(engine.port)] + words,
            environment: ["REDISCLI_AUTH": password]
        )
        guard end.status == 0 else { throw EngineFailed(kind: engine.kind, lines: end.errors) }
        return end.output
    }
}
