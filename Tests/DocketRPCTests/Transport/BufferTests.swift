internal import DocketRPC
internal import DocketRuntime
internal import DocketSystem
internal import DocketWire
internal import Testing

@Suite("Receive buffer", .timeLimit(.minutes(5)))
struct ReceiveBufferTests {
    @Test("takes no more than its capacity")
    func capacity() {
        var buffer = ReceiveBuffer(capacity: 8)
        let taken = buffer.append([UInt8](0..<10).rawSpan)
        #expect(taken == 8)
        #expect(buffer.isFull == true)
        let added1 = buffer.append([UInt8](0..<1).rawSpan)
        #expect(added1 == 0)
        let unread = buffer.unread.bytes
        #expect(unread == [UInt8](0..<8))
    }

    @Test("holds the bytes in order, however they come and go", arguments: 1...10)
    func model(seed: Int) {
        var state = UInt64(seed)
        func random(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % bound
        }
        var buffer = ReceiveBuffer(capacity: 100)
        var model: [UInt8] = []
        var next: UInt8 = 0
        for _ in 0..<2_000 {
            switch random(3) {
            case 0, 1:
                let bytes = (0..<random(40)).map { UInt8(truncatingIfNeeded: $0) &+ next }
                let taken = buffer.append(bytes.rawSpan)
                model += bytes.prefix(taken)
                next &+= UInt8(taken)
            default:
                let count = random(60)
                buffer.consume(count)
                model.removeFirst(min(count, model.count))
            }
            let unread = buffer.unread.bytes
            #expect(unread == model)
        }
    }

    @Test("gives its storage back only when nothing is unread")
    func release() {
        var buffer = ReceiveBuffer(capacity: 4)
        _ = buffer.append([1, 2].rawSpan)
        buffer.releaseIfEmpty()
        #expect(buffer.count == 2)
        buffer.consume(5)
        buffer.releaseIfEmpty()
        #expect(buffer.isEmpty == true)
        let added2 = buffer.append([UInt8]([3, 4, 5, 6, 7]).rawSpan)
        #expect(added2 == 4)
    }
}

@Suite("Send buffer", .timeLimit(.minutes(5)))
struct SendBufferTests {
    @Test("sends small, large and borrowed bytes in order")
    func order() {
        let (left, right) = makeSocketPair()
        let (sender, receiver) = (SocketStream(left), SocketStream(right))
        var buffer = SendBuffer(limit: 1 << 20)
        let large = [UInt8](repeating: 7, count: 40_000)
        buffer.append("DOCKET")
        buffer.append([1, 2, 3])
        buffer.append(large)
        buffer.append([4].rawSpan)
        #expect(buffer.count == 40_010)
        #expect(sender.write(from: &buffer) == .moved(40_010))
        #expect(buffer.isEmpty == true)
        #expect(receiver.readAll().bytes == Array("DOCKET".utf8) + [1, 2, 3] + large + [4])
    }

    @Test("has no room from its limit on, and takes the rest of a frame nevertheless")
    func limit() {
        var buffer = SendBuffer(limit: 10)
        buffer.append([UInt8](repeating: 0, count: 9))
        #expect(buffer.hasRoom == true)
        buffer.append([0, 0])
        #expect(buffer.hasRoom == false)
        #expect(buffer.count == 11)
    }

    @Test("sends a large chunk after small ones have left")
    func largeAfterSmall() {
        let (left, right) = makeSocketPair()
        let (sender, receiver) = (SocketStream(left), SocketStream(right))
        var buffer = SendBuffer(limit: 1 << 20)
        for size in [1, 20_000, 2, 30_000, 30_000, 3] {
            let bytes = [UInt8](repeating: 5, count: size)
            buffer.append(bytes)
            #expect(sender.write(from: &buffer) == .moved(size))
            #expect(receiver.readAll().bytes == bytes)
        }
    }

    @Test("works on after its storage was given back")
    func release() {
        let (left, right) = makeSocketPair()
        let (sender, receiver) = (SocketStream(left), SocketStream(right))
        var buffer = SendBuffer(limit: 100)
        for round in UInt8(1)...3 {
            buffer.append([round])
            buffer.releaseIfEmpty()
            #expect(sender.write(from: &buffer) == .moved(1))
            buffer.releaseIfEmpty()
            #expect(receiver.readAll().bytes == [round])
        }
    }

    @Test("goes on where a full socket stopped it", arguments: [100, 5_000, 70_000])
    func partialWrites(size: Int) {
        let (left, right) = makeSocketPair()
        let (sender, receiver) = (SocketStream(left), SocketStream(right))
        var buffer = SendBuffer(limit: .max)
        var expected: [UInt8] = []
        for number in 0..<(3_000_000 / size) {
            let piece = [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: size)
            buffer.append(piece)
            expected += piece
        }
        var received: [UInt8] = []
        var blocked = 0
        while received.count < expected.count {
            if !buffer.isEmpty, sender.write(from: &buffer) == .wouldBlock { blocked += 1 }
            #expect(sender.wants.contains(.writable) == !buffer.isEmpty)
            received += receiver.readAll().bytes
        }
        #expect(received == expected)
        #expect(buffer.isEmpty == true)
    }
}

@Suite("Endpoint", .timeLimit(.minutes(5)))
struct EndpointTests {
    @Test(
        "reads host and port",
        arguments: [
            ("127.0.0.1:7700", "127.0.0.1", 7_700), ("[::1]:0", "::1", 0),
            ("docket.example:65535", "docket.example", 65_535),
        ]
    )
    func valid(text: String, host: String, port: Int) {
        let endpoint = Endpoint(text)
        #expect(endpoint?.host == host)
        #expect(endpoint?.port == UInt16(port))
        #expect(endpoint?.description == text)
    }

    @Test(
        "refuses anything else",
        arguments: [
            "", ":", "host", "host:", ":80", "host:65536", "host:-1", "host:+1", "::1:80", "h:8 ",
        ]
    )
    func invalid(text: String) {
        #expect(Endpoint(text) == nil)
    }
}
