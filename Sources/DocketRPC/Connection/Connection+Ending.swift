internal import DocketRuntime
internal import DocketSystem
internal import DocketWire

/// Time limits, farewells and the end of a connection.
extension Connection {
    /// Once a second: everything that is bounded in time and needs no better precision.
    func ticked() {
        tickToken = nil
        let now = loop.turnStart
        checkTimes(now)
        guard frames.machine.phase != .closed else { return }
        if sendQueue.contains(where: { !$0.isEmpty }) {
            pump(1)
            updateInterest()
        }
        if now - lastRead > Self.tick {
            shrinkInput()
            frames.releaseIdle()
        }
        tickToken = loop.schedule(after: Self.tick) { self.assumeIsolated { $0.ticked() } }
    }

    private func checkTimes(_ now: MonotonicTime) {
        if now > phaseDeadline { return phaseIsOver() }
        guard frames.machine.phase.servesCalls else { return }
        let unread = Int(configuration.limits.unreadTimeoutMilliseconds)
        if unread > 0, let unreadSince, now - unreadSince > .milliseconds(unread) {
            return fail(.connection(.timeout, "nothing of what was sent has been read"))
        }
        if let partialSince = frames.partialSince, now - partialSince > configuration.frameLimit {
            return fail(.connection(.timeout, "a frame took too long"))
        }
        if session?.isRevoked == true {
            sayGoodbye(.unauthenticated, "the key is no longer valid")
            return closeAfterFlush()
        }
        if frames.machine.role == .server { checkAge(now) } else { checkPeer(now) }
    }

    /// The connection was in its phase for too long.
    private func phaseIsOver() {
        switch frames.machine.phase {
        case .preface where frames.machine.role == .server,
            .greeting where frames.machine.role == .server:
            if frames.machine.phase == .preface { writeControl { Preface().encode(into: &$0) } }
            fail(.connection(.timeout, "HELLO did not come in time"))
        case .authenticating:
            fail(.connection(.timeout, "the key could not be checked in time"))
        case .leaving, .draining: endGrace()
        case .handshaking, .preface, .greeting: lose("the greeting took too long", isFault: true)
        case .open, .flushing, .finished, .closed: lose("the time is over")
        }
    }

    private func checkAge(_ now: MonotonicTime) {
        guard frames.machine.phase == .open else { return }
        if now > ageLimit { return drain(.age) }
        let idle = configuration.limits.idleTimeoutMilliseconds
        if idle > 0, entries.isEmpty, now - lastRead > .milliseconds(Int(idle)) { drain(.idle) }
    }

    /// Client: a silent peer is asked, and left when it does not answer.
    private func checkPeer(_ now: MonotonicTime) {
        if let pingSent, now - pingSent > configuration.keepalive {
            return lose("the server does not answer")
        }
        guard pingSent == nil, now - lastRead > configuration.keepalive else { return }
        pingSent = now
        writeControl { ControlFrame.appendPing(now.nanoseconds, isAck: false, to: &$0) }
    }

    // MARK: Going away

    /// Ends gracefully: calls that run have the grace time, new ones go elsewhere.
    ///
    /// The first notice refuses nothing, since calls may be on their way; the second, 100 ms later,
    /// names the last call that is served.
    func drain(_ reason: GoAway.Reason, by deadline: MonotonicTime = .distantFuture) {
        guard frames.machine.leave() else {
            switch frames.machine.phase {
            case .handshaking, .preface: return lose("going away")
            case .greeting, .authenticating:
                sayGoodbye(reason, "the server is going away")
                return closeAfterFlush()
            case .open, .leaving, .draining, .flushing, .finished, .closed: return
            }
        }
        let grace = configuration.limits.graceMilliseconds
        phaseDeadline = min(graceEnd, deadline)
        write(GoAway(lastStream: GoAway.allStreams, reason: reason, graceMilliseconds: grace))
        loop.schedule(after: .milliseconds(100)) {
            self.assumeIsolated { $0.refuseNewCalls(reason) }
        }
    }

    /// When calls that run now have had their time; a grace of 0 is not limited.
    private var graceEnd: MonotonicTime {
        let grace = configuration.limits.graceMilliseconds
        return grace == 0 ? .distantFuture : loop.turnStart.after(milliseconds: grace)
    }

    /// Calls have had their time to end: gives up what runs, and closes.
    func endGrace() {
        cancelCalls()
        phaseDeadline = loop.turnStart + Self.tick
        closeAfterFlush()
        pump()
    }

