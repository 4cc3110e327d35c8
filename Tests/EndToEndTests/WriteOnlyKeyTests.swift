internal import DocketClient
internal import DocketTestKit
internal import Testing

/// What a service does that only feeds documents.
@Suite("A key that may only write", .timeLimit(.minutes(2)))
struct WriteOnlyKeyTests {
    @Test("is enough for docket-load to upload")
    func load() async throws {
        let folder = try TestFolder()
        let server = try await TestServer(folder)
        let owner = try await server.makeTenant("acme")
        try await server.client(owner) { client in
            _ = try await client.createCollection(
                "c",
                attributes: [AttributeDefinition("at", .time)]
            )
        }
        let key = try await server.client(server.administratorKey) { client in
            try await client.createKey(forTenant: "acme", scopes: [.write]).secret
        }
        let file = try folder.write(
            #"{"id": "1", "title": "new", "attributes": {"at": "2026-01-31T10:00:00Z"}}"#,
            to: "documents"
        )
        func load(into collection: String) async throws -> RunningProgram.End {
            try await RunningProgram.run(
                "docket-load",
                [
                    "run", "--collection", collection, "--documents", file, "--rate", "20",
                    "--duration", "100ms",
                ],
                environment: ["DOCKET_ADDRESS": server.address, "DOCKET_KEY": key]
            )
        }
        try await #expect(load(into: "c").status == 0)
        try await server.client(owner) { client in
            let stored = try await client.get(["1"], from: "c").documents
            let at = Attribute("at", .time(microseconds: 1_769_853_600_000_000))
            #expect(stored.map(\.document.attributes) == [[at]])
        }
        try await #expect(load(into: "d").status == 5)
    }
}
