extension Command {
    /// Reads a command line, without the name of the program.
    ///
    /// Settings may be before and after commands and operands, as `--name VALUE` or
    /// `--name=VALUE`; after `--` everything is an operand.
    package func parse(_ arguments: [String]) throws(SettingsError) -> CommandLineRequest {
        var parser = CommandLineParser(root: self, arguments: arguments[...])
        return try parser.parse()
    }
}

/// Reads one command line from its front.
private struct CommandLineParser {
    private var path: [Command]
    private var rest: ArraySlice<String>
    private var operands: [String] = []
    private var values = SettingValues()

    init(root: Command, arguments: ArraySlice<String>) {
        path = [root]
        rest = arguments
    }

    private var command: Command { path[path.count - 1] }
    private var settings: [SettingDefinition] { path.flatMap(\.settings) }
    private var place: String { path.map(\.name).joined(separator: " ") }

    mutating func parse() throws(SettingsError) -> CommandLineRequest {
        while let argument = rest.popFirst() {
            switch argument {
            case "--help", "-h": return .help(HelpText.text(path))
            case "--version": return .version
            case "--":
                operands += rest
                rest = []
            case _ where argument.hasPrefix("-") && argument != "-":
                try takeSetting(argument)
            default:
                try takeWord(argument)
            }
        }
        if !command.commands.isEmpty, !command.runsAlone {
            throw SettingsError("\(place) needs a command, see \(place) --help")
        }
        try checkOperands()
        return .run(
            Invocation(
                path: path.dropFirst().map(\.name),
                operands: operands,
                values: values,
                settings: settings
            )
        )
    }

    private mutating func takeWord(_ word: String) throws(SettingsError) {
        guard operands.isEmpty, !command.commands.isEmpty else { return operands.append(word) }
        guard let next = command.commands.first(where: { $0.name == word }) else {
            throw .unknown("command", word, known: command.commands.map(\.name))
        }
        path.append(next)
    }

    private mutating func takeSetting(_ argument: String) throws(SettingsError) {
        let parts = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let flag = String(parts[0])
        guard let definition = settings.first(where: { $0.flag == flag }) else {
            guard flag.hasPrefix("--") else {
                throw SettingsError("\(flag) is no setting; an operand like this comes after --")
            }
            throw .unknown("setting", flag, known: settings.map(\.flag))
        }
        guard definition.sources.contains(.arguments) else {
            throw SettingsError(
                "\(flag) is a secret that others could see here: "
                    + "set \(definition.variable) or the file of settings"
            )
        }
        let value: String
        if parts.count == 2 {
            value = String(parts[1])
        } else if definition.placeholder == nil {
            value = "true"
        } else if let next = rest.first, !next.hasPrefix("--") {
            rest.removeFirst()
            value = next
        } else {
            throw SettingsError("\(flag) needs a value")
        }
        try values.add(value, to: definition, from: .arguments, as: flag)
    }

    private func checkOperands() throws(SettingsError) {
        var left = operands.count
        for (index, operand) in command.operands.enumerated() {
            // What later operands cannot do without.
            let later = command.operands[(index + 1)...].filter {
                $0.count == .one || $0.count == .oneOrMore
            }
            let free = left - later.count
            switch operand.count {
            case .one, .oneOrMore:
                guard free > 0 else {
                    throw SettingsError("\(place) needs \(operand.name), see \(place) --help")
                }
                left -= operand.count == .one ? 1 : free
            case .optional: left -= min(1, max(0, free))
            case .any: left -= max(0, free)
            }
        }
        guard left == 0 else {
            let extra = operands[operands.count - left]
            throw SettingsError("\(place) takes no \"\(extra)\", see \(place) --help")
        }
    }
}
