internal import DocketRuntime
internal import DocketSystem
internal import DocketWire

/// Preface, HELLO and its answer.
extension Connection {
    /// The bytes are connected: a client speaks first, a server when it was spoken to.
    func beginGreeting() {
        guard case .client(let hello) = side else { return }
        writeControl { Preface().encode(into: &$0) }
        var encoded = ByteWriter()
        hello.encode(into: &encoded)
        writeControl {
            FrameHeader(type: .hello, metaLength: encoded.count).encode(into: &$0)
            $0.append(encoded.bytes)
        }
    }

    /// Takes the peer's preface off the input, once it is whole.
    func takePreface() {
        switch frames.preface() {
        case .needMore: return
        case .accepted:
            frames.machine.prefaceReceived()
            frames.input.consume(Preface.size)
            if frames.machine.role == .server { writeControl { Preface().encode(into: &$0) } }
        case .refused:
            // The peer learns which versions there are, and no more.
            if frames.machine.role == .server { writeControl { Preface().encode(into: &$0) } }
            closeAfterFlush()
        case .notDocket: lose("the peer does not speak this protocol", isFault: true)
        }
    }

    func handleGreeting(_ header: FrameHeader) {
        do throws(ProtobufError) {
            if frames.machine.role == .server {
                let hello = try frames.withMeta(of: header, Hello.decode)
                frames.input.consume(header.frameLength)
                authenticate(hello)
            } else {
                let ack = try frames.withMeta(of: header, HelloAck.decode)
                frames.input.consume(header.frameLength)
                welcomed(ack)
            }
        } catch {
            fail(.connection(.protocolError, "the greeting cannot be read"))
        }
    }

    // MARK: Server

    private func authenticate(_ hello: Hello) {
        if let error = hello.receive.validate() { return fail(error) }
        frames.machine.authenticating()
        agreeOnCodecs(hello.codecs)
        let info = ConnectionInfo(
            credential: hello.credential,
            agent: hello.agent,
            peer: peerAddress,
            isSecure: bytes is TLSStream
        )
        startAuthentication(info, hello)
    }

    func authenticated(_ session: any CallSession, _ hello: Hello) {
        // It may have been too late, or the server may have been stopped.
        guard case .authenticating = frames.machine.phase,
            case .server(_, let connections, let serverMemory) = side
        else { return }
        guard connections.isGreeted(self, as: session.owner) else { return turnAway() }
        self.session = session
        phaseDeadline = .distantFuture
        frames.machine.greeted(hello.receive)
        let memory = serverMemory.connection(of: session.owner)
        frames.unsent = memory.unsent
        self.memory = memory
        var ack = HelloAck()
        ack.receive = configuration.receive
        ack.connection = configuration.limits
        ack.connection.ageMaximumMilliseconds = UInt32(
            clamping: (ageLimit - opened).wholeNanoseconds / 1_000_000
        )
        ack.connection.connectionsRemaining = UInt32(
            clamping: connections.remaining(for: session.owner)
        )
        ack.service = configuration.service
        ack.serverID = configuration.serverID
        ack.codecs = [FrameCodec.zstd.rawValue, FrameCodec.identity.rawValue]
        var encoded = ByteWriter()
        ack.encode(into: &encoded)
        writeControl {
            FrameHeader(type: .helloAck, metaLength: encoded.count).encode(into: &$0)
            $0.append(encoded.bytes)
        }
        resumeReading()
    }

    func refused(_ status: CallStatus) {
        guard case .authenticating = frames.machine.phase else { return }
        let reason: GoAway.Reason =
            status.code == .unauthenticated || status.code == .permissionDenied
            ? .unauthenticated : .internalError
        sayGoodbye(reason, status.message, retryAfter: status.retryAfterMilliseconds)
        closeAfterFlush()
    }

    /// There is no place for the connection: it hears so where there are means to, and ends.
    func turnAway() {
        guard case .server(_, let connections, _) = side, hasPlace else { return }
        switch frames.machine.phase {
        case .handshaking, .preface, .greeting, .authenticating: break
        case .open, .leaving, .draining, .flushing, .finished, .closed: return
        }
        hasPlace = false
        configuration.metrics.refused()
        guard connections.isToldItsEnd(self) else {
            return lose("too many connections", isFault: true)
        }
        phaseDeadline = loop.turnStart + Self.tick
        // In the handshake of TLS nothing can be said yet.
        if frames.machine.phase != .handshaking { sayThatThereIsNoPlace() }
    }

    func sayThatThereIsNoPlace() {
        if frames.machine.phase == .preface { writeControl { Preface().encode(into: &$0) } }
        let pause = UInt32.random(in: 500...1500)
        sayGoodbye(.tooManyConnections, "too many connections", retryAfter: pause)
        closeAfterFlush()
    }

    // MARK: Client

    private func welcomed(_ ack: HelloAck) {
        if let error = ack.receive.validate() { return fail(error) }
        agreeOnCodecs(ack.codecs)
        phaseDeadline = .distantFuture
        frames.machine.welcomed(ack)
        frames.exchangeInput(for: 2 * configuration.receive.frameLimits.creditMinimum)
        greeting.succeed(ack)
        flushLater()
    }

    /// Nothing is gained by compression over loopback.
    private func agreeOnCodecs(_ codecs: [UInt8]) {
        frames.compresses =
            configuration.compresses && !peerAddress.isLoopback
            && codecs.contains(FrameCodec.zstd.rawValue)
    }
}
