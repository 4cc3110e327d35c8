internal import DocketRPC
internal import DocketRuntime
internal import DocketWire
internal import Testing

/// Group A: the shapes of calls.
@Suite("Conformance A: basic", .timeLimit(.minutes(1)))
struct BasicCases {
    @Test("A1: a message of no bytes is a message")
    func emptyUnary() async throws {
        try await withTestServer { server in
            let client = try await server.connect()
            let reply = try await client.call(CallMeta(.sum), [])
            #expect(reply.body == encoded(0, 0))
            #expect(try await client.call(CallMeta(.echo), [1]).body == [1])
        }
    }

    @Test("A2: a request of 271,828 bytes and a reply of 314,159")
    func largeUnary() async throws {
        try await withTestServer { server in
            let client = try await server.connect()
            var request = encoded(314_159)
            request += [UInt8](repeating: 0, count: 271_828 - request.count)
            // What follows the first number asks for messages of no bytes; one is wanted.
            let call = try await client.open(CallMeta(.sized))
            try await call.send(request, isLast: true)
            #expect(try await call.receive()?.count == 314_159)
            await call.cancel()
        }
    }

    @Test("A3: a stream of replies of 31,415, 9, 2,653 and 58,979 bytes")
    func serverStream() async throws {
        try await withTestServer { server in
            let client = try await server.connect()
            let call = try await client.open(CallMeta(.sized))
            try await call.send(encoded(31_415, 9, 2_653, 58_979), isLast: true)
            var sizes: [Int] = []
            while let message = try await call.receive() { sizes.append(message.count) }
            #expect(sizes == [31_415, 9, 2_653, 58_979])
            #expect(await call.replyMeta?.status.code == .ok)
            await call.close()
        }
    }

    @Test("A4: a stream of requests is summed to 74,922")
    func clientStream() async throws {
        try await withTestServer { server in
            let client = try await server.connect()
            let call = try await client.open(CallMeta(.sum))
            let sizes = [27_182, 8, 1_828, 45_904]
            for (place, size) in sizes.enumerated() {
                try await call.send([UInt8](repeating: 1, count: size), isLast: place == 3)
            }
            #expect(try await call.receive() == encoded(0, 74_922))
            #expect(try await call.receive() == nil)
            await call.close()
        }
    }

    @Test("A5: messages go to and fro on one stream")
    func pingPong() async throws {
        try await withTestServer { server in
            let client = try await server.connect()
            let call = try await client.open(CallMeta(.echo))
            for round in UInt8(0)..<20 {
                try await call.send([round], isLast: false)
                #expect(try await call.receive() == [round])
            }
            try await call.finishSending()
            #expect(try await call.receive() == nil)
            await call.close()
        }
    }

    @Test("A6: streams without messages, both ways")
    func emptyStream() async throws {
        try await withTestServer { server in
            let client = try await server.connect()
            let call = try await client.open(CallMeta(.nothing))
            try await call.finishSending()
            #expect(try await call.receive() == nil)
            #expect(await call.replyMeta?.status.code == .ok)
            await call.close()
        }
    }

    @Test("A7: an unknown method is unimplemented, and certainly not processed")
    func unknownMethod() async throws {
        try await withTestServer { server in
            let client = try await server.connect()
            do {
                _ = try await client.call(CallMeta(method: 999), [1])
                Issue.record("an unknown method was served")
            } catch let failure as CallFailure {
                #expect(failure.status.code == .unimplemented)
                #expect(failure.status.notProcessed)
            }
            #expect(try await client.call(CallMeta(.echo), [7]).body == [7])
        }
    }

    @Test("A9: every code arrives with its message", arguments: UInt8(1)...16)
    func codes(_ code: UInt8) async throws {
        try await withTestServer { server in
            let client = try await server.connect()
            do {
                _ = try await client.call(CallMeta(.fail), [code] + Array("it is so".utf8))
                Issue.record("the call went well")
            } catch let failure as CallFailure {
                #expect(failure.status.code == StatusCode(rawValue: code))
                #expect(failure.status.message == "it is so")
            }
        }
    }

    @Test("A10: a message keeps its letters and loses its control characters")
    func unicode() async throws {
        try await withTestServer { server in
            let client = try await server.connect()
            do {
                _ = try await client.call(CallMeta(.fail), [3] + Array("ä 日本\u{1B}[31m\n👩‍👩‍👧".utf8))
                Issue.record("the call went well")
            } catch let failure as CallFailure {
                #expect(failure.status.message.hasPrefix("ä 日本"))
                #expect(failure.status.message.hasSuffix("👩‍👩‍👧"))
                #expect(!failure.status.message.unicodeScalars.contains { $0.value < 32 })
            }
        }
    }

    @Test("A11: details arrive in order, with the time to wait")
    func details() async throws {
        try await withTestServer { server in
            let client = try await server.connect()
            do {
                _ = try await client.call(CallMeta(.detailed), [])
                Issue.record("the call went well")
            } catch let failure as CallFailure {
                #expect(failure.status.details.map(\.field) == ["field-0", "field-1", "field-2"])
                #expect(failure.status.details.map(\.item) == [0, 1, 2])
                #expect(failure.status.details.allSatisfy { $0.limit == 7 })
                #expect(failure.status.retryAfterMilliseconds == 250)
            }
        }
    }

    @Test("A13: an error after two messages still delivers the two")
    func lateError() async throws {
        try await withTestServer { server in
            let client = try await server.connect()
            let call = try await client.open(CallMeta(.failLate))
            try await call.send([], isLast: true)
            #expect(try await call.receive() == [1])
            #expect(try await call.receive() == [2])
            #expect(await status { _ = try await call.receive() } == .aborted)
            await call.close()
        }
    }

    @Test("A14: a server may end before its client has")
    func earlyEnd() async throws {
        try await withTestServer { server in
            let client = try await server.connect()
            let call = try await client.open(CallMeta(.early))
            try await call.send([1], isLast: false)
            #expect(try await call.receive() == nil)
            await call.close()
            #expect(try await client.call(CallMeta(.echo), [7]).body == [7])
        }
    }

    @Test("A15: a unary call that ends well without a message is an internal error")
    func noReply() async throws {
        try await withTestServer { server in
            let client = try await server.connect()
            #expect(
                await status { _ = try await client.call(CallMeta(.nothing), []) } == .internalError
            )
        }
    }

    @Test("A16: two messages for a unary call are an internal error")
    func twoReplies() async throws {
        try await withTestServer { server in
            let client = try await server.connect()
            let code = await status { _ = try await client.call(CallMeta(.sized), encoded(1, 1)) }
            #expect(code == .internalError)
        }
    }
}
