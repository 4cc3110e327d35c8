internal import DocketRuntime
internal import DocketSystem
internal import DocketWire

/// The bytes of a connection in both directions, and the rules for them.
///
/// It is one value so that every call of a turn that can be answered at once is answered without a
/// step back to the actor, whose properties are checked at each access.
struct FrameExchange: ~Copyable {
    /// What came and is for the connection to see to; its frame is still at the front of the input.
    ///
    /// Indirect, so that the usual one, nothing, is a word that is handed on and not 300 bytes.
    indirect enum Arrival {
        /// No whole frame is left.
        case nothing
        /// More frames are there, but this turn has had its share.
        case turnIsOver
        /// What ends the connection.
        case failed(FrameError)
        /// HELLO or HELLO_ACK.
        case greeting(FrameHeader)
        /// A call to be admitted.
        case call(FrameHeader, CallHead)
        /// A call that was answered, but whose answer must wait for room or credit.
        case answered(FrameHeader, CallHead, ReplyWriter)
        /// A call that ends before it has begun.
        case refused(FrameHeader, CallStatus)
        case data(FrameHeader, DataAction)
        case status(FrameHeader, EndAction)
        case cancel(FrameHeader, EndAction)
        case credit(FrameHeader)
        case ping(FrameHeader, PingAction)
        case goAway(FrameHeader)
    }

    /// Small bodies gain nothing.
    private static let compressedMinimum = 512
    /// Frames that one turn handles, however small they are: at most a millisecond's work.
    static let framesPerTurn = 256

    var machine: ConnectionStateMachine
    var input: ReceiveBuffer
    var output: SendBuffer
    private var scratch = ByteWriter(capacity: 512)
    /// Whether the peer takes compressed bodies and this side likes to send them.
    var compresses = false
    /// Since when a part of a frame has waited for the rest.
    private(set) var partialSince: MonotonicTime?
    /// Bytes of the output that cost no credit, at least where what was written was of these.
    private(set) var controlBytes = 0
    /// Whether the frame at the front has no room in the input.
    private(set) var isInputTooSmall = false
    /// Calls answered at once since the last `takeAnswered()`.
    private var answered = 0
    /// Frames that this turn may still handle.
    private var framesLeft = framesPerTurn
    /// Server: the owner's account for what waits for the socket, set once the peer has greeted.
    var unsent: MemoryAccount?

    init(_ machine: consuming ConnectionStateMachine, inputCapacity: Int, outputLimit: Int) {
        self.machine = machine
        input = ReceiveBuffer(capacity: inputCapacity)
        output = SendBuffer(limit: outputLimit)
    }

    /// Answers the calls at the front of the input at once for as long as that goes, and says what
    /// comes then.
    mutating func next(for session: (any CallSession)?, at now: MonotonicTime) -> Arrival {
        while true {
            switch FrameScan(input.unread, limits: machine.frameLimits) {
            case .needMore(let needed):
                let isPartial = !input.isEmpty && needed > input.count
                partialSince = isPartial ? (partialSince ?? now) : nil
                isInputTooSmall = needed > input.capacity
                return .nothing
            case .skip(let header):
                partialSince = nil
                guard framesLeft > 0 else { return .turnIsOver }
                framesLeft -= 1
                input.consume(header.frameLength)
            case .failed(let error): return .failed(error)
            case .frame(let header):
                partialSince = nil
                guard framesLeft > 0 else { return .turnIsOver }
                framesLeft -= 1
                do throws(FrameError) {
                    try machine.received(header.type)
                    guard header.type == .call else { return try take(header, at: now) }
                    if let arrival = try takeCall(header, for: session, at: now) { return arrival }
                } catch {
                    return .failed(error)
                }
            }
        }
    }

