internal import DocketSystem
internal import DocketWire
internal import Glibc

/// A client that sends what it likes: bytes over a socket that blocks, for ten seconds at most.
struct RawPeer: ~Copyable {
    struct Frame: Equatable {
        var type: UInt8
        var flags: FrameFlags
        var stream: UInt32
        var metaLength: Int
        var payload: [UInt8]

        /// What it took of the credit, uncompressed.
        var cost: Int { payload.count + FrameHeader.size }
    }

    struct Closed: Error {
        /// Whether the peer has ended; otherwise there was nothing for ten seconds.
        var isEnd = false
    }

    private let descriptor: Int32

    /// Connects and sends `bytes`; the peer's preface is taken.
    init(port: UInt16, sending bytes: [UInt8]) throws {
        descriptor = Self.connected(to: port, nil)
        try send(bytes)
        _ = try read(8)
    }

    /// Connects and greets with these limits; the answer is the first frame to be read.
    init(
        port: UInt16,
        streamCredit: UInt32 = 524_288,
        connectionCredit: UInt32 = 4 << 20,
        messageMaximum: UInt32 = 16 << 20,
        receiveBuffer: Int32? = nil
    ) throws {
        var receive = ReceiveLimits()
        receive.initialStreamCredit = streamCredit
        receive.initialConnectionCredit = connectionCredit
        receive.messageMaximum = messageMaximum
        descriptor = Self.connected(to: port, receiveBuffer)
        try send(Self.greeting(receive))
        _ = try read(8)
    }

    /// Preface and HELLO of a client that takes what `receive` says.
    static func greeting(_ receive: ReceiveLimits = ReceiveLimits()) -> [UInt8] {
        var hello = Hello()
        hello.receive = receive
        var writer = ByteWriter()
        Preface().encode(into: &writer)
        var meta = ByteWriter()
        hello.encode(into: &meta)
        FrameHeader(type: .hello, metaLength: meta.count).encode(into: &writer)
        return writer.bytes + meta.bytes
    }

    /// Connects and says nothing.
    init(silentlyTo port: UInt16) { descriptor = Self.connected(to: port, nil) }

    /// A connected socket; what is done with one that could not connect fails.
    private static func connected(to port: UInt16, _ receiveBuffer: Int32?) -> Int32 {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        if var bytes = receiveBuffer {
            let size = socklen_t(MemoryLayout<Int32>.size)
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &bytes, size)
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        _ = unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, size)
            }
        }
        var patience = timeval(tv_sec: 10, tv_usec: 0)
        let length = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, length)
        return descriptor
    }

    /// The farewell to a connection that never got an answer to its greeting.
    func farewellAtOnce() throws -> GoAway {
        _ = try read(Preface.size)
        let frame = try frame()
        guard frame.type == FrameType.goAway.rawValue else { throw Closed() }
        return try GoAway.decode(frame.payload.rawSpan)
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let rest = Array(bytes[sent...])
            let count = unsafe Glibc.send(
                descriptor,
                rest,
                rest.count,
                Int32(MSG_NOSIGNAL)
            )
            guard count > 0 else { throw Closed() }
            sent += count
        }
    }

    /// Opens a call whose request is `body`.
    func call(
        _ stream: UInt32,
        _ behaviour: Behaviour,
        _ body: [UInt8] = [],
        priority: Priority = .interactive,
        timeoutMilliseconds: UInt32 = 0,
        flags: FrameFlags = .endStream
    ) throws {
        let meta = CallMeta(behaviour, timeoutMilliseconds: timeoutMilliseconds)
        let flags = flags.union(FrameFlags(priority: priority))
        try send(Self.call(stream, meta, body, flags))
    }

    static func call(
        _ stream: UInt32,
        _ meta: CallMeta,
        _ body: [UInt8],
        _ flags: FrameFlags = .endStream
    ) -> [UInt8] {
        var encoded = ByteWriter()
        meta.encode(into: &encoded)
        var writer = ByteWriter()
        FrameHeader(
            type: .call,
            flags: flags,
            stream: stream,
            metaLength: encoded.count,
            bodyLength: body.count
        ).encode(into: &writer)
        return writer.bytes + encoded.bytes + body
    }

    /// Sends a GOAWAY with these bytes as its metadata.
    func goAway(_ meta: [UInt8] = []) throws {
        var writer = ByteWriter()
        FrameHeader(type: .goAway, metaLength: meta.count).encode(into: &writer)
        try send(writer.bytes + meta)
    }

    /// Sends nothing any more.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Reads until the peer has ended; false when it does not within ten seconds.
    func readsToEnd() -> Bool {
        while true {
            do { _ = try frame() } catch { return (error as? Closed)?.isEnd == true }
        }
    }

    /// How the call on this stream ends.
    func status(of stream: UInt32) throws -> CallStatus {
        while true {
            let frame = try frame(of: stream)
            let isEnd = frame.type == FrameType.status.rawValue
            guard isEnd || frame.flags.contains(.endStream) else { continue }
            let meta = frame.payload.rawSpan.extracting(0..<frame.metaLength)
            return try ReplyMeta.decode(meta).status
        }
    }

    /// Sends a message of one frame.
    func data(_ stream: UInt32, _ body: [UInt8], _ flags: FrameFlags = []) throws {
        var writer = ByteWriter()
        FrameHeader(type: .data, flags: flags, stream: stream, bodyLength: body.count)
            .encode(into: &writer)
        try send(writer.bytes + body)
    }

    func cancel(_ stream: UInt32) throws {
        var writer = ByteWriter()
        ControlFrame.appendCancel(stream: stream, reason: .unspecified, to: &writer)
        try send(writer.bytes)
    }

    /// The next frame of a stream; others are passed over.
    func frame(of stream: UInt32) throws -> Frame {
        while true {
            let frame = try frame()
            if frame.stream == stream { return frame }
        }
    }

    func grant(_ bytes: UInt32, on stream: UInt32) throws {
        var writer = ByteWriter()
        ControlFrame.appendCredit(stream: stream, bytes: bytes, to: &writer)
        try send(writer.bytes)
    }

    /// The next frame.
    func frame() throws -> Frame {
        let header = try read(FrameHeader.size)
        let length = Int(header.rawSpan.bigEndian32(at: 0) >> 8)
        return Frame(
            type: header[3],
            flags: FrameFlags(rawValue: header[4]),
            stream: header.rawSpan.bigEndian32(at: 8),
            metaLength: Int(header[6]) << 8 | Int(header[7]),
            payload: try read(length)
        )
    }

    /// The reason of the farewell that comes; frames before it are passed over.
    func farewell() throws -> GoAway.Reason {
        while true {
            let frame = try frame()
            guard frame.type == FrameType.goAway.rawValue else { continue }
            return try GoAway.decode(frame.payload.rawSpan).reason
        }
    }

    private func read(_ count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            var part = [UInt8](repeating: 0, count: count - bytes.count)
            let size = part.count
            let got = unsafe recv(descriptor, &part, size, 0)
            guard got > 0 else { throw Closed(isEnd: got == 0) }
            bytes += part.prefix(got)
        }
        return bytes
    }
}
