internal import DocketClient
internal import DocketTestKit
internal import Foundation
internal import Testing

/// What the log of docketd says, and what it never says.
@Suite("The log of docketd", .timeLimit(.minutes(2)))
struct LogTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    /// Documents enough that searches take longer than the least bound of slowness.
    private static let documents = (0..<3_000).map { number in
        Document(id: "secretid\(number)", title: "secrettitle", body: "secretbody w\(number)")
    }

    /// Uploads, and searches until a search was slow; its request id, and the lines of it.
    private func slowSearch(_ server: TestServer) async throws -> (id: String, lines: [String]) {
        let key = try await server.makeTenant("secrettenant")
        return try await server.client(key) { client in
            _ = try await client.createCollection("secretcollection")
            for start in stride(from: 0, to: Self.documents.count, by: 1_000) {
                _ = try await client.upload(
                    Array(Self.documents[start..<(start + 1_000)]),
                    to: "secretcollection"
                )
            }
            for number in 0... {
                var request = SearchRequest(
                    collection: "secretcollection",
                    query: "secretbody w\(number)"
                )
                request.match = .any
                let id = try await client.search(request).requestID
                let lines = server.program.errors.all.filter { $0.contains("\"\(id)\"") }
                if !lines.isEmpty { return (id, lines) }
            }
            return ("", [])
        }
    }

    private func fields(_ line: String) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
        return try #require(object)
    }

    @Test("is lines of JSON that name the call, and hold no text of a tenant")
    func slowCall() async throws {
        let server = try await TestServer(folder, ["--slow-call", "1ms", "--log-level", "debug"])
        let (id, lines) = try await slowSearch(server)
        let slow = try fields(#require(lines.first))
        #expect(slow["message"] as? String == "slow call")
        #expect(slow["level"] as? String == "warning")
        #expect(slow["method"] as? String == "search")
        #expect(slow["request_id"] as? String == id)
        #expect((slow["took_us"] as? Int).map { $0 > 1_000 } == true)
        #expect((slow["tenant"] as? Int).map { $0 > 0 } == true)
        #expect(slow["query"] == nil)
        let all = try await server.stop().errors
        #expect(all.count > 5)
        for line in all {
            let fields = try fields(line)
            #expect(fields["time"] is String && fields["message"] is String, "\(line)")
            #expect(!line.contains("secret") && !line.contains("dk_"), "\(line)")
        }
    }

    @Test("shows the query of a slow search with --log-queries, and still no document")
    func slowQuery() async throws {
        let server = try await TestServer(folder, ["--slow-call", "1ms", "--log-queries"])
        let (_, lines) = try await slowSearch(server)
        let slow = try fields(#require(lines.first))
        #expect((slow["query"] as? String)?.hasPrefix("secretbody w") == true)
        for line in try await server.stop().errors {
            #expect(!line.contains("secrettitle") && !line.contains("secretid"), "\(line)")
        }
    }

    @Test("says why a connection failed, at most ten times a second, and nothing of its bytes")
    func connections() async throws {
        let server = try await TestServer(folder, ["--log-level", "debug"])
        let port = try #require(server.address.split(separator: ":").last.flatMap { UInt16($0) })
        for _ in 0..<100 {
            let exchange = try #require(SocketExchange(port: port))
            exchange.send("GET /secret HTTP/1.1\r\n\r\n")
            _ = exchange.readAll()
        }
        await #expect(throws: DocketError.self) {
            try await server.client("dk_secret") { try await $0.collections() }
        }
        try await server.client(server.administratorKey) { _ = try await $0.tenants() }
        let all = try await server.stop().errors
        let failed = try all.map(fields).filter {
            $0["message"] as? String == "a connection failed"
        }
        #expect(failed.allSatisfy { $0["level"] as? String == "info" && $0["peer"] is String })
        let foreign = failed.filter {
            ($0["reason"] as? String)?.contains("does not speak this protocol") == true
        }
        let leftOut = failed.compactMap { $0["left_out"] as? Int }.reduce(0, +)
        #expect(foreign.count >= 1 && foreign.count + leftOut <= 101)
        #expect(all.contains { $0.contains("\"a connection ended\"") })
        #expect(!all.contains { $0.contains("secret") })
    }
}
