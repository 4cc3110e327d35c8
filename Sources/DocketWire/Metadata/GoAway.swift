/// Says that calls after `lastStream` are not served on this connection.
///
/// A graceful end sends two: the first with `GoAway.allStreams`, so that calls on their way still
/// count, the second with the last call that is served.
package struct GoAway: Hashable, Sendable {
    /// The `lastStream` of a first notice: no call that exists is refused yet.
    package static let allStreams: UInt32 = 0x7fff_ffff
    /// Longest message: 256 bytes.
    package static let messageMaximum = 256

    /// Why a connection ends; a number that is not known is treated as `internalError`.
    package struct Reason: RawRepresentable, Hashable, Sendable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The server stops.
        package static let shutdown = Reason(rawValue: 0)
        /// The connection is old enough: connect anew, perhaps to another server.
        package static let age = Reason(rawValue: 1)
        /// Nothing was asked for a long time.
        package static let idle = Reason(rawValue: 2)
        /// A frame that the protocol does not allow.
        package static let protocolError = Reason(rawValue: 3)
        /// A frame, or its metadata or body, is larger than announced.
        package static let frameTooLarge = Reason(rawValue: 4)
        /// More was sent than credit allowed, or credit itself is wrong.
        package static let flowControl = Reason(rawValue: 5)
        /// HELLO did not come in time, or no answer to a PING.
        package static let timeout = Reason(rawValue: 6)
        /// Pings came faster than announced.
        package static let tooManyPings = Reason(rawValue: 7)
        /// More calls were cancelled than announced.
        package static let tooManyCancels = Reason(rawValue: 8)
        /// Too many frames that carry nothing.
        package static let tooManyEmptyFrames = Reason(rawValue: 9)
        /// The credential is missing, wrong, expired or revoked.
        package static let unauthenticated = Reason(rawValue: 10)
        /// HELLO asks for limits that cannot work.
        package static let unacceptableLimits = Reason(rawValue: 11)
        /// No more connections are taken.
        package static let tooManyConnections = Reason(rawValue: 12)
        /// A fault of the sender.
        package static let internalError = Reason(rawValue: 13)
    }

    /// The last stream that is or was served; calls above it were certainly not processed.
    package var lastStream: UInt32
    package var reason: Reason
    /// How long calls that run have to end; then they are cancelled.
    package var graceMilliseconds: UInt32
    /// How long to wait before connecting again, when the server knows.
    package var retryAfterMilliseconds: UInt32?
    /// For people.
    package var message: String

    package init(
        lastStream: UInt32,
        reason: Reason,
        graceMilliseconds: UInt32 = 0,
        retryAfterMilliseconds: UInt32? = nil,
        message: String = ""
    ) {
        self.lastStream = lastStream
        self.reason = reason
        self.graceMilliseconds = graceMilliseconds
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.message = message
    }
}

// MARK: - Protobuf

extension GoAway {
    /// Writes the message `docket.v1.GoAway`.
    package func encode(into writer: inout ByteWriter) {
        writer.appendField(1, lastStream)
        writer.appendField(2, reason.rawValue)
        writer.appendField(3, graceMilliseconds)
        if let retryAfterMilliseconds { writer.appendPresentField(4, retryAfterMilliseconds) }
        writer.appendField(5, message.printable(maximum: Self.messageMaximum))
    }

    /// Reads the message `docket.v1.GoAway`; unknown fields are skipped.
    package static func decode(_ bytes: RawSpan) throws(ProtobufError) -> GoAway {
        var reader = ProtobufReader(bytes)
        var notice = GoAway(lastStream: 0, reason: .shutdown)
        while let field = try reader.nextField() {
            switch field.number {
            case 1: notice.lastStream = try reader.readNumber(field)
            case 2:
                let number: UInt64 = try reader.readNumber(field)
                notice.reason = number <= 13 ? Reason(rawValue: UInt8(number)) : .internalError
            case 3: notice.graceMilliseconds = try reader.readNumber(field)
            case 4: notice.retryAfterMilliseconds = try reader.readNumber(field)
            case 5: notice.message = try reader.readString(field, maximum: messageMaximum)
            default: try reader.skip(field.wireType)
            }
        }
        return notice
    }
}
