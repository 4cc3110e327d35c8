internal import DocketRPC
internal import DocketRuntime
internal import DocketWire
internal import Testing

/// Who gets a connection, and what the others hear.
@Suite("Conformance: places for connections", .timeLimit(.minutes(1)))
struct PlaceCases {
    private func limits(
        _ change: (inout ServerConnections.Limits) -> Void
    ) -> ServerConnections.Limits {
        var limits = ServerConnections.Limits()
        change(&limits)
        return limits
    }

    @Test("connections that do not greet give way to new ones, and hear why")
    func silent() async throws {
        let metrics = RPCMetrics()
        try await withTestServer(connections: limits { $0.greeting = 2 }) {
            $0.metrics = metrics
        } _: { server in
            var silent: [Silent] = []
            for count in 1...8 {
                silent.append(Silent(RawPeer(silentlyTo: server.port)))
                // Two loops take connections: only so it is certain which one came first.
                while metrics.values.accepted < count { await Task.yield() }
            }
            let client = try await server.connect()
            #expect(try await client.call(CallMeta(.echo), [1]).body == [1])
            for peer in silent.prefix(6) {
                let notice = try peer.peer.farewellAtOnce()
                #expect(notice.reason == .tooManyConnections)
                #expect((500...1500).contains(notice.retryAfterMilliseconds ?? 0))
            }
        }
    }

    @Test("beyond the last place a connection hears TOO_MANY_CONNECTIONS before it is closed")
    func full() async throws {
        try await withTestServer(connections: limits { $0.all = 2 }) { server in
            let clients = [try await server.connect(), try await server.connect()]
            #expect(clients.map(\.server.connection.connectionsRemaining) == [1, 0])
            let silent = RawPeer(silentlyTo: server.port)
            #expect(try silent.farewellAtOnce().reason == .tooManyConnections)
            let more = try RawPeer(port: server.port)
            #expect(try more.farewell() == .tooManyConnections)
            await clients[0].close()
            // The place is free once the server has seen the end.
            while server.rpc.connections.remaining == 0 { await Task.yield() }
            let client = try await server.connect()
            #expect(try await client.call(CallMeta(.echo), [2]).body == [2])
        }
    }

    @Test("a tenant that has its share is told so when it has greeted")
    func share() async throws {
        try await withTestServer(connections: limits { $0.all = 32 }) { server in
            // Two places are kept for administration; half of the others is one tenant's.
            var clients: [ClientConnection] = []
            for _ in 0..<15 { clients.append(try await server.connect()) }
            #expect(clients.last?.server.connection.connectionsRemaining == 0)
            let peer = try RawPeer(port: server.port)
            #expect(try peer.farewell() == .tooManyConnections)
            let failure = await #expect(throws: CallFailure.self) { try await server.connect() }
            #expect(failure?.status.code == .unavailable)
            #expect(failure?.status.notProcessed == true)
        }
    }

    @Test("no more connections are told than there are means for; the others are closed")
    func turnedAway() async throws {
        let limits = limits {
            $0.all = 1
            $0.turnedAway = 1
        }
        try await withTestServer(connections: limits) { server in
            let client = try await server.connect()
            // It does not close, so it takes the one place for those that are told.
            let told = RawPeer(silentlyTo: server.port)
            #expect(try told.farewellAtOnce().reason == .tooManyConnections)
            let other = RawPeer(silentlyTo: server.port)
            #expect(throws: RawPeer.Closed.self) { try other.farewellAtOnce() }
            #expect(try await client.call(CallMeta(.echo), [3]).body == [3])
        }
    }

    /// Holds a peer in an array.
    private final class Silent {
        let peer: RawPeer

        init(_ peer: consuming RawPeer) { self.peer = peer }
    }
}
