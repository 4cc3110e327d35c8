internal import DocketRuntime
package import DocketSystem
package import DocketWire

/// Who serves calls: asked once for each connection, after its HELLO.
package protocol CallServer: Sendable {
    /// What `credential` may do, as a session of its own.
    ///
    /// - Throws: ``CallFailure`` with the status that ends the connection, mostly
    ///   `unauthenticated`.
    func open(_ connection: ConnectionInfo) async throws(CallFailure) -> any CallSession
}

/// What is known of a connection when its HELLO has come.
package struct ConnectionInfo: Sendable {
    package let credential: [UInt8]
    package let agent: String
    package let peer: PeerAddress
    /// Whether the bytes travel in TLS.
    package let isSecure: Bool
}

/// One connection's calls, opaque to the protocol.
///
/// Everything synchronous runs on the connection's loop and must be quick.
package protocol CallSession: AnyObject, Sendable {
    /// Whose connection it is; the server's connections are shared out by it.
    var owner: ConnectionOwner { get }

    /// True when the credential is no longer good: the connection ends within seconds.
    var isRevoked: Bool { get }

    /// Answers a call of one frame in the turn that read it, or says false and it must be admitted.
    ///
    /// It takes no place, and the session itself looks after what the caller may do.
    func answerAtOnce(_ head: CallHead, body: RawSpan, into reply: inout ReplyWriter) -> Bool

    /// So many calls that arrived at `arrival` were answered at once; told once a turn.
    func answeredAtOnce(_ count: Int, since arrival: MonotonicTime)

    /// What the request of a call may be that `admit` has let in.
    func requestBounds(_ head: CallHead) -> RequestBounds

    /// Before anything is decompressed: nil to go on, or the status that refuses the call.
    func admit(_ head: CallHead) -> CallStatus?

    /// Serves an admitted call in the one task that it has; returning without an answer ends it as
    /// `internalError`.
    func serve(_ call: ServerCall) async

    /// An admitted call is over and its place is free, however it ended.
    func ended(_ head: CallHead, _ status: StatusCode)
}

/// What the request of a call may be.
package struct RequestBounds: Hashable, Sendable {
    /// Most bytes of a message.
    package var messageBytes: Int
    /// Whether it is one message, so that nothing behind it is collected.
    package var isOneMessage: Bool
    /// How many times its bytes a message takes while the handler works on it.
    package var workingFactor: Int
    /// What is too long where a message is, as the contract names it.
    package var field: String

    package init(
        messageBytes: Int,
        isOneMessage: Bool = true,
        workingFactor: Int = 4,
        field: String = ""
    ) {
        self.messageBytes = messageBytes
        self.isOneMessage = isOneMessage
        self.workingFactor = workingFactor
        self.field = field
    }
}

/// A call as its first frame announces it.
package struct CallHead: Sendable {
    package let stream: UInt32
    package let meta: CallMeta
    package let priority: Priority
    /// Whether the frame holds the whole request.
    package let isWhole: Bool
    /// Bytes of the frame's body before compression.
    package let rawLength: Int
    package let arrived: MonotonicTime
    /// When the caller, or this server, gives up.
    package let deadline: MonotonicTime
}

extension CallHead {
    init(_ header: FrameHeader, _ meta: CallMeta, at now: MonotonicTime, deadline: MonotonicTime) {
        stream = header.stream
        self.meta = meta
        priority = header.flags.priority
        isWhole = header.flags.contains(.endStream)
        rawLength = header.rawLength
        arrived = now
        self.deadline = deadline
    }
}

/// Where a session puts an answer that it gives at once.
package struct ReplyWriter {
    /// The encoded reply.
    package var body: [UInt8] = []
    package var origin = ReplyOrigin()

    package init() {}
}

/// A call, or a connection, that ended with a status other than `ok`.
package struct CallFailure: Error, Hashable, Sendable {
    package var status: CallStatus

    package init(_ status: CallStatus) { self.status = status }

    package init(_ code: StatusCode, _ message: String, notProcessed: Bool = false) {
        status = CallStatus(code, message, notProcessed: notProcessed)
    }
}
