internal import Glibc
internal import Synchronization

/// Why the HTTP port could not be opened.
package enum HTTPServerError: Error, Hashable, Sendable {
    /// No address of this name.
    case unknownHost
    /// The `errno`: EADDRINUSE, EACCES, EADDRNOTAVAIL, or EIO where the library does not say.
    case notListening(code: Int32)
}

extension HTTPServerError: CustomStringConvertible {
    /// One line for people.
    package var description: String {
        switch self {
        case .unknownHost: "no address of this name"
        case .notListening(EADDRINUSE): "the address is in use"
        case .notListening(EADDRNOTAVAIL): "the address is not this machine's"
        case .notListening(EACCES): "not permitted"
        case .notListening(let code): "system error \(code)"
        }
    }
}

/// Bounds of the HTTP port.
package struct HTTPLimits: Sendable {
    /// Beyond it the one that has waited longest for a request is closed for the new one.
    package var connections = 128
    /// How long a connection may be silent, and how long the head of a request may take.
    package var timeoutSeconds = 10
    /// Bytes of a request's line and headers, and of a reply's headers.
    package var headerBytes = 16 << 10

    package init() {}
}

/// Answers health and metrics on a port of its own, from the library's own thread, so that it
/// answers even while every event loop is busy.
package final class HTTPServer: Sendable {
    /// The port listened on, also where 0 was asked for.
    package let port: UInt16
    private let daemon: Mutex<HTTPDaemonHandle?>
    private let context: HTTPContext
    private let headLimit: Duration

    /// Listens at once; `port` 0 takes a free one.
    package init(
        host: String,
        port: UInt16,
        routes: [HTTPRoute],
        limits: HTTPLimits = HTTPLimits()
    ) throws(HTTPServerError) {
        context = HTTPContext(HTTPRoutes(routes), connections: limits.connections)
        headLimit = .seconds(limits.timeoutSeconds)
        let daemon = try HTTPDaemonHandle(
            host: host,
            port: port,
            context: context,
            limits: limits
        )
        self.port = daemon.port
        self.daemon = Mutex(daemon)
    }

    /// Closes the connections whose next request has not been whole in time, as one that sends a
    /// byte now and then; to be called about once a second.
    package func closeLate() { context.closeLate(after: headLimit) }

    /// Closes the port and all connections; returns when the thread has ended.
    package func stop() {
        daemon.withLock { $0 = nil }
    }
}

/// Finds the answer to a method and a path.
final class HTTPRoutes: Sendable {
    static let methods: Set<String> = ["GET", "HEAD"]

    private let routes: [String: HTTPRoute]

    init(_ routes: [HTTPRoute]) {
        self.routes = Dictionary(routes.map { ($0.path, $0) }, uniquingKeysWith: { $1 })
    }

    func answer(method: String, path: String) -> HTTPReply {
        guard let route = routes[path] else { return .text(404, "not found") }
        guard Self.methods.contains(method) else {
            return .text(405, "only GET and HEAD are served")
        }
        return route.answer()
    }
}