    private mutating func take(
        _ header: FrameHeader,
        at now: MonotonicTime
    ) throws(FrameError) -> Arrival {
        switch header.type {
        case .data: .data(header, try machine.receivedData(header, at: now.nanoseconds))
        case .status: .status(header, try machine.receivedStatus(header))
        case .cancel: .cancel(header, try machine.receivedCancel(header, at: now.nanoseconds))
        case .credit: .credit(header)
        case .ping: .ping(header, try machine.receivedPing(header, at: now.nanoseconds))
        case .goAway: .goAway(header)
        default: .greeting(header)
        }
    }

    /// Answers the call at the front of the input, or says what is to be done with it.
    private mutating func takeCall(
        _ header: FrameHeader,
        for session: (any CallSession)?,
        at now: MonotonicTime
    ) throws(FrameError) -> Arrival? {
        if case .refuse(let status) = try machine.receivedCall(header) {
            return .refused(header, status)
        }
        let head: CallHead
        do throws(ProtobufError) {
            let meta = try CallMeta.decode(input.unread.extracting(header.metaRange()))
            head = CallHead(header, meta, at: now, deadline: machine.deadline(of: meta, from: now))
        } catch {
            return .refused(header, CallStatus(FrameError(metadata: error, of: .call)))
        }
        guard header.codec == .identity else {
            return header.codec == .zstd
                ? .call(header, head)
                : .refused(
                    header,
                    CallStatus(.unimplemented, "the codec is not one of HELLO_ACK")
                )
        }
        guard head.isWhole, let session, let reply = reply(to: head, header, by: session) else {
            return .call(header, head)
        }
        answered += 1
        guard append(reply, to: head) else { return .answered(header, head, reply) }
        let grant = machine.release(header.creditCost)
        if grant > 0 { appendCredit(grant, on: 0) }
        input.consume(header.frameLength)
        return nil
    }

    private func reply(
        to head: CallHead,
        _ header: FrameHeader,
        by session: any CallSession
    ) -> ReplyWriter? {
        var reply = ReplyWriter()
        let body = input.unread.extracting(header.bodyRange())
        return session.answerAtOnce(head, body: body, into: &reply) ? reply : nil
    }

    // MARK: A turn

    /// Before the first frame of a turn.
    mutating func beginTurn() {
        framesLeft = Self.framesPerTurn
        adjustRoom()
    }

    /// What one turn did of itself, and what it leaves to its connection.
    struct Turn {
        /// Bytes that were read.
        var read = 0
        /// What the answers cannot go on before: `.nothing` mostly.
        var arrival = Arrival.nothing
        /// Set when the stream did not do what it was asked.
        var failure: StreamProgress?
        /// Whether there may be more to read now.
        var hasMore = false
        /// Whether nothing waits in either direction, and nothing is left to the connection.
        var isAtRest = false
    }

    /// Whether nothing is to be done but to answer what comes.
    var isAnswering: Bool { output.isEmpty && machine.phase == .open }

    /// A turn of a connection that waits for nothing but input: reads once, answers all calls that
    /// can be answered at once, and writes their answers.
    ///
    /// Nearly all turns of a server that answers from its cache are of this kind. The output must
    /// be empty.
    mutating func turn(
        on stream: any ByteStream,
        for session: any CallSession,
        at now: MonotonicTime,
        counting metrics: RPCMetrics
    ) -> Turn {
        var turn = Turn()
        beginTurn()
        switch stream.read(into: &input) {
        case .moved(let count): turn.read = count
        case .wouldBlock: return turn
        case let failure:
            turn.failure = failure
            return turn
        }
        turn.arrival = next(for: session, at: now)
        turn.hasMore = turn.read >= Self.fullRead || stream.hasBuffered
        let answered = takeAnswered()
        // Before the peer has its answers, who may then ask for the counts.
        metrics.took(turn.read, answered: answered)
        if answered > 0 { session.answeredAtOnce(answered, since: now) }
        while !output.isEmpty {
            switch stream.write(from: &output) {
            case .moved(let count):
                metrics.wrote(count)
                wrote(count)
            case .wouldBlock: return turn
            case let failure:
                turn.failure = failure
                return turn
            }
        }
        if case .nothing = turn.arrival {
            turn.isAtRest = !turn.hasMore && !isInputTooSmall && stream.wants == .readable
        }
        return turn
    }

