internal import DocketRPC
internal import Glibc

/// Two connected sockets of this process.
func makeSocketPair() -> (left: ConnectedSocket, right: ConnectedSocket) {
    var descriptors: [Int32] = [-1, -1]
    _ = unsafe socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &descriptors)
    let peer = PeerAddress(host: "127.0.0.1", port: 1, isLoopback: true)
    return (
        ConnectedSocket(takingOwnershipOf: descriptors[0], peer: peer),
        ConnectedSocket(takingOwnershipOf: descriptors[1], peer: peer)
    )
}

extension RawSpan {
    /// A copy of the bytes.
    var bytes: [UInt8] { unsafe withUnsafeBytes { unsafe [UInt8]($0) } }
}

extension ByteStream {
    /// Reads all that is there now; the last progress is not `.moved`, unless the buffer is full.
    func readAll(capacity: Int = 64 << 10) -> (bytes: [UInt8], last: StreamProgress) {
        var buffer = ReceiveBuffer(capacity: capacity)
        var bytes: [UInt8] = []
        while true {
            let progress = read(into: &buffer)
            bytes += buffer.unread.bytes
            buffer.consume(buffer.count)
            guard case .moved = progress else { return (bytes, progress) }
        }
    }

    /// Writes `bytes`, which must fit the socket.
    func write(_ bytes: [UInt8]) -> StreamProgress {
        var buffer = SendBuffer(limit: .max)
        buffer.append(bytes)
        return write(from: &buffer)
    }
}

/// Takes `left` and `right` forward in turn until both handshakes are over, and says how.
func shakeHands(
    _ left: some ByteStream,
    _ right: some ByteStream,
    between: () -> Void = {}
) -> (left: StreamProgress, right: StreamProgress) {
    var progress = (left: StreamProgress.wouldBlock, right: StreamProgress.wouldBlock)
    for _ in 0..<100_000 {
        if progress.left == .wouldBlock { progress.left = left.handshake() }
        between()
        if progress.right == .wouldBlock { progress.right = right.handshake() }
        between()
        if progress.left != .wouldBlock, progress.right != .wouldBlock { break }
    }
    return progress
}

/// Passes single bytes on between two sockets, as a very slow network would.
struct SlowWire {
    let left: ConnectedSocket
    let right: ConnectedSocket

    func passOneByteEachWay() {
        pass(from: left, to: right)
        pass(from: right, to: left)
    }

    private func pass(from source: ConnectedSocket, to target: ConnectedSocket) {
        var byte: UInt8 = 0
        guard unsafe recv(source.descriptor, &byte, 1, 0) == 1 else { return }
        _ = unsafe send(target.descriptor, &byte, 1, 0)
    }
}
