package import DocketRuntime

/// Bytes in TLS 1.3 on a TCP socket.
package final class TLSStream: ByteStream {
    private let socket: ConnectedSocket
    private let connection: TLSHandle
    /// What reading and writing wait for; either may wait for the other's readiness.
    private var readWants: Readiness = .readable
    private var writeWants: Readiness = []
    private var mayHavePending = false
    /// How reading has ended, while bytes before it had to be told first.
    private var conclusion: StreamProgress?
    /// After a fatal error OpenSSL forbids the farewell.
    private var isBroken = false

    init(_ socket: ConnectedSocket, _ connection: TLSHandle) {
        self.socket = socket
        self.connection = connection
    }

    package var descriptor: Int32 { socket.descriptor }
    package var peer: PeerAddress { socket.peer }
    package var wants: Readiness { readWants.union(writeWants) }
    package var hasBuffered: Bool {
        conclusion != nil || (mayHavePending && connection.hasPending)
    }

    package func handshake() -> StreamProgress {
        let step = connection.handshake()
        if case .done = step {
            readWants = .readable
            // The peer's first bytes may have come with its last ones of the handshake.
            mayHavePending = true
            return .moved(0)
        }
        return progress(of: step, wanting: &readWants)
    }

    package func read(into buffer: inout ReceiveBuffer) -> StreamProgress {
        if let conclusion { return conclusion }
        var moved = 0
        while !buffer.isFull {
            let step = connection.read(into: &buffer)
            guard case .done(let count) = step else {
                // What is pending now is part of a record: only more from the socket completes it.
                mayHavePending = false
                return conclude(progress(of: step, wanting: &readWants), after: moved)
            }
            readWants = .readable
            mayHavePending = true
            moved += count
            guard connection.hasPending else { break }
        }
        return moved > 0 ? .moved(moved) : .wouldBlock
    }

    package func write(from buffer: inout SendBuffer) -> StreamProgress {
        var moved = 0
        while !buffer.isEmpty {
            let step = connection.write(from: buffer)
            guard case .done(let count) = step else {
                let progress = progress(of: step, wanting: &writeWants)
                return moved > 0 && progress == .wouldBlock ? .moved(moved) : progress
            }
            buffer.consume(count)
            moved += count
        }
        writeWants = []
        return .moved(moved)
    }

    package func finishWriting() {
        if !isBroken { connection.shutdown() }
    }

    package func close() {
        finishWriting()
        socket.close()
    }

    /// Bytes that were read are told before the end that followed them.
    private func conclude(_ progress: StreamProgress, after moved: Int) -> StreamProgress {
        guard moved > 0 else { return progress }
        if progress != .wouldBlock { conclusion = progress }
        return .moved(moved)
    }

    private func progress(
        of step: TLSHandle.Step,
        wanting wants: inout Readiness
    ) -> StreamProgress {
        switch step {
        case .done(let count): return .moved(count)
        case .wantsRead: wants = .readable
        case .wantsWrite: wants = .writable
        case .ended: return .ended
        case .failed(let failure):
            isBroken = true
            return .failed(failure)
        }
        return .wouldBlock
    }
}
