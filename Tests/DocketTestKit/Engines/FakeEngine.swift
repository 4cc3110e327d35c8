internal import DocketSystem
internal import Foundation
internal import Glibc
internal import Synchronization

/// An HTTP server that answers as a script says, for what no real engine can be made to say.
package final class FakeEngine: Sendable {
    package struct Request: Sendable {
        package let method: String
        package let path: String
        /// The line of the request and those of its headers.
        package let headers: String
        package let body: [UInt8]
    }

    package enum Reply: Sendable {
        case answer(status: Int, body: String, headers: String = "")
        /// These bytes, after which the connection is closed.
        case bytes([UInt8])
        /// The connection stays, and nothing comes.
        case silence
        /// The connection is closed without an answer.
        case end
    }

    package let url: String
    private let listener: LoopbackListener
    private let script: @Sendable (Request) -> Reply
    private struct Seen {
        var requests: [Request] = []
        var watchers: [(count: Int, asked: OneShot<Void>)] = []
    }

    private let seen = Mutex(Seen())
    private let opened = Mutex(0)

    /// Listens on a free port.
    package init(_ script: @escaping @Sendable (Request) -> Reply) throws {
        self.script = script
        listener = try LoopbackListener()
        url = "http://127.0.0.1:\(listener.port)"
        listener.takeConnections { [weak self] connection in
            guard let self else {
                Glibc.close(connection)
                return
            }
            opened.withLock { $0 += 1 }
            serve(connection)
        }
    }

    /// What was asked, in order.
    package var requests: [Request] { seen.withLock { $0.requests } }

    /// Returns once it was asked so often.
    package func asked(_ count: Int) async throws {
        let asked = OneShot<Void>()
        seen.withLock { seen in
            if seen.requests.count >= count { return asked.succeed(()) }
            seen.watchers.append((count, asked))
        }
        try await asked.value()
    }

    package var connections: Int { opened.withLock { $0 } }

    private func serve(_ connection: Int32) {
        defer { Glibc.close(connection) }
        var buffer: [UInt8] = []
        while let request = Self.next(connection, &buffer) {
            note(request)
            switch script(request) {
            case .end: return
            case .bytes(let bytes):
                _ = unsafe send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
                return
            case .silence:
                _ = Self.read(connection, &buffer)
                return
            case .answer(let status, let body, let headers):
                let text =
                    "HTTP/1.1 \(status) X\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n"
                    + body
                let bytes = Array(text.utf8)
                _ = unsafe send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL))
            }
        }
    }

    private func note(_ request: Request) {
        seen.withLock { seen in
            seen.requests.append(request)
            for watcher in seen.watchers where watcher.count <= seen.requests.count {
                watcher.asked.succeed(())
            }
        }
    }

    private static func next(_ connection: Int32, _ buffer: inout [UInt8]) -> Request? {
        let mark = Array("\r\n\r\n".utf8)
        while true {
            if let end = buffer.firstRange(of: mark) {
                let head = String(decoding: buffer[..<end.lowerBound], as: UTF8.self)
                let lines = head.components(separatedBy: "\r\n")
                let length =
                    lines.first { $0.lowercased().hasPrefix("content-length:") }
                    .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
                while buffer.count < end.upperBound + length {
                    guard read(connection, &buffer) else { return nil }
                }
                let words = lines[0].split(separator: " ")
                let body = Array(buffer[end.upperBound..<end.upperBound + length])
                buffer.removeFirst(end.upperBound + length)
                return Request(
                    method: String(words[0]),
                    path: String(words[1]),
                    headers: head,
                    body: body
                )
            }
            guard read(connection, &buffer) else { return nil }
        }
    }

    private static func read(_ connection: Int32, _ buffer: inout [UInt8]) -> Bool {
        var piece = [UInt8](repeating: 0, count: 65_536)
        let count = unsafe recv(connection, &piece, piece.count, 0)
        guard count > 0 else { return false }
        buffer += piece[..<count]
        return true
    }
}
