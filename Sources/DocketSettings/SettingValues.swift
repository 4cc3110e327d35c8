/// The settings that were given, by precedence: command line, environment, file.
package struct SettingValues: Sendable {
    /// Where a value came from.
    package enum Source: Int, Sendable, Comparable {
        case file
        case environment
        case arguments

        package static func < (left: Source, right: Source) -> Bool {
            left.rawValue < right.rawValue
        }
    }

    private struct Given {
        var source: Source
        var texts: [String]
    }

    private var given: [String: Given] = [:]

    package init() {}

    /// The value given, or the setting's default.
    package subscript<Value>(_ setting: Setting<Value>) -> Value {
        given[setting.definition.name].flatMap { setting.read($0.texts) } ?? setting.defaultValue
    }

    /// Where the setting came from; nil when it was given nowhere.
    package func source<Value>(of setting: Setting<Value>) -> Source? {
        given[setting.definition.name]?.source
    }

    /// Takes a value; `name` is how its source calls the setting.
    mutating func add(
        _ text: String,
        to definition: SettingDefinition,
        from source: Source,
        as name: String
    ) throws(SettingsError) {
        if let problem = definition.problem(text) {
            let isHidden = definition.isSecret || URLCheck.mayHoldPassword(text)
            throw SettingsError(isHidden ? "\(name) \(problem)" : "\(name): \"\(text)\" \(problem)")
        }
        guard var known = given[definition.name], known.source >= source else {
            given[definition.name] = Given(source: source, texts: [text])
            return
        }
        guard known.source == source else { return }
        guard definition.isList else { throw SettingsError("\(name) is given twice") }
        known.texts.append(text)
        given[definition.name] = known
    }
}
