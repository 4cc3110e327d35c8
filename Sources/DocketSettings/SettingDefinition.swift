/// Where a setting may come from.
package struct SettingSources: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// `--name VALUE`.
    package static let arguments = SettingSources(rawValue: 1)
    /// `DOCKET_NAME=VALUE`.
    package static let environment = SettingSources(rawValue: 2)
    /// `name = VALUE` in the file of settings.
    package static let file = SettingSources(rawValue: 4)
    package static let everywhere: SettingSources = [.arguments, .environment, .file]
}

/// One setting, whatever its type: how it is called, explained and checked.
package struct SettingDefinition: Sendable {
    /// The name on the command line without its dashes, and the key in the file.
    package let name: String
    /// The placeholder of the value in help texts; nil for a flag, which needs none.
    package let placeholder: String?
    package let help: String
    /// The default as one would write it; nil for none.
    package let defaultText: String?
    /// May be given several times, each time for one value more.
    package let isList: Bool
    package internal(set) var sources = SettingSources.everywhere
    /// Its value is never shown.
    package internal(set) var isSecret = false
    /// What is wrong with a value, such as "is not a number"; nil when it is right.
    let problem: @Sendable (String) -> String?

    package var flag: String { "--" + name }

    package var variable: String {
        "DOCKET_" + String(name.map { $0 == "-" ? "_" : $0 }).uppercased()
    }
}

/// A setting with the type of its value.
package struct Setting<Value: Sendable>: Sendable {
    package private(set) var definition: SettingDefinition
    /// What holds when the setting is given nowhere.
    package let defaultValue: Value
    /// Reads the texts that were given, at least one; each has been checked.
    let read: @Sendable ([String]) -> Value?

    init(
        _ name: String,
        _ placeholder: String?,
        default defaultValue: Value,
        text: String?,
        help: String,
        isList: Bool = false,
        problem: @escaping @Sendable (String) -> String?,
        read: @escaping @Sendable ([String]) -> Value?
    ) {
        definition = SettingDefinition(
            name: name,
            placeholder: placeholder,
            help: help,
            defaultText: text,
            isList: isList,
            problem: problem
        )
        self.defaultValue = defaultValue
        self.read = read
    }

    /// This setting, taken from these sources alone.
    package func from(_ sources: SettingSources) -> Setting {
        var setting = self
        setting.definition.sources = sources
        return setting
    }

    /// This setting as a secret: never shown, and refused on the command line, which all can see.
    ///
    /// With `inArguments` it is taken there nevertheless, for trying things out.
    package func secret(inArguments: Bool = false) -> Setting {
        var setting = self
        setting.definition.isSecret = true
        if !inArguments { setting.definition.sources.remove(.arguments) }
        return setting
    }
}
