internal import Glibc
internal import Synchronization

/// What the library's thread is given: the routes, and who waits for what.
final class HTTPContext: Sendable {
    let routes: HTTPRoutes
    private let places: Mutex<HTTPPlaces>

    init(_ routes: HTTPRoutes, connections: Int) {
        self.routes = routes
        places = Mutex(HTTPPlaces(maximum: connections))
    }

    func opened(_ socket: Int32) {
        places.withLock { places in
            if let leaving = places.opened(socket, at: .now) { Self.cut(leaving) }
        }
    }

    func answered(_ socket: Int32) { places.withLock { $0.answered(socket, at: .now) } }

    func closed(_ socket: Int32) { places.withLock { $0.closed(socket) } }

    func closeLate(after limit: Duration) {
        places.withLock { places in
            for socket in places.takeLate(before: .now - limit) { Self.cut(socket) }
        }
    }

    /// Ends both directions of a connection.
    ///
    /// The library then finds the end and closes the descriptor, which it tells before: under the
    /// lock a descriptor is still the connection's own.
    private static func cut(_ socket: Int32) { _ = shutdown(socket, Int32(SHUT_RDWR)) }
}
