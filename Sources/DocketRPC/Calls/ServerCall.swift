package import DocketWire

/// One call as the task that serves it sees it.
///
/// All methods may be used from any executor; they are cheap on the connection's own loop.
package struct ServerCall: Sendable {
    package let head: CallHead
    let connection: Connection

    /// The next whole message of the request, or nil after the last.
    ///
    /// - Throws: ``CallFailure`` when the call is over before: cancelled, late, connection lost.
    package func receive() async throws -> [UInt8]? {
        try await connection.receive(on: head.stream)
    }

    /// The message of a request that has exactly one, when the request is whole.
    ///
    /// Until it is handed over the call counts as not processed.
    ///
    /// - Throws: ``CallFailure`` as `receive`; `invalidArgument` for none or more than one.
    package func receiveOnly() async throws -> [UInt8] {
        try await connection.receiveOnly(on: head.stream)
    }

    /// Waits until `bytes` may be held for the next message of the reply, which `send` then takes.
    ///
    /// For replies of many messages: so they wait before they are made, not after.
    package func reserve(_ bytes: Int) async throws {
        try await connection.reserve(bytes, on: head.stream)
    }

    /// Sends one message of a streamed reply; returns when the connection has taken all of it, that
    /// is when the peer's credit has room: so memory is bounded by one message.
    package func send(_ message: [UInt8]) async throws {
        try await connection.send(message, on: head.stream, ending: nil)
    }

    /// Ends the call well: with `message` as the only or last one, or without.
    package func finish(_ message: [UInt8]? = nil, _ meta: ReplyMeta = ReplyMeta()) async throws {
        try await connection.send(message, on: head.stream, ending: meta)
    }

    /// Ends the call with a status other than `ok`; nothing happens when it is over already.
    package func fail(_ status: CallStatus) async {
        await connection.end(head.stream, with: ReplyMeta(status: status))
    }
}
