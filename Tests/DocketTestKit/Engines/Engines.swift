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
    private let certificates = Result { try TestFolder() }
    private lazy var certificate = Task { [certificates] in
        try await TestCertificate(certificates.get(), "engine")
    }

    package init() {}

    /// PostgreSQL, which asks each role for its password (SCRAM).
    ///
    /// - Parameters:
    ///   - settings: Of `postgresql.conf`, `name=value`; `fsync=on` where a test needs it.
    ///   - backup: A folder with a base backup of another of these, which it starts on.
    /// - Returns: The one with these settings.
    /// - Throws: ``EngineFailed``.
    package func postgres(
        settings: [String] = [],
        on backup: String? = nil
    ) async throws -> PostgresServer {
        var environment = ["ENGINE_PASSWORD": password]
        environment["ENGINE_DATA"] = backup
        let engine = try await engine(.postgres, settings, environment)
        return PostgresServer(engine: engine, password: password)
    }

    /// PgBouncer in transaction mode in front of ``postgres(settings:)``, for all of its roles.
    ///
    /// - Parameters:
    ///   - poolSize: Connections to PostgreSQL for each pair of database and role.
    ///   - settings: Of `pgbouncer.ini`, `name=value`.
    /// - Returns: The same PostgreSQL at PgBouncer's port.
    /// - Throws: ``EngineFailed``.
    package func pgbouncer(
        poolSize: Int,
        settings: [String] = []
    ) async throws -> PostgresServer {
        let postgres = try await postgres()
        let engine = try await engine(
            .pgbouncer,
            ["default_pool_size=\(poolSize)"] + settings,
            ["ENGINE_PASSWORD": password, "ENGINE_POSTGRES": String(postgres.engine.port)]
        )
        return PostgresServer(engine: engine, password: password)
    }

    /// Elasticsearch on plain HTTP, open to all.
    ///
    /// - Parameters:
    ///   - settings: Of `elasticsearch.yml`, `name=value`.
    ///   - disk: The size of a disk for its data alone, as `256m`, which can be filled; nil for the
    ///     machine's.
    /// - Returns: The one with these settings.
    /// - Throws: ``EngineFailed``.
    package func elasticsearch(
        settings: [String] = [],
        disk: String? = nil
    ) async throws -> SearchServer {
        let environment = disk.map { ["ENGINE_DISK": $0] } ?? [:]
        return SearchServer(
            engine: try await engine(.elasticsearch, settings, environment),
            access: nil
        )
    }

    /// Elasticsearch on TLS, with users and API keys.
    ///
    /// - Parameter settings: Of `elasticsearch.yml`, `name=value`.
    /// - Returns: The one with these settings, and its superuser.
    /// - Throws: ``EngineFailed``.
    package func elasticsearchSecured(settings: [String] = []) async throws -> SearchServer {
        let certificate = try await certificate.value
        let engine = try await engine(
            .elasticsearch,
            settings,
            [
                "ENGINE_PASSWORD": password, "ENGINE_TLS_CERT": certificate.file,
                "ENGINE_TLS_KEY": certificate.key,
            ]
        )
        let access = SearchServer.Access(
            user: "elastic",
            password: password,
            authority: certificate.file
        )
        return SearchServer(engine: engine, access: access)
    }

    /// OpenSearch on plain HTTP, open to all.
    ///
    /// - Parameter settings: Of `opensearch.yml`, `name=value`.
    /// - Returns: The one with these settings.
    /// - Throws: ``EngineFailed``.
    package func opensearch(settings: [String] = []) async throws -> SearchServer {
        SearchServer(engine: try await engine(.opensearch, settings), access: nil)
    }

    /// Redis without files, which asks for its password.
    ///
    /// - Parameter settings: Of `redis.conf`, `name=value`.
    /// - Returns: The one with these settings.
    /// - Throws: ``EngineFailed``.
    package func redis(settings: [String] = []) async throws -> RedisServer {
        let engine = try await engine(.redis, settings, ["ENGINE_PASSWORD": password])
        return RedisServer(engine: engine, password: password)
    }

    /// RabbitMQ with the user `docket`, who has a password.
    ///
    /// - Parameter settings: Of `rabbitmq.conf`, `name=value`.
    /// - Returns: The one with these settings.
    /// - Throws: ``EngineFailed``.
    package func rabbitmq(settings: [String] = []) async throws -> RabbitMQServer {
        let engine = try await engine(.rabbitmq, settings, ["ENGINE_PASSWORD": password])
        return RabbitMQServer(engine: engine, password: password)
    }

    /// A control plane of Kubernetes whose nodes and pods are simulated.
    ///
    /// - Throws: ``EngineFailed``.
    package func kubernetes() async throws -> KubernetesCluster {
        KubernetesCluster(engine: try await engine(.kubernetes, []))
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
