internal import DocketTestKit
internal import Foundation
internal import Testing

/// Elasticsearch and OpenSearch as the tests get them.
@Suite("Search engines of the tests", .timeLimit(.minutes(10)))
struct SearchServerTests {
    @Test(
        "Elasticsearch answers, is killed, and comes back with its indices",
        .needs(.elasticsearch)
    )
    func elasticsearch() async throws {
        let server = try await Engines().elasticsearch()
        try await server.request("PUT", "/kept/_doc/1?refresh=true", #"{"number":7}"#)
        try await server.engine.crash()
        await #expect(throws: EngineFailed.self) { try await server.request("GET", "/") }
        try await server.engine.start()
        let document = try await server.request("GET", "/kept/_source/1")
        #expect(document == #"{"number":7}"#)
    }

    @Test("OpenSearch answers by its own name", .needs(.opensearch))
    func opensearch() async throws {
        let server = try await Engines.shared.opensearch()
        let about = try await server.request("GET", "/")
        #expect(about.contains(#""distribution" : "opensearch""#))
    }

    @Test("with security on, who has no password gets nothing", .needs(.elasticsearch))
    func secured() async throws {
        let server = try await Engines.shared.elasticsearchSecured()
        let key = try await server.request("POST", "/_security/api_key", #"{"name":"test"}"#)
        #expect(key.contains("\"encoded\""))
        let access = try #require(server.access)
        let stranger = SearchServer.Access(
            user: access.user,
            password: "wrong",
            authority: access.authority
        )
        let error = await #expect(throws: EngineFailed.self) {
            try await SearchServer(engine: server.engine, access: stranger).request("GET", "/")
        }
        #expect(error?.lines.contains { $0.contains("401") } == true)
    }
}
