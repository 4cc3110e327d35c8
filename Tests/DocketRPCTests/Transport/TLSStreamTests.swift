internal import DocketRPC
internal import DocketRuntime
internal import Glibc
internal import Testing

@Suite("TLS stream", .timeLimit(.minutes(5)))
struct TLSStreamTests {
    private let certificates: TestCertificates
    private let identity: TLSConfiguration.Identity

    init() throws {
        certificates = try TestCertificates()
        identity = try certificates.make("server")
    }

    private func makePair(
        server: TLSContext? = nil,
        client: TLSConfiguration? = nil,
        name: String = "localhost"
    ) throws -> (server: TLSStream, client: TLSStream) {
        let (left, right) = makeSocketPair()
        let server = try server ?? TLSContext(.server(identity: identity))
        let client = try TLSContext(client ?? .client(authorities: identity.certificateFile))
        return (
            try server.makeStream(on: left), try client.makeStream(on: right, serverName: name)
        )
    }

    @Test(
        "carries bytes both ways, however small the buffer that reads them",
        arguments: [1, 100, 65_536]
    )
    func echo(capacity: Int) throws {
        let (server, client) = try makePair()
        #expect(shakeHands(server, client) == (.moved(0), .moved(0)))
        var buffer = SendBuffer(limit: .max)
        let sent = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        buffer.append(sent)
        var received: [UInt8] = []
        while received.count < sent.count {
            if !buffer.isEmpty { _ = client.write(from: &buffer) }
            received += server.readAll(capacity: capacity).bytes
        }
        #expect(received == sent)
        #expect(server.write([9]) == .moved(1))
        #expect(client.readAll().bytes == [9])
    }

    @Test("says that it holds bytes for which the socket will not become readable")
    func buffered() throws {
        let (server, client) = try makePair()
        _ = shakeHands(server, client)
        #expect(client.write([1, 2, 3]) == .moved(3))
        var buffer = ReceiveBuffer(capacity: 2)
        #expect(server.read(into: &buffer) == .moved(2))
        #expect(server.hasBuffered)
        buffer.consume(2)
        #expect(server.read(into: &buffer) == .moved(1))
        #expect(!server.hasBuffered)
        #expect(server.read(into: &buffer) == .wouldBlock)
        #expect(server.wants == .readable)
    }

    @Test("tells the bytes before the end that followed them")
    func farewell() throws {
        let (server, client) = try makePair()
        _ = shakeHands(server, client)
        _ = client.write([1])
        client.finishWriting()
        var buffer = ReceiveBuffer(capacity: 100)
        #expect(server.read(into: &buffer) == .moved(1))
        #expect(server.read(into: &buffer) == .ended)
    }

    @Test("tells a peer that vanished from one that said farewell")
    func truncation() throws {
        let (left, right) = makeSocketPair()
        let server = try TLSContext(.server(identity: identity)).makeStream(on: left)
        let client = try TLSContext(.client(authorities: identity.certificateFile))
            .makeStream(on: right, serverName: "localhost")
        _ = shakeHands(server, client)
        right.close()
        var last: StreamProgress?
        repeat { last = server.readAll().last } while last == .wouldBlock
        #expect(last == .failed(.truncated))
    }

    @Test("waits for room when the socket is full, and goes on")
    func backpressure() throws {
        let (server, client) = try makePair()
        _ = shakeHands(server, client)
        var buffer = SendBuffer(limit: .max)
        for number in 0..<100 {
            buffer.append([UInt8](repeating: UInt8(number), count: 20_000))
        }
        while case .moved = server.write(from: &buffer), !buffer.isEmpty {}
        #expect(buffer.isEmpty == false)
        #expect(server.wants == [.readable, .writable])
        var received = 0
        while received < 2_000_000 {
            received += client.readAll().bytes.count
            if !buffer.isEmpty { _ = server.write(from: &buffer) }
        }
        #expect(buffer.isEmpty == true)
        #expect(server.wants == .readable)
    }

