internal import Synchronization

/// The connections of a server: their number is bounded, in all, by address, and before HELLO.
package final class ServerConnections: Sendable {
    private struct State {
        var all: [ObjectIdentifier: Connection] = [:]
        var greeting: Set<ObjectIdentifier> = []
        var byHost: [String: Int] = [:]
    }

    package struct Limits: Sendable {
        /// Connections in all.
        package var all = 10_000
        /// Connections of one address; this machine's own are not counted.
        package var byHost = 64
        /// Connections whose HELLO has not been answered: with 24 KiB each, 8 MiB in all.
        package var greeting = 341

        package init() {}
    }

    private let limits: Limits
    private let state = Mutex(State())

    package init(_ limits: Limits) { self.limits = limits }

    /// Connections that would still be taken.
    package var remaining: Int { max(0, limits.all - count) }

    package var count: Int { state.withLock { $0.all.count } }

    /// Counts a connection in, or says that there is no room for it.
    func opened(_ connection: Connection) -> Bool {
        let host = connection.peerAddress.host
        let isCounted = !connection.peerAddress.isLoopback
        return state.withLock { state in
            guard state.all.count < limits.all, state.greeting.count < limits.greeting,
                !isCounted || state.byHost[host, default: 0] < limits.byHost
            else { return false }
            state.all[ObjectIdentifier(connection)] = connection
            state.greeting.insert(ObjectIdentifier(connection))
            if isCounted { state.byHost[host, default: 0] += 1 }
            return true
        }
    }

    /// Its HELLO was answered.
    func isGreeted(_ connection: Connection) {
        _ = state.withLock { $0.greeting.remove(ObjectIdentifier(connection)) }
    }

    func closed(_ connection: Connection) {
        let host = connection.peerAddress.host
        state.withLock { state in
            guard state.all.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
            state.greeting.remove(ObjectIdentifier(connection))
            guard let own = state.byHost[host] else { return }
            state.byHost[host] = own > 1 ? own - 1 : nil
        }
    }

    var open: [Connection] { state.withLock { Array($0.all.values) } }
}
