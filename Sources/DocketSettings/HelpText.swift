/// Usage texts, made from the same tables that are parsed.
enum HelpText {
    private static let width = 96
    /// Where explanations begin.
    private static let column = 30

    /// The text for the last command of `path`.
    static func text(_ path: [Command]) -> String {
        guard let command = path.last else { return "" }
        let place = path.map(\.name).joined(separator: " ")
        var sections = [usage(command, place), sentence(command.summary)]
        if !command.commands.isEmpty {
            let rows = command.commands.map { ($0.name, sentence($0.summary)) }
            sections.append("Commands:\n" + table(rows))
        }
        if !command.settings.isEmpty {
            sections.append("Settings:\n" + table(command.settings.map(row)))
        }
        for topic in command.topics { sections.append("\(topic.title):\n" + table(topic.rows)) }
        let inherited = path.dropLast().flatMap(\.settings)
        if !inherited.isEmpty {
            sections.append("Settings of all commands:\n" + table(inherited.map(row)))
        }
        sections.append(
            "Always:\n" + table([("--help", "This text"), ("--version", "The version")])
        )
        if !command.examples.isEmpty {
            let lines = command.examples.map { "  # \($0.meaning)\n  \($0.line)\n" }
            sections.append("Examples:\n" + lines.joined())
        }
        return sections.map { $0.hasSuffix("\n") ? $0 : $0 + "\n" }.joined(separator: "\n")
    }

    private static func usage(_ command: Command, _ place: String) -> String {
        var words = ["Usage: \(place)", "[SETTINGS]"]
        if !command.commands.isEmpty { words.append(command.runsAlone ? "[COMMAND]" : "COMMAND") }
        for operand in command.operands {
            switch operand.count {
            case .one: words.append(operand.name)
            case .optional: words.append("[\(operand.name)]")
            case .any: words.append("[\(operand.name)...]")
            case .oneOrMore: words.append("\(operand.name)...")
            }
        }
        return words.joined(separator: " ")
    }

    private static func row(_ setting: SettingDefinition) -> (String, String) {
        let isArgument = setting.sources.contains(.arguments)
        let name = isArgument ? setting.flag : setting.variable
        let left = setting.placeholder.map { name + (isArgument ? " " : "=") + $0 } ?? name
        var notes: [String] = []
        if let text = setting.defaultText { notes.append("default \(text)") }
        if setting.isList { notes.append("may be repeated") }
        if isArgument, setting.sources.contains(.environment) { notes.append(setting.variable) }
        let suffix = notes.isEmpty ? "" : " (\(notes.joined(separator: "; ")))"
        return (left, sentence(setting.help) + suffix)
    }

    private static func sentence(_ text: String) -> String {
        text.prefix(1).uppercased() + text.dropFirst()
    }

    private static func table(_ rows: [(String, String)]) -> String {
        rows.map { left, right in
            var lines = wrap(right)
            var first = "  " + left
            if first.count + 2 <= column, let line = lines.first {
                first += String(repeating: " ", count: column - first.count) + line
                lines.removeFirst()
            }
            let indent = String(repeating: " ", count: column)
            return ([first] + lines.map { indent + $0 }).joined(separator: "\n") + "\n"
        }.joined()
    }

    private static func wrap(_ text: String) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, column + line.count + 1 + word.count > width {
                lines.append(line)
                line = ""
            }
            line += line.isEmpty ? String(word) : " " + word
        }
        return line.isEmpty ? lines : lines + [line]
    }
}
