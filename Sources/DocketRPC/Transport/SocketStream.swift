package import DocketRuntime

/// Bytes on a TCP socket, as they are.
package final class SocketStream: ByteStream {
    private let socket: ConnectedSocket
    private var isWriteBlocked = false

    package init(_ socket: ConnectedSocket) { self.socket = socket }

    package var descriptor: Int32 { socket.descriptor }
    package var peer: PeerAddress { socket.peer }
    package var wants: Readiness { isWriteBlocked ? [.readable, .writable] : .readable }
    package var hasBuffered: Bool { false }

    package func handshake() -> StreamProgress { .moved(0) }

    package func read(into buffer: inout ReceiveBuffer) -> StreamProgress {
        guard !buffer.isFull else { return .wouldBlock }
        return SocketHandle.receive(descriptor, into: &buffer)
    }

    package func write(from buffer: inout SendBuffer) -> StreamProgress {
        guard !buffer.isEmpty else { return .moved(0) }
        let progress = SocketHandle.send(descriptor, from: &buffer)
        isWriteBlocked = !buffer.isEmpty
        return progress
    }

    package func finishWriting() { SocketHandle.finishWriting(descriptor) }

    package func close() { socket.close() }
}
