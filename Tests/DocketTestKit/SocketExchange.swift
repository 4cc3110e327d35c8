internal import Glibc

/// A connection to a port of this machine, for tests.
package final class SocketExchange {
    private let socket: Int32

    package init?(port: UInt16) {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let status = unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe connect(socket, address, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { return nil }
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
