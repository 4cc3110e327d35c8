internal import DocketCore
internal import DocketMessages
internal import DocketSystem
internal import DocketWire

/// Bodies into requests; what is larger than a turn allows is unpacked off the event loop.
enum Decoding {
    /// Bytes that are unpacked in some 100 µs.
    private static let turnBytes = 32 << 10

    static func request<Request: WireMessage & Sendable>(
        _ type: Request.Type,
        _ body: [UInt8]
    ) async throws(DocketError) -> Request {
        body.count <= turnBytes ? try Request.decode(body.rawSpan) : try await decode(type, body)
    }

    @concurrent
    private static func decode<Request: WireMessage & Sendable>(
        _ type: Request.Type,
        _ body: [UInt8]
    ) async throws(DocketError) -> Request {
        try Request.decode(body.rawSpan)
    }
}

/// Replies into bodies; large ones off the event loop.
enum Encoding {
    static func reply<Reply: WireMessage & Sendable>(
        _ reply: Reply,
        isLarge: Bool
    ) async throws(DocketError) -> [UInt8] {
        isLarge ? await encode(reply) : reply.encode()
    }

    @concurrent
    private static func encode<Reply: WireMessage & Sendable>(_ reply: Reply) async -> [UInt8] {
        reply.encode()
    }
}
