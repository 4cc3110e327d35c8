internal import DocketClient
internal import DocketTestKit
internal import Foundation
internal import Testing

/// What monitoring sees of docketd.
@Suite("Health, readiness and metrics of docketd", .timeLimit(.minutes(2)))
struct HTTPPortTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test("metrics carry the method and the class of the tenant, and no text of a tenant")
    func metrics() async throws {
        let server = try await TestServer(folder)
        let key = try await server.makeTenant("secrettenant")
        try await server.client(key) { client in
            _ = try await client.createCollection("secretcollection")
            let document = Document(id: "secretid", title: "secrettitle", body: "secretbody")
            _ = try await client.upload([document], to: "secretcollection")
            let request = SearchRequest(collection: "secretcollection", query: "secretquery")
            for _ in 0..<3 { _ = try await client.search(request) }
            let typed = SuggestRequest(collection: "secretcollection", prefix: "secretpre")
            _ = try await client.suggest(typed)
            _ = try? await client.get(["secretid"], from: "secretmissing")
        }
        let counts = [
            "{method=\"createTenant\",class=\"admin\",status=\"OK\"} 1",
            "{method=\"upload\",class=\"tenant\",status=\"OK\"} 1",
            "{method=\"search\",class=\"tenant\",status=\"OK\"} 3",
            "{method=\"suggest\",class=\"tenant\",status=\"OK\"} 1",
            "{method=\"get\",class=\"tenant\",status=\"NOT_FOUND\"} 1",
        ].map { "docket_calls_total" + $0 }
        // A call is counted when its handler has ended, which its caller need not wait for.
        var text = try server.get("/metrics")
        while !counts.allSatisfy(text.contains) {
            try await Task.sleep(for: .milliseconds(2))
            text = try server.get("/metrics")
        }
        #expect(text.hasPrefix("HTTP/1.1 200 "))
        #expect(!text.contains("secret"))
        let body = text.split(separator: "\r\n").last?.split(separator: "\n") ?? []
        let lines = body.filter { !$0.hasPrefix("#") }.map(String.init)
        #expect(lines.count > 50)
        for line in lines {
            let sample = try #require(MetricSample(line), "\(line)")
            #expect(sample.name.hasPrefix("docket_"))
            let allowed = Set([
                "method", "class", "quota", "source", "tier", "outcome", "status", "le",
            ])
            #expect(allowed.isSuperset(of: sample.labels.keys), "\(line)")
            #expect(["admin", "tenant", nil].contains(sample.labels["class"]), "\(line)")
            #expect(["l1", "l2", nil].contains(sample.labels["tier"]), "\(line)")
        }
    }

    /// Uploads far more than is under way at once, so that a stream lasts until it is read.
    private func fill(_ client: DocketClient) async throws -> Set<String> {
        let body = String(repeating: "text of some length ", count: 200)
        let ids = (0..<4_000).map { "d\($0)" }
        _ = try await client.createCollection("papers")
        for start in stride(from: 0, to: ids.count, by: 1_000) {
            let documents = ids[start..<(start + 1_000)].map { Document(id: $0, body: body) }
            _ = try await client.upload(documents, to: "papers")
        }
        try await client.waitUntilIndexed("papers")
        return Set(ids)
    }

    @Test("is alive but not ready while calls end after SIGTERM, and they end well")
    func draining() async throws {
        let server = try await TestServer(folder, ["--log-level", "debug"])
        var configuration = ClientConfiguration()
        configuration.resumesStreams = false
        let key = try await server.makeTenant("acme")
        try await server.client(key, configuration) { client in
            let ids = try await fill(client)
            var stream = client.stream(StreamRequest(collection: "papers")).makeAsyncIterator()
            var seen = try await stream.next()?.documents.map(\.document.id) ?? []
            #expect(try server.get("/readyz").hasPrefix("HTTP/1.1 200 "))
            #expect(try server.get("/metrics").contains("docket_ready_state 1.0\n"))
            server.program.signal(SIGTERM)
            let line = try await server.program.errors.first(containing: #""message":"stopped""#)
            #expect(line.contains(#""service":"readiness""#))
            #expect(try server.get("/readyz").hasPrefix("HTTP/1.1 503 "))
            #expect(try server.get("/healthz").hasPrefix("HTTP/1.1 200 "))
            #expect(try server.get("/metrics").contains("docket_ready_state 0.0\n"))
            await refusesNewConnections(server, key)
            while let part = try await stream.next() { seen += part.documents.map(\.document.id) }
            #expect(seen.count == ids.count)
            let isWhole = Set(seen) == ids
            #expect(isWhole)
        }
        let end = try await server.program.end()
        #expect(end.status == 0 && !end.wasKilled)
    }

    private func refusesNewConnections(_ server: TestServer, _ key: String) async {
        var configuration = ClientConfiguration()
        configuration.attempts = 1
        let error = await #expect(throws: DocketError.self) {
            try await server.client(key, configuration) { _ = try await $0.status() }
        }
        #expect(error?.isUnreachable == true)
    }

    @Test("a second signal ends it at once, though calls are under way")
    func secondSignal() async throws {
        let server = try await TestServer(folder, ["--log-level", "debug"])
        let key = try await server.makeTenant("acme")
        try await server.client(key) { client in
            _ = try await fill(client)
            var stream = client.stream(StreamRequest(collection: "papers")).makeAsyncIterator()
            _ = try await stream.next()
            server.program.signal(SIGTERM)
            _ = try await server.program.errors.first(containing: #""message":"stopped""#)
            server.program.signal(SIGTERM)
            let end = try await server.program.end()
            #expect(end.wasKilled && end.status == SIGTERM)
        }
    }
}
