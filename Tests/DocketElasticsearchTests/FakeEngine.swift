import DocketJSON
import DocketSystem
import Foundation
import Glibc
import Synchronization

@testable import DocketElasticsearch

/// An HTTP server that answers as a script says, for what no real engine can be made to say.
final class FakeEngine: Sendable {
    struct Request: Sendable {
        let method: String
        let path: String
        let headers: String
        let body: [UInt8]
    }

    enum Reply: Sendable {
        case answer(status: Int, body: String, headers: String = "")
        /// The connection stays, and nothing comes.
        case silence
        /// The connection is closed without an answer.
        case end
    }

    let url: String
    private let listener: Int32
    private let script: @Sendable (Request) -> Reply
    private struct Seen {
        var requests: [Request] = []
        var watchers: [(count: Int, asked: OneShot<Void>)] = []
    }

    private let seen = Mutex(Seen())
    private let opened = Mutex(0)

    /// Listens on a free port.
    init(_ script: @escaping @Sendable (Request) -> Reply) throws {
        self.script = script
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        let isListening = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe bind(listener, address, length) == 0 && listen(listener, 64) == 0
                    && getsockname(listener, address, &length) == 0
            }
        }
        guard isListening else { throw POSIXError(.EADDRINUSE) }
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        Thread.detachNewThread { [weak self, listener] in
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                guard let self else {
                    Glibc.close(connection)
                    return
                }
                opened.withLock { $0 += 1 }
                Thread.detachNewThread { self.serve(connection) }
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        Glibc.close(listener)
    }

    /// What was asked, in order.
    var requests: [Request] { seen.withLock { $0.requests } }

    /// Returns once it was asked so often.
    func asked(_ count: Int) async throws {
        let asked = OneShot<Void>()
        seen.withLock { seen in
            if seen.requests.count >= count { return asked.succeed(()) }
            seen.watchers.append((count, asked))
        }
        try await asked.value()
    }

    var connections: Int { opened.withLock { $0 } }

    private func serve(_ connection: Int32) {
        defer { Glibc.close(connection) }
        var buffer: [UInt8] = []
        while let request = Self.next(connection, &buffer) {
            note(request)
            switch script(request) {
            case .end: return
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

extension FakeEngine {
    /// An engine that has all that Docket needs; `script` answers searches, bulks and refreshes.
    static func prepared(
        _ names: IndexNames,
        version: String = #"{"number":"8.19.21"}"#,
        _ script: @escaping @Sendable (Request) -> Reply
    ) throws -> FakeEngine {
        try FakeEngine { request in
            switch (request.method, request.path) {
            case ("GET", "/"): .answer(status: 200, body: #"{"version":\#(version)}"#)
            case ("GET", let path) where path.hasPrefix("/_cluster/settings"):
                .answer(
                    status: 200,
                    body: #"{"defaults":{"action":{"auto_create_index":"false"}}}"#
                )
            case ("PUT", "/\(names.pool)"):
                .answer(
                    status: 400,
                    body: #"{"error":{"type":"resource_already_exists_exception"}}"#
                )
            case ("GET", "/\(names.pool)"):
                .answer(status: 200, body: pool(names))
            case ("GET", _): .answer(status: 404, body: "{}")
            default: script(request)
            }
        }
    }

    private static func pool(_ names: IndexNames) -> String {
        let mappings = String(decoding: Mapping.mappingsJSON(), as: UTF8.self)
        return #"{"\#(names.pool)":{"aliases":{"\#(names.poolAlias)":{}},"mappings":\#(mappings)}}"#
    }
}
