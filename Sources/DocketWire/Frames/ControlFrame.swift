internal import DocketSystem

/// Why a call is given up; a reason that is not known is treated as `unspecified`.
package struct CancelReason: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The caller no longer wants the answer.
    package static let unspecified = CancelReason(rawValue: 0)
    /// The caller's deadline has passed.
    package static let deadline = CancelReason(rawValue: 1)
    /// Another attempt of the same call has answered.
    package static let superseded = CancelReason(rawValue: 2)
    /// The sender is going away.
    package static let draining = CancelReason(rawValue: 3)
    /// The sender cannot read what it received on this stream.
    package static let unreadable = CancelReason(rawValue: 4)
}

/// Frames whose body is a few bytes: written whole, read from a body that was validated.
package enum ControlFrame {
    /// Most credit that a side may hold: 2^31 - 1.
    package static let creditMaximum = 0x7fff_ffff

    /// Writes a CANCEL.
    package static func appendCancel(
        stream: UInt32,
        reason: CancelReason,
        to writer: inout ByteWriter
    ) {
        FrameHeader(type: .cancel, stream: stream, bodyLength: 1).encode(into: &writer)
        writer.append(reason.rawValue)
    }

    /// Writes a CREDIT of `bytes` for a stream, or for the connection when `stream` is 0.
    package static func appendCredit(
        stream: UInt32,
        bytes: UInt32,
        to writer: inout ByteWriter
    ) {
        FrameHeader(type: .credit, stream: stream, bodyLength: 4).encode(into: &writer)
        writer.append(bytes)
    }

    /// Writes a PING with eight bytes that the answer repeats.
    package static func appendPing(_ payload: UInt64, isAck: Bool, to writer: inout ByteWriter) {
        FrameHeader(type: .ping, flags: isAck ? .ack : [], bodyLength: 8).encode(into: &writer)
        writer.append(payload)
    }

    /// The bytes granted by the body of a CREDIT: 1 to 2^31 - 1.
    package static func creditBytes(_ body: RawSpan) throws(FrameError) -> Int {
        guard body.byteCount == 4 else { throw wrongLength }
        let bytes = Int(body.bigEndian32(at: 0))
        guard (1...creditMaximum).contains(bytes) else {
            throw .connection(.flowControl, "credit is zero or above 2^31 - 1")
        }
        return bytes
    }

    /// The eight bytes of a PING.
    package static func pingPayload(_ body: RawSpan) throws(FrameError) -> UInt64 {
        guard body.byteCount == 8 else { throw wrongLength }
        return body.bigEndian64(at: 0)
    }

    private static var wrongLength: FrameError {
        .connection(.protocolError, "the frame has the wrong length")
    }
}
