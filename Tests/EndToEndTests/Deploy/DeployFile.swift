internal import DocketTestKit
internal import Foundation
internal import Testing

/// The files of `deploy/`, and what describes them.
enum DeployFile {
    /// The folder of the repository.
    static let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The absolute path of a file or folder of the repository.
    static func path(_ name: String) -> String { root.appendingPathComponent(name).path }

    static func text(_ name: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8)
    }

    /// The documents of a YAML file.
    static func documents<Value: Decodable>(
        _ name: String,
        as type: Value.Type = Value.self
    ) async throws -> [Value] {
        let script = """
            import json, sys, yaml
            print(json.dumps([page for page in yaml.safe_load_all(open(sys.argv[1])) if page]))
            """
        // Debian's own, which has the package python3-yaml.
        let end = try await RunningProgram.run("/usr/bin/python3", ["-c", script, path(name)])
        try #require(end.status == 0, "\(end.errors)")
        return try JSONDecoder().decode([Value].self, from: Data(end.output.joined().utf8))
    }
}
