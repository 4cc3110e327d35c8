internal import DocketTestKit
internal import Foundation

/// Where the docketd of a test keeps what it is given.
enum ServerStore: Sendable {
    case embedded
    /// PostgreSQL and Elasticsearch.
    case engines
    /// The same by TLS, with a key of least privilege.
    case secured
    /// PostgreSQL behind a PgBouncer that has two connections for each user.
    case pooled
    /// PostgreSQL and OpenSearch.
    case opensearch

    static let onEngines: [ServerStore] = [.engines, .secured, .pooled, .opensearch]

    /// What a key of Docket has to be allowed, and no more.
    private static func role(_ prefix: String) -> String {
        """
        {"name":"docket","role_descriptors":{"docket":{"cluster":["monitor"],"indices":[{\
        "names":["\(prefix)-*"],"privileges":["create_index","manage","write","read"]}]}}}
        """
    }

    /// Settings of a server with a database and an index of its own; empty for the embedded store.
    func settings(_ folder: TestFolder) async throws -> [String: String] {
        guard self != .embedded else { return [:] }
        let postgres = try await Engines.shared.postgres()
        let front =
            self == .pooled ? try await Engines.shared.pgbouncer(poolSize: 2) : nil
        let database = try await DocketDatabase.make(on: postgres, behind: front, in: folder)
        return database.settings.merging(try await index(folder)) { $1 }
    }

    /// The search engine, shared with all tests of this kind.
    func searchServer() async throws -> SearchServer {
        let settings = ["action.auto_create_index=false"]
        switch self {
        case .opensearch: return try await Engines.shared.opensearch(settings: settings)
        case .secured: return try await Engines.shared.elasticsearchSecured(settings: settings)
        case .embedded, .engines, .pooled:
            return try await Engines.shared.elasticsearch(settings: settings)
        }
    }

    private func index(_ folder: TestFolder) async throws -> [String: String] {
        let server = try await searchServer()
        let prefix = "server-" + UUID().uuidString.lowercased()
        var settings = Self.settings(of: server.url, prefix)
        guard let access = server.access else { return settings }
        settings["DOCKET_ELASTICSEARCH_CA"] = access.authority
        let made = try await server.request("POST", "/_security/api_key", Self.role(prefix))
        let json = try JSONSerialization.jsonObject(with: Data(made.utf8)) as? [String: Any]
        let key = json?["encoded"] as? String ?? ""
        settings["DOCKET_ELASTICSEARCH_KEY_FILE"] = try folder.write(key, to: "engine-key")
        return settings
    }

    static func settings(of url: String, _ prefix: String) -> [String: String] {
        [
            "DOCKET_ELASTICSEARCH": url, "DOCKET_ELASTICSEARCH_PREFIX": prefix,
            "DOCKET_ELASTICSEARCH_REPLICAS": "0",
        ]
    }
}
