internal import DocketClient
internal import DocketTestKit
internal import Testing

/// What PROTOCOL.md promises of calls that follow each other's replies.
@Suite("The order of writes", .timeLimit(.minutes(2)))
struct WriteOrderTests {
    @Test("a call that begins after another's reply sees what it did and wins, on any connection")
    func afterReply() async throws {
        let server = try await TestServer(try TestFolder())
        let key = try await server.makeTenant("acme")
        try await server.client(key) { first in
            _ = try await first.createCollection("c")
            try await server.client(key) { second in
                for turn in 0..<100 {
                    let (writer, reader) = turn % 2 == 0 ? (first, second) : (second, first)
                    let titles = ["old \(turn)", "new \(turn)"]
                    for (client, title) in zip([writer, reader], titles) {
                        _ = try await client.upload([Document(id: "1", title: title)], to: "c")
                    }
                    let stored = try await writer.get(["1"], from: "c").documents
                    #expect(stored.map(\.document.title) == [titles[1]])
                    guard turn % 10 == 0 else { continue }
                    _ = try await reader.delete(["1"], from: "c")
                    try await #expect(writer.get(["1"], from: "c").missing == ["1"])
                    let state = try await writer.status(of: ["1"], in: "c").documents.first?.state
                    #expect(state == .deleting || state == .deleted)
                }
            }
        }
    }
}
