internal import Glibc

/// Two connected, non-blocking stream sockets, closed with the pair.
final class SocketPair: Sendable {
    let left: Int32
    let right: Int32

    init() {
        var descriptors: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        _ = unsafe socketpair(AF_UNIX, kind, 0, &descriptors)
        left = descriptors[0]
        right = descriptors[1]
    }

    /// Makes the left end readable.
    func sendByteToLeft() {
        var byte: UInt8 = 1
        _ = unsafe write(right, &byte, 1)
    }

    /// Whether a byte was there to read.
    func takeByteFromLeft() -> Bool {
        var byte: UInt8 = 0
        return unsafe read(left, &byte, 1) == 1
    }

    deinit {
        close(left)
        close(right)
    }
}
