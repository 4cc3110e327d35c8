import Foundation

/// The names that users meet, as the code has them and as the documents have them.
enum Vocabulary {
    /// `Upload`, `CreateTenant`: the methods of the contract.
    static func methods(_ repository: Repository) -> [String] {
        let schema = repository.text("proto/docket/v1/docket.proto") ?? ""
        return schema.matches(of: /\n\s+METHOD_([A-Z_]+) = [1-9]/).map { match in
            match.1.split(separator: "_").map { $0.prefix(1) + $0.dropFirst().lowercased() }
                .joined()
        }
    }

    /// `NOT_FOUND`: the status codes, wherever in the contract they are.
    static func statusCodes(_ repository: Repository) -> [String] {
        repository.files.filter { $0.path.hasSuffix(".proto") }.flatMap { file in
            file.text.matches(of: /\n\s+STATUS_CODE_([A-Z_]+) = [0-9]+/).map { String($0.1) }
        }
    }

    /// `docket_calls_total`: metrics as the text of a page of code or prose spells them.
    static func metrics(in text: String) -> Set<String> {
        Set(
            text.matches(of: /\bdocket_[a-z][a-z0-9_]*_(?:total|bytes|seconds|count|ratio|state)\b/)
                .map { String($0.0) }
        )
    }

    static func metrics(_ repository: Repository) -> Set<String> {
        repository.sources.filter { $0.target != "DocketLoad" }
            .reduce(into: []) { $0.formUnion(metrics(in: $1.file.text)) }
    }

    /// `--data-dir`: flags that a document's table of settings lists in its first column.
    static func flags(inTableOf text: String) -> Set<String> {
        Set(
            text.split(separator: "\n").filter { $0.hasPrefix("| `--") }.compactMap { row in
                row.firstMatch(of: /`--([a-z0-9-]+)/).map { String($0.1) }
            }
        )
    }

    /// `StopTests/killed`: tests that a document names.
    static func tests(in text: String) -> Set<String> {
        Set(text.matches(of: /`(\w+(?:Tests|Cases)\/\w+)`/).map { String($0.1) })
    }

    /// Each function of each type of the files of tests.
    static func tests(_ repository: Repository) -> Set<String> {
        repository.files.filter { $0.path.hasPrefix("Tests/") }.reduce(into: []) { tests, file in
            let types = file.text.matches(of: /\n(?:struct|extension) (\w+)/).map { $0.1 }
            let functions = file.text.matches(of: /\n    func (\w+)\(/).map { $0.1 }
            for type in types { for function in functions { tests.insert("\(type)/\(function)") } }
        }
    }

    /// The keys of the settings of docketd, as the one table in DocketServer declares them: the
    /// first string of each `= Setting.kind(`.
    static func settings(_ repository: Repository) -> Set<String> {
        repository.sources
            .filter { $0.target == "DocketServer" && $0.stem.contains("Setting") }
            .reduce(into: []) { keys, file in
                let rows = file.file.text.matches(of: /= Setting\.[a-z]+\(\s*"([a-z0-9-]+)",/)
                keys.formUnion(rows.map { String($0.1) })
            }
    }
}
