internal import DocketCore
internal import DocketRPC
internal import DocketRuntime
internal import DocketSystem
internal import DocketWire

/// One call as its method sees it.
struct CallContext: Sendable {
    private let call: ServerCall
    let caller: Caller
    /// The caller's name for the call, or one that was made for it.
    let requestID: String

    init(_ call: ServerCall, _ caller: Caller, requestID: String) {
        self.call = call
        self.caller = caller
        self.requestID = requestID
    }

    /// nil for a number that is no method's.
    var method: DocketMethod? { DocketMethod(rawValue: call.head.meta.method) }

    /// Time since the call arrived.
    var took: Duration { MonotonicTime.now() - call.head.arrived }

    /// The message of the request, once the request is whole.
    func receiveOnly() async throws -> [UInt8] { try await call.receiveOnly() }

    /// Waits until `bytes` may be held for the next message of the reply.
    func reserve(_ bytes: Int) async throws { try await call.reserve(bytes) }

    /// Sends one message of a streamed reply, once the peer's credit has room for it.
    func send(_ message: [UInt8]) async throws { try await call.send(message) }

    /// Ends the call well, with `message` as its only or last one.
    func finish(_ message: [UInt8]? = nil, _ origin: ReplyOrigin = ReplyOrigin()) async throws {
        var meta = ReplyMeta()
        meta.requestID = requestID
        meta.origin = origin
        meta.origin.tookMicroseconds = UInt64(clamping: took.wholeNanoseconds / 1000)
        try await call.finish(message, meta)
    }

    /// Ends the call with a status other than `ok`.
    func fail(_ status: CallStatus) async { await call.fail(status) }
}
