internal import Synchronization

/// Whose a connection is, as far as its share of the server goes.
package enum ConnectionOwner: Hashable, Sendable {
    /// For whom some places are kept.
    case administration
    /// A tenant, by its number.
    case tenant(UInt64)
}

/// The connections of a server: their number is bounded, in all, by address and tenant, and before
/// HELLO is answered.
package final class ServerConnections: Sendable {
    package struct Limits: Hashable, Sendable {
        /// Connections in all.
        package var all = 10_000
        /// Connections of one address; this machine's own are not counted.
        package var byHost = 64
        /// Connections whose HELLO has not been answered: with 24 KiB each, 8 MiB in all.
        package var greeting = 341
        /// Connections that are told that there is no place for them, at once.
        package var turnedAway = 64

        package init() {}

        /// Places that only administration gets.
        var reserved: Int { min(16, all / 16) }
        /// Connections of one address whose HELLO has not been answered.
        var greetingByHost: Int { max(1, greeting / 2) }
    }

    private struct State {
        var places: ConnectionPlaces<ObjectIdentifier>
        var all: [ObjectIdentifier: Connection] = [:]
        var turnedAway: Set<ObjectIdentifier> = []
    }

    private let limits: Limits
    private let state: Mutex<State>

    package init(_ limits: Limits) {
        self.limits = limits
        state = Mutex(State(places: ConnectionPlaces(limits)))
    }

    /// Connections that would still be taken, of whom it may be.
    package var remaining: Int { remaining(for: .administration) }

    /// Connections that `owner` may still have.
    func remaining(for owner: ConnectionOwner) -> Int {
        state.withLock { $0.places.remaining(for: owner) }
    }

    /// Connections that are open, those included that are told to go.
    package var count: Int { state.withLock { $0.all.count } }

    /// A place for a connection: says whether there is one, and who gives way for it.
    func opened(_ connection: Connection) -> (isTaken: Bool, leaving: Connection?) {
        let id = ObjectIdentifier(connection)
        let peer = connection.peerAddress
        return state.withLock { state in
            switch state.places.arrived(id, from: peer.host, isLoopback: peer.isLoopback) {
            case .refused: return (false, nil)
            case .taken:
                state.all[id] = connection
                return (true, nil)
            case .takenInstead(let oldest):
                state.all[id] = connection
                return (true, state.all.removeValue(forKey: oldest))
            }
        }
    }

    /// Its HELLO is about to be answered; false when its owner may have no more connections.
    func isGreeted(_ connection: Connection, as owner: ConnectionOwner) -> Bool {
        state.withLock { $0.places.greeted(ObjectIdentifier(connection), as: owner) }
    }

    /// Whether there are means to tell this connection that it has no place, which it has lost.
    func isToldItsEnd(_ connection: Connection) -> Bool {
        let id = ObjectIdentifier(connection)
        return state.withLock { state in
            state.places.left(id)
            guard state.turnedAway.count < limits.turnedAway else { return false }
            state.all[id] = connection
            state.turnedAway.insert(id)
            return true
        }
    }

    func closed(_ connection: Connection) {
        let id = ObjectIdentifier(connection)
        state.withLock { state in
            state.places.left(id)
            state.all[id] = nil
            state.turnedAway.remove(id)
        }
    }

    var open: [Connection] { state.withLock { Array($0.all.values) } }
}
