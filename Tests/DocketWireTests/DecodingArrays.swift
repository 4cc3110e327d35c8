import DocketSystem
import DocketWire

// A span cannot be made inside `#expect`, so the tests decode arrays.

extension CallMeta {
    static func decode(_ bytes: [UInt8]) throws(ProtobufError) -> CallMeta {
        try decode(bytes.rawSpan)
    }
}

extension CallStatus {
    static func decode(_ bytes: [UInt8]) throws(ProtobufError) -> CallStatus {
        try decode(bytes.rawSpan)
    }
}

extension ReplyMeta {
    static func decode(_ bytes: [UInt8]) throws(ProtobufError) -> ReplyMeta {
        try decode(bytes.rawSpan)
    }
}

extension Hello {
    static func decode(_ bytes: [UInt8]) throws(ProtobufError) -> Hello {
        try decode(bytes.rawSpan)
    }
}

extension HelloAck {
    static func decode(_ bytes: [UInt8]) throws(ProtobufError) -> HelloAck {
        try decode(bytes.rawSpan)
    }
}

extension GoAway {
    static func decode(_ bytes: [UInt8]) throws(ProtobufError) -> GoAway {
        try decode(bytes.rawSpan)
    }
}

extension ControlFrame {
    static func creditBytes(_ body: [UInt8]) throws(FrameError) -> Int {
        try creditBytes(body.rawSpan)
    }

    static func pingPayload(_ body: [UInt8]) throws(FrameError) -> UInt64 {
        try pingPayload(body.rawSpan)
    }
}
