internal import CDocketTLS
internal import Glibc
internal import Synchronization

/// A TCP socket that is connected; closed by `close()` or with the last reference.
package final class ConnectedSocket: Sendable {
    package let descriptor: Int32
    package let peer: PeerAddress
    private let isClosed = Atomic<Bool>(false)

    /// Makes the socket non-blocking and its small writes leave at once.
    package init(takingOwnershipOf descriptor: Int32, peer: PeerAddress) {
        self.descriptor = descriptor
        self.peer = peer
        SocketHandle.prepare(descriptor)
    }

    package func close() {
        guard !isClosed.exchange(true, ordering: .acquiringAndReleasing) else { return }
        _ = Glibc.close(descriptor)
    }

    deinit { close() }
}

/// The system calls on sockets, each with what it can return.
enum SocketHandle {
    /// Makes `descriptor` non-blocking and turns the collection of small segments off.
    static func prepare(_ descriptor: Int32) {
        let flags = fcntl(descriptor, F_GETFL)
        if flags & O_NONBLOCK == 0 { _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) }
        // Fails for what is not TCP, such as the socket pairs of tests: nothing is lost.
        set(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, to: 1)
    }

    @discardableResult
    static func set(_ descriptor: Int32, _ level: Int32, _ option: Int32, to value: Int32) -> Bool {
        var value = value
        let size = socklen_t(MemoryLayout<Int32>.size)
        return unsafe setsockopt(descriptor, level, option, &value, size) == 0
    }

    /// A non-blocking TCP socket for the family of `address`.
    static func make(for address: SocketAddress) throws(StreamFailure) -> Int32 {
        let kind = Int32(SOCK_STREAM.rawValue) | flags
        let descriptor = socket(address.family, kind, 0)
        guard descriptor >= 0 else { throw .system(code: errno) }
        return descriptor
    }

    /// Begins to connect: `.moved(0)` when that is done at once, else `.wouldBlock`.
    static func connect(_ descriptor: Int32, to address: SocketAddress) -> StreamProgress {
        let status = unsafe address.withPointer { unsafe Glibc.connect(descriptor, $0, $1) }
        guard status != 0 else { return .moved(0) }
        // Interrupted, it goes on in the background just the same.
        let isUnderWay = errno == EINPROGRESS || errno == EINTR
        return isUnderWay ? .wouldBlock : .failed(.system(code: errno))
    }

    /// The error that a connect in the background ended with, 0 for none.
    static func takeError(_ descriptor: Int32) -> Int32 {
        var code: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        let status = unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
        return status == 0 ? code : errno
    }

    /// A socket that listens at `address`.
    static func listen(at address: SocketAddress, backlog: Int32) throws(StreamFailure) -> Int32 {
        let descriptor = try make(for: address)
        set(descriptor, SOL_SOCKET, SO_REUSEADDR, to: 1)
        let isBound = unsafe address.withPointer { unsafe bind(descriptor, $0, $1) } == 0
        guard isBound, Glibc.listen(descriptor, backlog) == 0 else {
            let code = errno
            _ = Glibc.close(descriptor)
            throw .system(code: code)
        }
        return descriptor
    }

    /// Where `descriptor` listens, with the port that the system chose.
    static func localAddress(of descriptor: Int32) -> PeerAddress? {
        unsafe SocketAddress { unsafe getsockname(descriptor, $0, $1) }?.peer
    }

    /// The next connection that waits.
    ///
    /// Possible errors: EAGAIN (none waits), EMFILE, ENFILE, ENOBUFS, ENOMEM (out of something),
    /// and those of the connection itself, such as ECONNABORTED.
    static func accept(_ listener: Int32) throws(StreamFailure) -> ConnectedSocket {
        var descriptor: Int32 = -1
        let address = unsafe SocketAddress { address, length in
            descriptor = unsafe accept4(listener, address, length, flags)
            return descriptor
        }
        guard let address else { throw .system(code: errno) }
        return ConnectedSocket(takingOwnershipOf: descriptor, peer: address.peer)
    }

    static func receive(_ descriptor: Int32, into buffer: inout ReceiveBuffer) -> StreamProgress {
        var code: Int32 = 0
        let count = unsafe buffer.fill { free in
            let count = unsafe recv(descriptor, free.baseAddress, free.count, 0)
            if count < 0 { code = errno }
            return count
        }
        if count > 0 { return .moved(count) }
        return count == 0 ? .ended : progress(of: code)
    }

    static func send(_ descriptor: Int32, from buffer: inout SendBuffer) -> StreamProgress {
        var sent = 0
        while !buffer.isEmpty {
            let step = unsafe buffer.withFirst { bytes, isLast in
                // More follows at once, so the system need not send a segment that is not full.
                let flags = Int32(MSG_NOSIGNAL) | (isLast ? 0 : Int32(MSG_MORE))
                let count = unsafe Glibc.send(descriptor, bytes.baseAddress, bytes.count, flags)
                let code = count < 0 ? errno : EAGAIN
                return (count: count, isWhole: count == bytes.count, code: code)
            }
            guard let step, step.count > 0 else {
                return sent > 0 ? .moved(sent) : progress(of: step?.code ?? EAGAIN)
            }
            buffer.consume(step.count)
            sent += step.count
            // The socket is full: another call would only say so.
            if !step.isWhole { break }
        }
        return .moved(sent)
    }

    /// Two connected descriptors of this process, not blocking.
    static func makePair() throws(StreamFailure) -> (Int32, Int32) {
        var pair: [Int32] = [-1, -1]
        let kind = Int32(
            SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue
        )
        guard unsafe socketpair(AF_UNIX, kind, 0, &pair) == 0 else {
            throw .system(code: errno)
        }
        return (pair[0], pair[1])
    }

    static func finishWriting(_ descriptor: Int32) { _ = shutdown(descriptor, Int32(SHUT_WR)) }

    private static var flags: Int32 {
        Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    }

    private static func progress(of code: Int32) -> StreamProgress {
        switch code {
        case EAGAIN, EINTR: .wouldBlock
        default: .failed(.system(code: code))
        }
    }
}
