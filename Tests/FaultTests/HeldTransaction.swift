internal import DocketTestKit

/// A transaction of somebody else that stays open, with what it has locked.
final class HeldTransaction: Sendable {
    private let program: RunningProgram
    private let statements: String

    init(_ url: String, _ statements: String) throws {
        program = try RunningProgram(
            "/usr/bin/env",
            ["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", url],
            takesInput: true
        )
        self.statements = statements
    }

    /// Returns once the statements are done, and the transaction is open; throws where one fails.
    func begin() async throws {
        try program.send("BEGIN; \(statements);\n\\echo held")
        _ = try await program.output.first(containing: "held")
    }

    /// Ends it without a commit.
    func end() async throws {
        program.closeInput()
        _ = try await program.end()
    }
}