    private func refuseNewCalls(_ reason: GoAway.Reason) {
        guard frames.machine.phase == .leaving else { return }
        write(
            GoAway(
                lastStream: frames.machine.drain(),
                reason: reason,
                graceMilliseconds: configuration.limits.graceMilliseconds
            )
        )
        closeIfDrained()
    }

    func closeIfDrained() {
        if frames.machine.isDrained { closeAfterFlush() }
    }

    func sayGoodbye(_ reason: GoAway.Reason, _ message: String, retryAfter: UInt32? = nil) {
        write(
            GoAway(
                lastStream: frames.machine.role == .server ? frames.machine.lastStream : 0,
                reason: reason,
                retryAfterMilliseconds: retryAfter,
                message: message
            )
        )
    }

    private func write(_ notice: GoAway) {
        farewell = notice
        var encoded = ByteWriter()
        notice.encode(into: &encoded)
        writeControl {
            FrameHeader(type: .goAway, metaLength: encoded.count).encode(into: &$0)
            $0.append(encoded.bytes)
        }
    }

    /// The peer goes away: its later calls were not processed.
    func handleGoAway(_ header: FrameHeader) {
        let notice = try? frames.withMeta(of: header, GoAway.decode)
        frames.input.consume(header.frameLength)
        guard let notice else {
            return fail(.connection(.protocolError, "GOAWAY cannot be read"))
        }
        guard frames.machine.role == .client else { return clientLeaves(notice) }
        let status = CallStatus(
            notice.reason == .unauthenticated ? .unauthenticated : .unavailable,
            notice.message.isEmpty ? "the server is going away" : notice.message,
            retryAfterMilliseconds: notice.retryAfterMilliseconds,
            notProcessed: true
        )
        greeting.fail(CallFailure(status))
        frames.machine.peerLeaves(notice.lastStream)
        let retryAfter = notice.retryAfterMilliseconds.map { Duration.milliseconds(Int($0)) }
        configuration.observer?(.goingAway(retryAfter: retryAfter))
        for entry in Array(entries.values) where entry.stream > notice.lastStream {
            guard frames.machine.abort(entry.stream, with: status) != .none else { continue }
            stop(entry)
        }
        closeIfDrained()
        // It was not greeted, and will not be.
        if !frames.machine.phase.servesCalls { closeAfterFlush() }
    }

    /// The client makes no more calls: those that run have the grace time.
    private func clientLeaves(_ notice: GoAway) {
        phaseDeadline = min(phaseDeadline, graceEnd)
        frames.machine.peerLeaves(notice.lastStream)
        closeIfDrained()
    }

    // MARK: The end

    /// The peer broke a rule of the connection: it hears which, then it is over.
    func fail(_ error: FrameError) {
        guard case .connection(let reason) = error.scope else { return lose(error.message) }
        sayGoodbye(reason, error.message)
        closeAfterFlush()
    }

    /// Takes nothing more and closes when everything is written and the peer has closed too.
    ///
    /// Writing may take a tick, or what is left of the time to drain.
    func closeAfterFlush() {
        let wasServing = frames.machine.phase.servesCalls
        guard frames.machine.flush() else { return }
        if !wasServing || phaseDeadline == .distantFuture {
            phaseDeadline = loop.turnStart + Self.tick
        }
        flushLater()
    }

    /// The connection is over now; `isFault` where the peer is at fault and was not told.
    func lose(_ why: String, isFault: Bool = false) {
        guard frames.machine.close() else { return }
        if let tickToken { loop.cancel(tickToken) }
        watch?.close()
        watch = nil
        bytes.close()
        releaseBuffers()
        let failure = CallFailure(.unavailable, why)
        configuration.observer?(.lost(failure))
        if let ended = configuration.ended { ended(end(why, isFault: isFault)) }
        greeting.fail(failure)
        // What has come whole is still there for its caller.
        for entry in Array(entries.values) {
            guard frames.machine.abort(entry.stream, with: failure.status) != .none else {
                continue
            }
            stop(entry)
        }
        if case .server(_, let connections, _) = side { connections.closed(self) }
    }

    private func end(_ why: String, isFault: Bool) -> ConnectionEnd {
        let said = farewell.map { $0.message.isEmpty ? "\($0.reason)" : $0.message }
        return ConnectionEnd(
            peer: peerAddress,
            reason: said ?? why,
            isFault: farewell?.reason.isFault ?? isFault,
            lasted: MonotonicTime.now() - opened
        )
    }
}

extension GoAway.Reason {
    /// Whether it says what the peer did wrong.
    fileprivate var isFault: Bool {
        switch self {
        case .shutdown, .age, .idle: false
        default: true
        }
    }
}
