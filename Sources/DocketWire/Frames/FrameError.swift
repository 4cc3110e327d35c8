/// What a peer did wrong, and what it costs: the call or the whole connection.
///
/// Where the bytes of a frame end is still certain, only its call ends; otherwise, or where the
/// peer broke a rule that protects the connection, the connection does.
package struct FrameError: Error, Hashable, Sendable {
    /// How far the damage goes.
    package enum Scope: Hashable, Sendable {
        /// Send GOAWAY with this reason, then close.
        case connection(GoAway.Reason)
        /// End the call with this code; the connection goes on.
        case call(StatusCode)
    }

    /// How far the damage goes.
    package var scope: Scope
    /// One lower-case sentence for people, safe to send.
    package var message: String

    /// An error that ends the connection.
    package static func connection(_ reason: GoAway.Reason, _ message: String) -> FrameError {
        FrameError(scope: .connection(reason), message: message)
    }

    /// An error that ends one call.
    package static func call(_ code: StatusCode, _ message: String) -> FrameError {
        FrameError(scope: .call(code), message: message)
    }

    /// Metadata of a frame of `type` that could not be read.
    package init(metadata error: ProtobufError, of type: FrameType) {
        message = "metadata cannot be read: \(error)"
        scope = type.belongsToStream ? .call(.invalidArgument) : .connection(.protocolError)
    }

    private init(scope: Scope, message: String) {
        self.scope = scope
        self.message = message
    }

    /// True when the connection cannot go on.
    package var isConnectionError: Bool {
        if case .connection = scope { true } else { false }
    }

    /// The code that the calls which it ends get.
    package var statusCode: StatusCode {
        switch scope {
        case .connection: .unavailable
        case .call(let code): code
        }
    }
}
