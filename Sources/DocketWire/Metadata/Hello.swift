internal import DocketSystem

/// The client's first frame: who it is and what it can receive.
///
/// Its fields keep their numbers and meaning in every version.
package struct Hello: Hashable, Sendable {
    /// Longest credential: 512 bytes.
    package static let credentialMaximum = 512
    /// Longest name of the client's software: 128 bytes.
    package static let agentMaximum = 128
    /// Most codecs that a side may list: 16.
    package static let codecsMaximum = 16

    /// What the client receives, and the credit that the server starts with.
    package var receive = ReceiveLimits()
    /// The codecs that the client reads, the one it likes best first; identity is always read.
    package var codecs: [UInt8] = [FrameCodec.identity.rawValue]
    /// The key, as `dk_...`; empty where the server takes none.
    package var credential: [UInt8] = []
    /// Name and version of the client's software, for logs.
    package var agent = ""
    /// Optional behaviours that the client understands, a bit each; none in version 1.
    package var features: UInt64 = 0

    package init() {}
}

/// What one side takes from the other; sizes in bytes.
package struct ReceiveLimits: Hashable, Sendable {
    /// Largest body of a frame before compression: 128 KiB.
    package var frameRawMaximum: UInt32 = 128 << 10
    /// Largest metadata of a frame: 8 KiB.
    package var metaMaximum: UInt32 = 8 << 10
    /// Largest message over all its frames, before compression: 16 MiB.
    package var messageMaximum: UInt32 = 16 << 20
    /// Credit with which each stream starts: 512 KiB.
    package var initialStreamCredit: UInt32 = 512 << 10
    /// Credit with which the connection starts: 4 MiB.
    package var initialConnectionCredit: UInt32 = 4 << 20

    package init() {}

    /// What a frame received under these limits may be.
    package var frameLimits: FrameLimits {
        FrameLimits(frameRawMaximum: Int(frameRawMaximum), metaMaximum: Int(metaMaximum))
    }

    /// What makes these limits unusable, or nil.
    ///
    /// Credit below one largest frame would let both sides wait for each other for ever.
    package func validate() -> FrameError? {
        if !(Self.frameRawRange ~= frameRawMaximum) || !(Self.metaRange ~= metaMaximum) {
            return .connection(.unacceptableLimits, "frame or metadata limit out of range")
        }
        let credit = frameLimits.creditMinimum...ControlFrame.creditMaximum
        let isEnough =
            credit ~= Int(initialStreamCredit) && credit ~= Int(initialConnectionCredit)
        return isEnough
            ? nil : .connection(.unacceptableLimits, "credit is below one frame or above 2^31 - 1")
    }

    /// Sizes that a side may ask for as its largest body: 16 KiB to 1 MiB.
    package static let frameRawRange: ClosedRange<UInt32> = (16 << 10)...(1 << 20)
    /// Sizes that a side may ask for as its largest metadata: 1 to 8 KiB.
    package static let metaRange: ClosedRange<UInt32> = (1 << 10)...(8 << 10)
}

// MARK: - Protobuf

extension ReceiveLimits {
    /// Writes the message `docket.v1.ReceiveLimits`.
    func encode(into writer: inout ByteWriter) {
        writer.appendField(1, frameRawMaximum)
        writer.appendField(2, metaMaximum)
        writer.appendField(3, messageMaximum)
        writer.appendField(4, initialStreamCredit)
        writer.appendField(5, initialConnectionCredit)
    }

    /// Reads the message; a limit that is missing or 0 has its default.
    static func decode(_ bytes: RawSpan) throws(ProtobufError) -> ReceiveLimits {
        var reader = ProtobufReader(bytes)
        var limits = ReceiveLimits()
        while let field = try reader.nextField() {
            let place: WritableKeyPath<ReceiveLimits, UInt32>
            switch field.number {
            case 1: place = \.frameRawMaximum
            case 2: place = \.metaMaximum
            case 3: place = \.messageMaximum
            case 4: place = \.initialStreamCredit
            case 5: place = \.initialConnectionCredit
            default:
                try reader.skip(field.wireType)
                continue
            }
            let value: UInt32 = try reader.readNumber(field)
            if value != 0 { limits[keyPath: place] = value }
        }
        return limits
    }
}

extension Hello {
    /// Writes the message `docket.v1.Hello`.
    package func encode(into writer: inout ByteWriter) {
        writer.appendMessage(1, receive.encode)
        writer.appendField(2, codecs)
        writer.appendField(3, credential)
        writer.appendField(4, agent.printable(maximum: Self.agentMaximum))
        writer.appendField(5, features)
    }

    /// Reads the message `docket.v1.Hello`; unknown fields are skipped.
    package static func decode(_ bytes: RawSpan) throws(ProtobufError) -> Hello {
        var reader = ProtobufReader(bytes)
        var hello = Hello()
        var hasLimits = false
        while let field = try reader.nextField() {
            switch field.number {
            case 1:
                if hasLimits { throw .duplicateMessage(field: 1) }
                hasLimits = true
                hello.receive = try ReceiveLimits.decode(reader.readBytes(field))
            case 2: hello.codecs = try reader.readBytes(field, maximum: codecsMaximum).copied()
            case 3:
                hello.credential = try reader.readBytes(field, maximum: credentialMaximum).copied()
            case 4: hello.agent = try reader.readString(field, maximum: agentMaximum)
            case 5: hello.features = try reader.readNumber(field)
            default: try reader.skip(field.wireType)
            }
        }
        return hello
    }
}
