internal import DocketCore
internal import DocketMessages
internal import DocketWire

/// What serves one method: a row of ``MethodTable``.
///
/// Most methods are a ``UnaryMethod``; what needs the bytes of its request is a ``BodyMethod``, and
/// what streams its reply fills this protocol itself.
protocol CallHandler: Sendable {
    /// Serves the call, whose message is `body`, to its end.
    ///
    /// - Throws: ``DocketError``, which the peer gets as it is; ``CallFailure`` when the call is
    ///   over before.
    func serve(_ body: [UInt8], _ call: CallContext) async throws
}

/// A method with one message each way.
protocol BodyMethod: CallHandler {
    /// - Throws: ``DocketError``, which the peer gets as it is.
    func answer(_ body: [UInt8], _ caller: Caller) async throws(DocketError) -> Answer
}

/// The reply of a ``BodyMethod``, encoded.
struct Answer: Sendable {
    let body: [UInt8]
    /// Where it came from.
    var origin = ReplyOrigin()
    /// What was made of the request and is no longer needed.
    let spent: (any Sendable)?

    init(_ body: [UInt8], spent: consuming (any Sendable)? = nil) {
        self.body = body
        self.spent = spent
    }
}

extension BodyMethod {
    func serve(_ body: [UInt8], _ call: CallContext) async throws {
        let answer = try await answer(body, call.caller)
        try await call.finish(answer.body, answer.origin)
        await call.caller.turn.free(consume answer, of: body.count)
    }
}

/// A method whose request and reply are values: reading and writing them is not its business.
protocol UnaryMethod: BodyMethod {
    associatedtype Request: WireMessage
    associatedtype Reply: SizedReply

    /// - Throws: ``DocketError``, which the peer gets as it is.
    func answer(_ request: Request, _ caller: Caller) async throws(DocketError) -> Reply
}

extension UnaryMethod {
    func answer(_ body: [UInt8], _ caller: Caller) async throws(DocketError) -> Answer {
        let reply = try await answer(caller.turn.decode(Request.self, body), caller)
        return Answer(try await caller.turn.encode(reply))
    }
}
