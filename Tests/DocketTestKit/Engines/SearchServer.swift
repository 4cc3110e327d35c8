/// An Elasticsearch or OpenSearch of the tests.
package struct SearchServer: Sendable {
    package let engine: Engine

    /// Where its API begins, without a path.
    package var url: String { "http://\(engine.host):\(engine.port)" }

    /// Asks it by curl, beside what is tested.
    ///
    /// - Parameters:
    ///   - method: `GET`, `PUT` and so on.
    ///   - path: With its slash and query.
    ///   - body: JSON, or lines of it.
    /// - Returns: The body of the reply.
    /// - Throws: ``EngineFailed`` when there is no reply within 30 s, or one of 400 and above.
    @discardableResult
    package func request(
        _ method: String,
        _ path: String,
        _ body: String? = nil
    ) async throws -> String {
        var arguments = ["curl", "-sS", "--fail-with-body", "--max-time", "30", "-X", method]
        if let body {
            arguments += ["-H", "Content-Type: application/json", "--data-binary", body]
        }
        let end = try await RunningProgram.run("/usr/bin/env", arguments + [url + path])
        guard end.status == 0 else {
            throw EngineFailed(kind: engine.kind, lines: end.errors + end.output)
        }
        return end.output.joined(separator: "\n")
    }
}
