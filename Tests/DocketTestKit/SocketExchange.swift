internal import Glibc

/// A connection to a port of this machine, for tests.
package final class SocketExchange {
    private let socket: Int32

    package init?(port: UInt16) {
        guard let socket = LoopbackSocket.connect(to: port) else { return nil }
        self.socket = socket
        // So that a server that is silent fails the test instead of stopping it.
        var limit = timeval(tv_sec: 30, tv_usec: 0)
        unsafe setsockopt(
            socket,
            SOL_SOCKET,
            SO_RCVTIMEO,
            &limit,
            socklen_t(MemoryLayout<timeval>.size)
        )
    }

    deinit { close(socket) }

    package func send(_ text: String) {
        let bytes = Array(text.utf8)
        _ = unsafe Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Everything until the server closes.
    package func readAll() -> String {
        var text: [UInt8] = []
        while let bytes = read() { text += bytes }
        return String(decoding: text, as: UTF8.self)
    }

    /// What comes until `end` has come.
    package func read(until end: String) -> String {
        var text = ""
        while !text.hasSuffix(end), let bytes = read() {
            text += String(decoding: bytes, as: UTF8.self)
        }
        return text
    }

    /// Waits for the end; false when the server sends something or is silent.
    package func isClosed() -> Bool {
        var byte: UInt8 = 0
        let count = unsafe recv(socket, &byte, 1, 0)
        return count == 0 || (count < 0 && errno == ECONNRESET)
    }

    private func read() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe recv(socket, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }
}
