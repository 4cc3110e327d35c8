/// A RabbitMQ of the tests.
package struct RabbitMQServer: Sendable {
    package let engine: Engine
    package let password: String

    package init(engine: Engine, password: String) {
        self.engine = engine
        self.password = password
    }

    /// What docketd is told to tell other processes by it.
    ///
    /// - Parameter folder: Where the file with the password goes.
    /// - Returns: The settings by their variables.
    /// - Throws: What the file system refuses.
    package func settings(_ folder: TestFolder) throws -> [String: String] {
        [
            "DOCKET_RABBITMQ": "amqp://docket@\(engine.host):\(engine.port)",
            "DOCKET_RABBITMQ_PASSWORD_FILE": try folder.write(password, to: "rabbitmq-password"),
        ]
    }

    /// Runs one command of rabbitmqctl.
    ///
    /// - Parameter words: The command and its arguments.
    /// - Returns: The lines of the answer.
    /// - Throws: ``EngineFailed`` when the command fails.
    @discardableResult
    package func run(_ words: String...) async throws -> [String] {
        let end = try await RunningProgram.run(engine.directory + "/control", words)
        guard end.status == 0 else {
            throw EngineFailed(kind: engine.kind, lines: end.output + end.errors)
        }
        return end.output
    }
}
