package import DocketRuntime
internal import DocketSystem
internal import DocketWire

/// One connection, of either role, on its event loop: moves bytes as the state machine says.
///
/// A turn reads what is there up to a share, answers what can be answered at once, and writes once.
package actor Connection: TurnEnd {
    package nonisolated let loop: EventLoop
    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe loop.asUnownedSerialExecutor()
    }

    /// Bytes read in one turn before other connections get theirs.
    static let readShare = 256 << 10
    /// Unsent bytes from which on nothing more is queued, and so the most that one turn writes.
    static let unsentMaximum = 256 << 10
    /// Unsent bytes of STATUS, CREDIT and PING from which on nothing more is read.
    static let controlMaximum = 16 << 10
    /// Room for what comes before the greeting is answered: HELLO and 16 KiB of calls.
    static let greetingRoom = 24 << 10
    static let tick = Duration.seconds(1)

    let configuration: ConnectionConfiguration
    let side: ConnectionSide
    let bytes: any ByteStream
    let peerAddress: PeerAddress
    var frames: FrameExchange
    var watch: Watch?
    var entries: [UInt32: CallEntry] = [:]
    /// Streams with something to send, in the order of their turn, by priority.
    var sendQueue: [[UInt32]] = [[], [], [], []]
    /// Client: calls whose first frame has not gone out, which go in the order of their ids.
    var unsentCalls: [UInt32] = []
    var session: (any CallSession)?
    /// Server: set once the peer has greeted.
    var memory: ConnectionMemory?
    /// Bytes that were charged for room for large frames; the small room is not.
    var inputBytes = 0
    /// Set while room for a large frame is waited for, and nothing is read.
    var inputTicket: MemoryShares.Ticket?
    /// Whether nothing is read until something was written.
    private var isHeld = false
    /// Whether the frames that are there wait for a turn of their own.
    private(set) var isInputWaiting = false
    /// Since when bytes wait of which the peer has read nothing.
    var unreadSince: MonotonicTime?
    let compressor: FrameCompressor
    /// Whether the end of this turn has been asked for.
    private var isFlushDue = false

    let opened = MonotonicTime.now()
    var lastRead = MonotonicTime.now()
    /// When the phase of the connection is over at the latest.
    var phaseDeadline: MonotonicTime
    var tickToken: DeadlineToken?
    /// Server: false for one that only hears that there is no place for it.
    var hasPlace = true
    var ageLimit: MonotonicTime = .distantFuture
    /// Client: settled when the greeting is done or the connection is lost.
    let greeting = OneShot<HelloAck>()
    var pingSent: MonotonicTime?
    /// The last notice that was sent: why the connection ends.
    var farewell: GoAway?

    init(
        on loop: EventLoop,
        _ bytes: any ByteStream,
        side: ConnectionSide,
        compressor: FrameCompressor,
        configuration: ConnectionConfiguration
    ) {
        self.loop = loop
        self.bytes = bytes
        self.side = side
        self.configuration = configuration
        peerAddress = bytes.peer
        self.compressor = compressor
        phaseDeadline = opened + configuration.greetingLimit
        frames = FrameExchange(
            ConnectionStateMachine(
                role: side.role,
                local: configuration.receive,
                limits: configuration.limits
            ),
            inputCapacity: Self.greetingRoom,
            outputLimit: Self.unsentMaximum
        )
    }

    /// Begins; on the loop.
    func start() throws {
        watch = try loop.watch(bytes.descriptor) { [loop] readiness in
            loop.isolated(to: self, readiness) { $0.ready($1) }
        }
        if configuration.limits.ageMaximumMilliseconds > 0 {
            let age = Double(configuration.limits.ageMaximumMilliseconds)
            ageLimit = opened + .milliseconds(Int(age * Double.random(in: 0.9...1.1)))
        }
        tickToken = loop.schedule(after: Self.tick) { self.assumeIsolated { $0.ticked() } }
        handshake()
    }

    private func ready(_ readiness: Readiness) {
        if readiness == .readable, let session, frames.isAnswering { return answer(for: session) }
        switch frames.machine.phase {
        case .closed: return
        case .handshaking: return handshake()
        default: frames.beginTurn()
        }
        if readiness.contains(.writable) { pump() }
        if readiness.contains(.readable) || readiness.contains(.failed) { read() }
        updateInterest()
    }

    /// The turn of a connection that waits for input only: one step into `frames`, and out again.
    private func answer(for session: any CallSession) {
        let now = loop.turnStart
        let turn = frames.turn(on: bytes, for: session, at: now, counting: configuration.metrics)
        if turn.read > 0 { lastRead = now }
        switch turn.failure {
        case nil: break
        case .ended?: return lose("the peer closed the connection")
        default: return lose("the connection failed")
        }
        // Then what is charged and waited for is as before.
        if turn.isAtRest, inputBytes == 0, unreadSince == nil { return }
        if case .nothing = turn.arrival {
        } else {
            handle(turn.arrival)
            processInput()
        }
        if turn.hasMore { read() }
        updateInterest()
    }

    private func handshake() {
        switch bytes.handshake() {
        case .moved:
            frames.machine.connected()
            guard hasPlace else { return sayThatThereIsNoPlace() }
            beginGreeting()
            read()
        case .wouldBlock: break
        case .ended: return lose("the peer closed the connection in the handshake")
        case .failed(let failure): return lose("the handshake failed: \(failure)", isFault: true)
        }
        updateInterest()
    }

    func read() {
        var share = Self.readShare
        while share > 0, isReading {
            switch bytes.read(into: &frames.input) {
            case .moved(let count):
                share -= count
                lastRead = loop.turnStart
                configuration.metrics.read(count)
                processInput()
                if count < FrameExchange.fullRead, !bytes.hasBuffered { return }
            case .wouldBlock: return
            case .ended: return lose("the peer closed the connection")
            case .failed: return lose("the connection failed")
            }
        }
        // Its share is used up and TLS may hold more that the socket will not announce.
        if isReading, bytes.hasBuffered {
            loop.execute { self.assumeIsolated { $0.resumeReading() } }
        }
    }

    /// Whether what comes is taken now: not while there is no room for a frame, or for answers.
    private var isReading: Bool {
        guard frames.machine.phase.isReading else { return false }
        if frames.machine.phase == .finished { return true }
        return inputTicket == nil && !isInputWaiting && !isOutputFull
    }

    /// Goes on with the frames that are there in a turn of their own.
    func resumeLater() {
        guard !isInputWaiting else { return }
        isInputWaiting = true
        loop.execute {
            self.assumeIsolated {
                $0.isInputWaiting = false
                $0.resumeReading()
            }
        }
    }

    func resumeReading() {
        // What holds it up now, such as answers of this turn, is then known and resumes it.
        guard isReading else { return updateInterest() }
        frames.beginTurn()
        processInput()
        read()
        updateInterest()
    }

    func updateInterest() {
        settleBuffers()
        var wants = bytes.wants
        switch frames.machine.phase {
        case .closed: return
        case .handshaking: break
        default:
            isHeld = isOutputFull
            if !isReading { wants.remove(.readable) }
        }
        watch?.setInterest(wants)
    }

    // MARK: Writing

    /// One flush at the end of this turn.
    func flushLater() {
        guard !isFlushDue, frames.machine.phase != .closed else { return }
        isFlushDue = true
        loop.atTurnEnd(self)
    }

    package nonisolated func turnDidEnd() {
        loop.isolated(to: self, ()) { connection, _ in
            connection.isFlushDue = false
            connection.pump()
            connection.updateInterest()
        }
    }

    /// Queues frames while there is room, and writes; of a message that waits for credit a part of
    /// `least` bytes.
    func pump(_ least: Int = ConnectionStateMachine.partMinimum) {
        guard frames.machine.phase.isWriting else { return }
        frames.adjustRoom()
        // What waits from before makes room first, or its end would find nothing to go on with.
        guard flush() else { return }
        if queueFrames(least) {
            let isMoreLeft = !frames.output.hasRoom
            guard flush() else { return }
            // A socket that takes all of it has the rest in a turn of its own.
            if isMoreLeft, frames.output.isEmpty { pumpLater() }
        }
        if case .flushing = frames.machine.phase, frames.output.isEmpty { finishWriting() }
        if isHeld, !isOutputFull {
            isHeld = false
            loop.execute { self.assumeIsolated { $0.resumeReading() } }
        }
    }

    private func pumpLater() {
        loop.execute { self.assumeIsolated { $0.flushLater() } }
    }

    /// Tells the peer that this was all, and waits for its end.
    ///
    /// Closing over bytes that were not read would take back what is still on its way. A peer that
    /// never ends is left after a tick.
    private func finishWriting() {
        frames.machine.finish()
        phaseDeadline = loop.turnStart + Self.tick
        bytes.finishWriting()
        frames.input.removeAll()
        read()
    }

    /// Writes what waits; false when the connection is lost.
    private func flush() -> Bool {
        while !frames.output.isEmpty {
            switch bytes.write(from: &frames.output) {
            case .moved(let count):
                configuration.metrics.wrote(count)
                frames.wrote(count)
                unreadSince = nil
            case .wouldBlock: return true
            case .ended, .failed:
                lose("the connection failed")
                return false
            }
        }
        return true
    }
}