    @Test("shakes hands over a wire that passes one byte at a time")
    func slowHandshake() throws {
        let (near, far) = (makeSocketPair(), makeSocketPair())
        let server = try TLSContext(.server(identity: identity)).makeStream(on: near.left)
        let client = try TLSContext(.client(authorities: identity.certificateFile))
            .makeStream(on: far.left, serverName: "localhost")
        #expect(server.handshake() == .wouldBlock)
        #expect(server.wants == .readable)
        let wire = SlowWire(left: near.right, right: far.right)
        let progress = shakeHands(server, client) { wire.passOneByteEachWay() }
        #expect(progress == (.moved(0), .moved(0)))
    }

    @Test("fails at bytes that are not TLS")
    func garbage() throws {
        let (left, right) = makeSocketPair()
        let server = try TLSContext(.server(identity: identity)).makeStream(on: left)
        _ = SocketStream(right).write(Array("GET / HTTP/1.1\r\n\r\n".utf8))
        guard case .failed = server.handshake() else {
            Issue.record("must fail")
            return
        }
        server.close()
    }

    @Test("refuses a certificate that is for another name, or of another authority")
    func untrusted() throws {
        let other = try certificates.make("other")
        for (authority, name) in [
            (identity.certificateFile, "example.org"), (identity.certificateFile, "127.0.0.2"),
            (other.certificateFile, "localhost"),
        ] {
            let (server, client) = try makePair(
                client: .client(authorities: authority),
                name: name
            )
            guard case .failed(.untrustedCertificate) = shakeHands(server, client).right else {
                Issue.record("\(name) must be refused")
                continue
            }
        }
    }

    @Test("accepts a certificate for the server's address")
    func address() throws {
        let (server, client) = try makePair(name: "127.0.0.1")
        #expect(shakeHands(server, client) == (.moved(0), .moved(0)))
    }

    @Test("lets in only clients with a certificate of its authorities, when told so")
    func clientCertificates() throws {
        let known = try certificates.make("known")
        let unknown = try certificates.make("unknown")
        let context = try TLSContext(
            .server(identity: identity, clientAuthorities: known.certificateFile)
        )
        for (presented, isWelcome) in [(known, true), (unknown, false), (nil, false)] {
            let (server, client) = try makePair(
                server: context,
                client: .client(authorities: identity.certificateFile, identity: presented)
            )
            #expect((shakeHands(server, client).left == .moved(0)) == isWelcome)
        }
    }

    @Test("serves new certificates after a reload, and the old ones after a broken one")
    func reload() throws {
        let context = try TLSContext(.server(identity: identity))
        let old = certificates.path("old.crt")
        try openssl(["x509", "-in", identity.certificateFile, "-out", old])
        #expect(try !context.reload())
        let (server, client) = try makePair(server: context)
        #expect(shakeHands(server, client) == (.moved(0), .moved(0)))

        try certificates.make("server")
        #expect(try context.reload())
        #expect(try !context.reload())
        let renewed = try makePair(server: context)
        #expect(shakeHands(renewed.server, renewed.client) == (.moved(0), .moved(0)))
        let stale = try makePair(server: context, client: .client(authorities: old))
        #expect(shakeHands(stale.server, stale.client).right != .moved(0))
        #expect(client.write([1]) == .moved(1))
        #expect(server.readAll().bytes == [1])

        try certificates.write("no key", to: identity.keyFile)
        #expect(throws: TLSConfigurationError.self) { try context.reload() }
        let kept = try makePair(server: context)
        #expect(shakeHands(kept.server, kept.client) == (.moved(0), .moved(0)))
    }

    @Test("names the file that cannot be used, and shows nothing of it")
    func brokenFiles() throws {
        let other = try certificates.make("other")
        let error = #expect(throws: TLSConfigurationError.self) {
            try TLSContext(
                .server(
                    identity: .init(
                        certificateFile: identity.certificateFile,
                        keyFile: other.keyFile
                    )
                )
            )
        }
        #expect(error?.reason.contains(other.keyFile) == true)
        #expect(throws: TLSConfigurationError.self) {
            try TLSContext(.client(authorities: certificates.path("missing.crt")))
        }
    }
}
