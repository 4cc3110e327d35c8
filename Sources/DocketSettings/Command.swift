/// A program or one of its commands: what it is called with, and how that is explained.
package struct Command: Sendable {
    /// What is on the command line beside settings.
    package struct Operand: Sendable {
        package enum Count: Sendable {
            case one
            case optional
            case any
            case oneOrMore
        }

        /// As shown in usage texts, upper case.
        package let name: String
        package let count: Count

        package init(_ name: String, _ count: Count = .one) {
            self.name = name
            self.count = count
        }
    }

    /// A complete command line, and what it does.
    package struct Example: Sendable {
        package let line: String
        package let meaning: String

        package init(_ line: String, _ meaning: String) {
            self.line = line
            self.meaning = meaning
        }
    }

    /// A table that explains what an operand or a setting may hold.
    package struct Topic: Sendable {
        package let title: String
        /// What is written, and what it means.
        package let rows: [(String, String)]

        package init(_ title: String, _ rows: [(String, String)]) {
            self.title = title
            self.rows = rows
        }
    }

    package let name: String
    /// One sentence without a full stop, lower case.
    package let summary: String
    /// They hold for the command and for all its commands.
    package var settings: [SettingDefinition]
    package var operands: [Operand]
    package var topics: [Topic]
    package var examples: [Example]
    package var commands: [Command]
    /// Whether it does something by itself although it has commands.
    package var runsAlone: Bool

    package init(
        _ name: String,
        _ summary: String,
        settings: [SettingDefinition] = [],
        operands: [Operand] = [],
        topics: [Topic] = [],
        examples: [Example] = [],
        commands: [Command] = [],
        runsAlone: Bool = false
    ) {
        self.name = name
        self.summary = summary
        self.settings = settings
        self.operands = operands
        self.topics = topics
        self.examples = examples
        self.commands = commands
        self.runsAlone = runsAlone
    }

    /// The settings of this command and of all below it, each once.
    package var allSettings: [SettingDefinition] {
        var seen: Set<String> = []
        return (settings + commands.flatMap(\.allSettings)).filter { seen.insert($0.name).inserted }
    }
}

/// A command line that was understood.
package struct Invocation: Sendable {
    /// The names of the commands, without that of the program.
    package let path: [String]
    package let operands: [String]
    package var values: SettingValues
    /// The settings that the command takes.
    package let settings: [SettingDefinition]

    /// Adds what the environment says, and the file that `file` names, if it names one.
    ///
    /// What the command line said stays; `others` are variables that other programs have, see
    /// ``SettingValues/add(environment:for:others:)``.
    package mutating func complete(
        environment: [String: String],
        others: [String] = [],
        file: Setting<String?>? = nil
    ) throws(SettingsError) {
        try values.add(environment: environment, for: settings, others: others)
        guard let file, let path = values[file] else { return }
        try values.add(file: SettingsFile.text(at: path), at: path, for: settings)
    }
}

/// What a command line asks for.
package enum CommandLineRequest: Sendable {
    case run(Invocation)
    /// The text to be shown.
    case help(String)
    case version
}
