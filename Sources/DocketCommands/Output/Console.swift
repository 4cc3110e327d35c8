internal import DocketJSON

/// Where a command writes and what it knows of the terminal.
package struct Console: Sendable {
    /// Writes to standard output; throws ``OutputClosed`` when nobody reads it any more.
    package var write: @Sendable (String) throws -> Void
    /// Writes to standard error.
    package var writeError: @Sendable (String) -> Void
    /// Reads a line from standard input; nil at its end.
    package var readLine: @Sendable () -> String?
    /// Whether a person reads standard output.
    package var isOutputTerminal: Bool
    /// Whether a person reads standard error.
    package var isErrorTerminal: Bool
    /// Whether a person writes standard input.
    package var isInputTerminal: Bool
    /// Columns of the terminal.
    package var width: Int

    package init(
        write: @escaping @Sendable (String) throws -> Void,
        writeError: @escaping @Sendable (String) -> Void,
        readLine: @escaping @Sendable () -> String? = { nil },
        isOutputTerminal: Bool = false,
        isErrorTerminal: Bool = false,
        isInputTerminal: Bool = false,
        width: Int = 80
    ) {
        self.write = write
        self.writeError = writeError
        self.readLine = readLine
        self.isOutputTerminal = isOutputTerminal
        self.isErrorTerminal = isErrorTerminal
        self.isInputTerminal = isInputTerminal
        self.width = width
    }

    package func writeLine(_ line: String) throws { try write(line + "\n") }

    package func writeErrorLine(_ line: String) { writeError(line + "\n") }

    /// Asks a person a question that only `yes` answers well.
    ///
    /// - Throws: ``UsageError`` where no person can be asked.
    func confirm(_ question: String) throws -> Bool {
        guard isInputTerminal, isErrorTerminal else {
            throw UsageError("\(question) Nobody can be asked here: say --yes")
        }
        writeError("\(question) Type yes to go on: ")
        return readLine() == "yes"
    }
}

/// Standard output's reader has gone.
package struct OutputClosed: Error, Sendable {}

/// A command that was given something it cannot work with.
package struct UsageError: Error {
    package let message: String

    package init(_ message: String) { self.message = message }
}
