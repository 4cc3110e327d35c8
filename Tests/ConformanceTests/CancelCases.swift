internal import DocketRPC
internal import DocketRuntime
internal import DocketSystem
internal import DocketWire
internal import Testing

/// Group B: deadlines and cancelling.
@Suite("Conformance B: deadlines and cancel", .timeLimit(.minutes(1)))
struct CancelCases {
    @Test("B18: a deadline ends the call on both sides, and the handler is cancelled")
    func deadline() async throws {
        try await withTestServer { server in
            let client = try await server.connect()
            let meta = CallMeta(.hold, timeoutMilliseconds: 50)
            #expect(await status { _ = try await client.call(meta, []) } == .deadlineExceeded)
            await server.expect(.cancelled(.hold))
        }
    }

    @Test("B18: a client keeps its own clock where the server has none")
    func clientDeadline() async throws {
        try await withTestServer { server in
            let client = try await server.connect()
            let code = await status {
                _ = try await client.call(CallMeta(.hold), [], deadline: .now() + .milliseconds(50))
            }
            #expect(code == .deadlineExceeded)
            await server.expect(.cancelled(.hold))
        }
    }

    @Test("B20: a call whose time is over is not begun")
    func past() async throws {
        try await withTestServer { server in
            let client = try await server.connect()
            let code = await status {
                _ = try await client.call(CallMeta(.hold), [], deadline: .now() - .seconds(1))
            }
            #expect(code == .deadlineExceeded)
            _ = try await client.call(CallMeta(.echo), [1])
            var began: [TestServer.Event] = []
            for await event in server.events {
                began.append(event)
                if event == .began(.echo) { break }
            }
            #expect(began == [.began(.echo)])
        }
    }

    @Test("B22: a call that ends in time is not disturbed by its deadline")
    func inTime() async throws {
        try await withTestServer { server in
            let client = try await server.connect()
            let meta = CallMeta(.echo, timeoutMilliseconds: 60_000)
            for _ in 0..<50 { #expect(try await client.call(meta, [1]).body == [1]) }
            #expect(await client.callCount == 0)
        }
    }

    @Test("B23: cancelled before anything was sent, the server hears nothing of it")
    func beforeSending() async throws {
        try await withTestServer { server in
            let client = try await server.connect()
            let call = try await client.open(CallMeta(.hold))
            await call.cancel()
            #expect(try await client.call(CallMeta(.echo), [7]).body == [7])
            var events = server.events.makeAsyncIterator()
            #expect(await events.next() == .began(.echo))
        }
    }

    @Test("B24: cancelled in the middle of the request")
    func amidRequest() async throws {
        try await withTestServer { server in
            let client = try await server.connect()
            let call = try await client.open(CallMeta(.hold))
            try await call.send([1], isLast: false)
            await server.expect(.began(.hold))
            await call.cancel()
            await server.expect(.cancelled(.hold))
            #expect(try await client.call(CallMeta(.echo), [7]).body == [7])
        }
    }

    @Test("B25: cancelled after the first of many replies")
    func amidReply() async throws {
        // Credit for a few of them, so that the handler waits for more.
        try await withTestServer { server in
            let client = try await server.connect { $0.receive.initialStreamCredit = 160_000 }
            let call = try await client.open(CallMeta(.sized))
            let sizes = [UInt32](repeating: 100_000, count: 50)
            try await call.send(sizes.flatMap { encoded($0) }, isLast: true)
            #expect(try await call.receive()?.count == 100_000)
            await call.cancel()
            await server.expect(.cancelled(.sized))
            #expect(try await client.call(CallMeta(.echo), [7]).body == [7])
        }
    }

    @Test("B26: cancelled after the whole request")
    func afterRequest() async throws {
        try await withTestServer { server in
            let client = try await server.connect()
            let task = Task { try await client.call(CallMeta(.hold), [1]) }
            await server.expect(.began(.hold))
            task.cancel()
            await server.expect(.cancelled(.hold))
            await #expect(throws: (any Error).self) { _ = try await task.value }
        }
    }

    @Test("B27: where cancel and end cross, each call ends once and the connection goes on")
    func crossing() async throws {
        try await withTestServer { server in
            let client = try await server.connect()
            for round in 0..<180 {
                let task = Task { try await client.call(CallMeta(.echo), [UInt8(round)]) }
                for _ in 0..<(round % 12) { await Task.yield() }
                task.cancel()
                if case .success(let reply) = await task.result {
                    #expect(reply.body == [UInt8(round)])
                }
            }
            #expect(try await client.call(CallMeta(.echo), [7]).body == [7])
            #expect(await client.callCount == 0)
        }
    }

    @Test("B29: a server that stops ends its calls as unavailable")
    func drained() async throws {
        try await withTestServer { server in
            let client = try await server.connect()
            let task = Task { try await client.call(CallMeta(.hold), [1]) }
            await server.expect(.began(.hold))
            await server.rpc.stop(by: .now())
            #expect(await status { _ = try await task.value } == .unavailable)
        }
    }

    @Test("B30: a thousand deadlines at once on one connection")
    func manyDeadlines() async throws {
        try await withTestServer {
            $0.limits.streamsMaximum = 2_000
            $0.limits.cancelsMaximum = 0
        } _: { server in
            let client = try await server.connect { $0.limits.streamsMaximum = 2_000 }
            let meta = CallMeta(.hold, timeoutMilliseconds: 100)
            let codes = await withTaskGroup(of: StatusCode.self, returning: [StatusCode].self) {
                for _ in 0..<1_000 {
                    $0.addTask { await status { _ = try await client.call(meta, []) } }
                }
                return await $0.reduce(into: []) { $0.append($1) }
            }
            #expect(codes == [StatusCode](repeating: .deadlineExceeded, count: 1_000))
            #expect(try await client.call(CallMeta(.echo), [7]).body == [7])
        }
    }

    @Test("B31: a client that vanishes cancels what it asked for")
    func vanished() async throws {
        try await withTestServer { server in
            let client = try await server.connect()
            let call = try await client.open(CallMeta(.hold))
            try await call.send([1], isLast: false)
            await server.expect(.began(.hold))
            await client.close()
            await server.expect(.cancelled(.hold))
        }
    }
}
