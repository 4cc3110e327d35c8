internal import Foundation

/// The engines that tests share: each is started by the first that asks for it, and is there for
/// the rest of the run.
///
/// A test that crashes or freezes an engine makes a set of its own, so that no other test meets it.
package actor Engines {
    private struct Wanted: Hashable {
        let kind: Engine.Kind
        let settings: [String]
        let environment: [String: String]
    }

    package static let shared = Engines()

    private var started: [Wanted: Task<Engine, any Error>] = [:]
    private let password = UUID().uuidString

    package init() {}

    /// PostgreSQL, which asks each role for its password (SCRAM).
    ///
    /// - Parameter settings: Of `postgresql.conf`, `name=value`; `fsync=on` where a test needs it.
    /// - Returns: The one with these settings.
    /// - Throws: ``EngineFailed``.
    package func postgres(settings: [String] = []) async throws -> PostgresServer {
        let engine = try await engine(.postgres, settings, ["ENGINE_PASSWORD": password])
        return PostgresServer(engine: engine, password: password)
    }

    /// Elasticsearch on plain HTTP, open to all.
    ///
    /// - Parameter settings: Of `elasticsearch.yml`, `name=value`.
    /// - Returns: The one with these settings.
    /// - Throws: ``EngineFailed``.
    package func elasticsearch(settings: [String] = []) async throws -> SearchServer {
        SearchServer(engine: try await engine(.elasticsearch, settings))
    }

    private func engine(
        _ kind: Engine.Kind,
        _ settings: [String],
        _ environment: [String: String] = [:]
    ) async throws -> Engine {
        let wanted = Wanted(kind: kind, settings: settings, environment: environment)
        if let task = started[wanted] { return try await task.value }
        // Not cancelled with the test that was first: others wait for the same engine.
        let task = Task {
            try await Engine(kind, settings: settings, environment: environment)
        }
        started[wanted] = task
        return try await task.value
    }
}
