package import DocketCore
internal import DocketJSON
internal import DocketSettings

/// Parts of a command line that have a form of their own.
package enum ArgumentSyntax {
    /// `NAME:TYPE[:USE,USE...]`.
    static func attribute(_ text: String) throws -> AttributeDefinition {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count) else {
            throw UsageError("--attribute \(text): is not NAME:TYPE[:USES]")
        }
        let uses = parts.count == 3 ? parts[2].split(separator: ",").map(String.init) : []
        return try attribute(parts[0], type: parts[1], uses: uses, in: "--attribute \(text)")
    }

    static func attribute(
        _ name: String,
        type typeName: String,
        uses useNames: [String],
        language: Language? = nil,
        in place: String
    ) throws -> AttributeDefinition {
        guard let type = AttributeType(name: typeName) else {
            let all = AttributeType.allCases.map(\.name).joined(separator: ", ")
            throw UsageError("\(place): \"\(typeName)\" is not a type: \(all)")
        }
        var uses: AttributeUses = []
        for name in useNames {
            guard let use = AttributeUses.names.first(where: { $0.name == name })?.use else {
                let all = AttributeUses.names.map(\.name).joined(separator: ", ")
                throw UsageError("\(place): \"\(name)\" is not a use: \(all)")
            }
            uses.insert(use)
        }
        return AttributeDefinition(name, type, uses, language: language)
    }

    /// An ISO 639-1 code.
    static func language(_ code: String, in place: String) throws -> Language {
        guard let language = Language(rawValue: code) else {
            let all = Language.codes.joined(separator: ", ")
            throw UsageError("\(place): \"\(code)\" is no language: \(all)")
        }
        return language
    }

    /// A file of `{"NAME": {"type": "TYPE", "uses": ["USE", ...], "language": "CODE"}, ...}`.
    package static func schema(file: String) throws -> [AttributeDefinition] {
        let text = try SettingsFile.text(at: file)
        var parser = JSONParserHandle(byteMaximum: SettingsFile.byteMaximum)
        var attributes: [AttributeDefinition] = []
        do {
            let root = try parser.parse(Array(text.utf8))
            let isObject = try root.forEachMember { name, value in
                attributes.append(try attribute(name, value, in: "\(file): \(name)"))
            }
            guard isObject else { throw UsageError("\(file): is not a JSON object") }
        } catch let error as JSONError {
            throw UsageError("\(file): \(error)")
        }
        return attributes
    }

    private static func attribute(
        _ name: String,
        _ value: borrowing JSONValue,
        in place: String
    ) throws -> AttributeDefinition {
        var type: String?
        var uses: [String] = []
        var language: Language?
        let isObject = try value.forEachMember { key, value in
            switch key {
            case "type": type = value.string
            case "uses":
                let isArray = value.forEachElement { uses.append($0.string ?? "") }
                guard isArray else { throw UsageError("\(place): uses is not an array") }
            case "language":
                language = try Self.language(value.string ?? "", in: "\(place): language")
            default:
                throw UsageError("\(place): \"\(key)\" is none of type, uses and language")
            }
        }
        guard isObject, let type else { throw UsageError("\(place): has no type") }
        return try attribute(name, type: type, uses: uses, language: language, in: place)
    }

    /// `NAME` or `NAME:asc` or `NAME:desc`.
    package static func sortKey(_ text: String) throws -> SortKey {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        switch parts.count == 2 ? parts[1] : parts.count == 1 ? "asc" : "" {
        case "asc": return SortKey(parts[0])
        case "desc": return SortKey(parts[0], isDescending: true)
        default: throw UsageError("--sort \(text): is not NAME[:desc]")
        }
    }

    /// `NAME` or `NAME:N`.
    package static func facet(_ text: String) throws -> FacetRequest {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        if parts.count == 1 { return FacetRequest(parts[0]) }
        guard parts.count == 2, let limit = Int(parts[1]), limit > 0 else {
            throw UsageError("--facet \(text): is not NAME[:N]")
        }
        return FacetRequest(parts[0], limit: limit)
    }

    static func scopes(_ names: [String]) throws -> Scopes {
        var scopes: Scopes = []
        for name in names {
            guard let scope = Scopes.names.first(where: { $0.name == name })?.scope else {
                let all = Scopes.names.map(\.name).joined(separator: ", ")
                throw UsageError("--scope \(name): is not one of \(all)")
            }
            scopes.insert(scope)
        }
        return scopes
    }

    static func cursor(_ text: String?) throws -> [UInt8] {
        guard let text else { return [] }
        guard let cursor = CursorText.bytes(text) else {
            throw UsageError("--cursor \(text): is not a cursor")
        }
        return cursor
    }

    static func filter(_ text: String?) throws -> Filter? {
        guard let text else { return nil }
        return try Filter(parsing: text)
    }
}
