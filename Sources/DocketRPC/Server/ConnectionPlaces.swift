/// Who has the places for connections: arrivals, greetings and ends in, what is to be done out.
///
/// A connection takes a place when it arrives and keeps it once it has greeted. Until then it gives
/// way: to a newer one of its own address where that holds more than its part of the waiting
/// places, to any newer one where no place is free. Some places are kept for administration, and
/// a tenant has at most a quarter of the others once half of them are taken.
struct ConnectionPlaces<ID: Hashable> {
    enum Arrival: Hashable {
        case taken
        /// Taken; this connection, which has not greeted, gives way.
        case takenInstead(of: ID)
        case refused
    }

    private struct Place {
        let host: String
        /// Whether it counts toward the places of its address.
        let isCounted: Bool
        /// Set once it has greeted.
        var owner: ConnectionOwner?
    }

    /// Connections that a tenant may have however few there are in all.
    private static var leastPart: Int { 8 }

    let limits: ServerConnections.Limits
    private var places: [ID: Place] = [:]
    /// Those that have not greeted, the oldest first.
    private var waiting: [ID] = []
    private var byHost: [String: Int] = [:]
    private var byTenant: [ConnectionOwner: Int] = [:]
    private var tenantsCount = 0

    init(_ limits: ServerConnections.Limits) { self.limits = limits }

    var count: Int { places.count }

    /// A connection comes from `host`; this machine's own are not counted by address.
    mutating func arrived(_ id: ID, from host: String, isLoopback: Bool) -> Arrival {
        let arrival = room(for: host, isLoopback: isLoopback)
        switch arrival {
        case .refused: return .refused
        case .takenInstead(let oldest): left(oldest)
        case .taken: break
        }
        places[id] = Place(host: host, isCounted: !isLoopback)
        waiting.append(id)
        if !isLoopback { byHost[host, default: 0] += 1 }
        return arrival
    }

    private func room(for host: String, isLoopback: Bool) -> Arrival {
        if !isLoopback {
            let own = waiting.filter { places[$0]?.host == host }
            if byHost[host, default: 0] >= limits.byHost || own.count >= limits.greetingByHost {
                return own.first.map { .takenInstead(of: $0) } ?? .refused
            }
        }
        if waiting.count >= limits.greeting || places.count >= limits.all {
            return waiting.first.map { .takenInstead(of: $0) } ?? .refused
        }
        return .taken
    }

    /// A connection has said whose it is; false when its owner may have no more.
    mutating func greeted(_ id: ID, as owner: ConnectionOwner) -> Bool {
        guard let place = places[id], place.owner == nil, remaining(for: owner) > 0 else {
            return false
        }
        waiting.removeAll { $0 == id }
        places[id]?.owner = owner
        guard owner != .administration else { return true }
        byTenant[owner, default: 0] += 1
        tenantsCount += 1
        return true
    }

    mutating func left(_ id: ID) {
        guard let place = places.removeValue(forKey: id) else { return }
        if place.isCounted { Self.decrease(&byHost, place.host) }
        guard let owner = place.owner else { return waiting.removeAll { $0 == id } }
        guard owner != .administration else { return }
        Self.decrease(&byTenant, owner)
        tenantsCount -= 1
    }

    private static func decrease<Key>(_ counts: inout [Key: Int], _ key: Key) {
        guard let count = counts[key] else { return }
        counts[key] = count > 1 ? count - 1 : nil
    }

    /// How many more connections `owner` may have: those that have not greeted give way.
    func remaining(for owner: ConnectionOwner) -> Int {
        let greeted = places.count - waiting.count
        let free = max(0, limits.all - greeted)
        guard owner != .administration else { return free }
        let forTenants = max(0, free - limits.reserved)
        let own = byTenant[owner, default: 0]
        let part = max(Self.leastPart, (limits.all - limits.reserved) / 4)
        let untilHalf = (limits.all - limits.reserved) / 2 - tenantsCount
        return min(forTenants, max(0, part - own, untilHalf))
    }
}
