extension SettingValues {
    /// Takes what the environment says.
    ///
    /// A variable that begins with `DOCKET_` and is nobody's setting is refused, unless another
    /// program of this family has it or Kubernetes made it of a Service's name.
    ///
    /// Of `others`, one that ends in `_` stands for all that begin with it.
    package mutating func add(
        environment variables: [String: String],
        for definitions: [SettingDefinition],
        others: [String]
    ) throws(SettingsError) {
        let known = definitions.filter { $0.sources.contains(.environment) }
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) {
            guard name.hasPrefix("DOCKET_") else { continue }
            if let definition = known.first(where: { $0.variable == name }) {
                try add(value, to: definition, from: .environment, as: name)
            } else if !ServiceVariable.isOne(name, value),
                !others.contains(where: { $0.hasSuffix("_") ? name.hasPrefix($0) : $0 == name })
            {
                throw .unknown("environment variable", name, known: known.map(\.variable))
            }
        }
    }

    /// Takes what a file says: `name = value` on each line, `#` begins a line of comment.
    package mutating func add(
        file text: String,
        at path: String,
        for definitions: [SettingDefinition]
    ) throws(SettingsError) {
        let known = definitions.filter { $0.sources.contains(.file) }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        for (number, line) in lines.enumerated() {
            let line = line.trimmed
            guard !line.isEmpty, line.first != "#" else { continue }
            let place = "\(path):\(number + 1)"
            guard let equals = line.firstIndex(of: "=") else {
                throw SettingsError("\(place): is not \"name = value\"")
            }
            let name = String(line[..<equals].trimmed)
            guard let definition = known.first(where: { $0.name == name }) else {
                let error = SettingsError.unknown("setting", name, known: known.map(\.name))
                throw SettingsError("\(place): \(error.message)")
            }
            let value = String(line[line.index(after: equals)...].trimmed)
            try add(value, to: definition, from: .file, as: "\(place): \(name)")
        }
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        let start = drop { $0.isWhitespace }
        guard let end = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return start[...end]
    }
}
