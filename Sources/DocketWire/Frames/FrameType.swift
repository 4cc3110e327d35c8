/// What a frame is for.
package struct FrameType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt8

    @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// As the protocol has it, without a call of the standard library.
    @inlinable package static func == (left: FrameType, right: FrameType) -> Bool {
        left.rawValue == right.rawValue
    }

    /// The client's first frame: credential and what it can receive.
    package static let hello = FrameType(rawValue: 0x01)
    /// The server's answer to it: every limit that it enforces.
    package static let helloAck = FrameType(rawValue: 0x02)
    /// Opens a stream: metadata of the call and the first bytes of its request.
    package static let call = FrameType(rawValue: 0x04)
    /// Bytes of a message, in either direction.
    package static let data = FrameType(rawValue: 0x05)
    /// Ends a call without a further message.
    package static let status = FrameType(rawValue: 0x06)
    /// Gives a call up.
    package static let cancel = FrameType(rawValue: 0x07)
    /// Allows the peer to send more.
    package static let credit = FrameType(rawValue: 0x08)
    /// Asks for a sign of life, or with ACK gives it.
    package static let ping = FrameType(rawValue: 0x09)
    /// Says that no calls after a stream are served on this connection.
    package static let goAway = FrameType(rawValue: 0x0A)

    /// True for a type that this version knows.
    package var isKnown: Bool {
        switch self {
        case .hello, .helloAck, .call, .data, .status, .cancel, .credit, .ping, .goAway: true
        default: false
        }
    }

    /// Bit 7: a receiver that does not know the type skips the frame.
    package var isIgnorable: Bool { rawValue & 0x80 != 0 }

    /// True when the frame belongs to a call.
    package var belongsToStream: Bool {
        switch self {
        case .call, .data, .status, .cancel: true
        default: false
        }
    }
}

/// Which of the frames that wait goes first.
package enum Priority: UInt8, Hashable, Sendable, CaseIterable {
    case interactive = 0
    case normal = 1
    case bulk = 2
    case background = 3
}

/// The flags of a frame, with the priority of a call in two bits.
package struct FrameFlags: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8

    @inlinable package init(rawValue: UInt8) { self.rawValue = rawValue }

    /// As the protocol has them, by one operation instead of three calls.
    @inlinable package func contains(_ member: FrameFlags) -> Bool {
        rawValue & member.rawValue == member.rawValue
    }

    @inlinable package func union(_ other: FrameFlags) -> FrameFlags {
        FrameFlags(rawValue: rawValue | other.rawValue)
    }

    /// The flags that carry `priority` and nothing else.
    @inlinable package init(priority: Priority) { self.init(rawValue: priority.rawValue << 5) }

    /// The sender sends nothing more on this stream.
    package static let endStream = FrameFlags(rawValue: 0x01)
    /// The message goes on in the next frame of this stream.
    package static let more = FrameFlags(rawValue: 0x02)
    /// A PING that answers a PING.
    package static let ack = FrameFlags(rawValue: 0x08)
    /// Both bits of the priority.
    package static let priorityMask = FrameFlags(rawValue: 0x60)
    /// The bits that must be zero in version 1: 0x04 is for a checksum behind the body, 0x10 for
    /// a reply that is not to be compressed.
    package static let reserved = FrameFlags(rawValue: 0x94)

    /// Which class of frames this one travels with.
    package var priority: Priority {
        get { Priority(rawValue: (rawValue & Self.priorityMask.rawValue) >> 5) ?? .interactive }
        set {
            self = subtracting(.priorityMask).union(FrameFlags(priority: newValue))
        }
    }
}