    /// A read of fewer bytes has found all that there was.
    static let fullRead = 16 << 10

    /// How many calls were answered at once since it was last asked.
    mutating func takeAnswered() -> Int {
        defer { answered = 0 }
        return answered
    }

    // MARK: Sending

    /// Appends the answer to a call of one frame, if it fits one frame and there is credit for it.
    private mutating func append(_ reply: ReplyWriter, to head: CallHead) -> Bool {
        guard output.count + reply.body.count < output.limit, !compresses(reply.body.count) else {
            return false
        }
        scratch.removeAll()
        reply.origin.encode(requestID: head.meta.requestID, into: &scratch)
        let header = FrameHeader(
            type: .data,
            flags: FrameFlags.endStream.union(FrameFlags(priority: head.priority)),
            stream: head.stream,
            metaLength: scratch.count,
            bodyLength: reply.body.count
        )
        guard machine.sendAtOnce(header.creditCost) else { return false }
        output.append(header, scratch.bytes, reply.body)
        return true
    }

    /// Appends a frame whose credit was paid for.
    mutating func append(_ header: FrameHeader, _ meta: [UInt8], _ body: [UInt8]) {
        output.append(header, meta, body)
    }

    /// Appends a frame that costs no credit.
    mutating func appendControl(_ write: (inout ByteWriter) -> Void) {
        scratch.removeAll()
        write(&scratch)
        controlBytes += scratch.count
        output.append(scratch.bytes)
    }

    /// So many bytes of the output were written.
    mutating func wrote(_ count: Int) {
        controlBytes = output.isEmpty ? 0 : max(0, controlBytes - count)
    }

    /// Allows the peer to send more, on a stream or with 0 on the connection.
    mutating func appendCredit(_ bytes: Int, on stream: UInt32) {
        appendControl {
            ControlFrame.appendCredit(stream: stream, bytes: UInt32(bytes), to: &$0)
        }
    }

    /// Whether a body of `count` bytes is compressed.
    func compresses(_ count: Int) -> Bool { compresses && count >= Self.compressedMinimum }

    // MARK: The frame at the front of the input

    /// What the peer's first bytes say.
    func preface() -> Preface.Decoding { Preface.decode(input.unread) }

    /// Lends the metadata of the frame at the front.
    func withMeta<Value, Failure>(
        of header: FrameHeader,
        _ read: (RawSpan) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try read(input.unread.extracting(header.metaRange()))
    }

    /// Lends the body of the frame at the front, as it was sent.
    func withBody<Value, Failure>(
        of header: FrameHeader,
        _ read: (RawSpan) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try read(input.unread.extracting(header.bodyRange()))
    }

    // MARK: Memory

    /// What may wait for the socket in this turn: little where the owner's other connections, or
    /// everybody's, hold much.
    mutating func adjustRoom() {
        guard let unsent else { return }
        output.limit =
            switch unsent.supply {
            case .ample: Connection.unsentMaximum
            case .short: 16 << 10
            case .exhausted: 4 << 10
            }
    }

    /// Exchanges the room for input, in which what has come must have room.
    mutating func exchangeInput(for capacity: Int) {
        var other = ReceiveBuffer(capacity: capacity)
        if !input.isEmpty { _ = other.append(input.unread) }
        input = other
        isInputTooSmall = false
    }

    /// The rest of a frame is not read for now.
    mutating func stopTimingPartial() { partialSince = nil }

    /// Gives back the memory of what is empty.
    mutating func releaseIdle() {
        input.releaseIfEmpty()
        output.releaseIfEmpty()
    }
}
