/// An Elasticsearch or OpenSearch of the tests.
package struct SearchServer: Sendable {
    /// What a client needs where security is on.
    package struct Access: Sendable {
        package let user: String
        package let password: String
        /// The file with the certificate to trust, PEM.
        package let authority: String

        package init(user: String, password: String, authority: String) {
            self.user = user
            self.password = password
            self.authority = authority
        }
    }

    package let engine: Engine
    /// Of the superuser; nil for plain HTTP that is open to all.
    package let access: Access?

    package init(engine: Engine, access: Access?) {
        self.engine = engine
        self.access = access
    }

    /// Where its API begins, without a path.
    package var url: String {
        "\(access == nil ? "http" : "https")://\(engine.host):\(engine.port)"
    }

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
        if let access {
            arguments += ["--cacert", access.authority, "-u", "\(access.user):\(access.password)"]
        }
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
