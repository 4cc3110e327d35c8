/// What the cache keeps: which replies of which tenant go when room is needed.
///
/// A value without locks, clocks or chance: events go in, entries to be taken out come out, the
/// same ones for the same events. Each tenant has a ``WindowTinyLFU`` of its own, so what one asks
/// for says nothing about the replies of another; ``TenantShares`` says whose turn it is to give
/// way. Events take a bounded time, but for the evictions that make room for one reply.
struct CachePolicy: Sendable {
    typealias Ticket = EntryTable.Ticket

    private struct Tenant: Sendable {
        let number: UInt64
        var replies = WindowTinyLFU(windowShare: WindowTrials.shareOfFew)
        var trials = WindowTrials()

        /// Learns from a request for this entry, for when the tenant has `growth` times as much.
        mutating func learn(_ entry: EntryTable.Entry, growth: Double) {
            let entries = Int(Double(replies.count) * growth)
            let bytes = Int(Double(replies.bytes) * growth)
            if trials.requested(entry, among: entries, of: bytes) {
                replies.windowShare = trials.share
            }
        }
    }

    private var table = EntryTable()
    private var shares: TenantShares
    /// By place; nil for one that is free.
    private var tenants: [Tenant?] = []
    private var freePlaces: [Int] = []
    private var places: [UInt64: Int] = [:]

    /// A policy for `limit` bytes, of which a tenant has `sharePercent` while they are used up.
    init(limit: Int, sharePercent: Int) {
        shares = TenantShares(limit: limit, sharePercent: sharePercent)
    }

    var bytes: Int { shares.bytes }
    /// Entries.
    var count: Int { table.count }

    func bytes(of tenant: UInt64) -> Int { places[tenant].map { shares.bytes(of: $0) } ?? 0 }

    /// The slot of a live entry, which no other one has at the same time; nil when it is gone.
    func slot(of ticket: Ticket) -> Int? { table.slot(of: ticket) }

    // MARK: Events

    /// A reply that was not found comes in.
    ///
    /// - Parameters:
    ///   - tenant: Whose it is.
    ///   - hash: Of the key by which its popularity is counted.
    ///   - weight: Its bytes, 1 to 2^31 - 1.
    ///   - benefit: What a request saves that finds it, in any unit, 1 to 2^16.
    ///   - evicted: The slots of those that go for it are appended, in the end perhaps its own.
    /// - Returns: Its ticket.
    mutating func insert(
        of tenant: UInt64,
        hash: UInt64,
        weight: Int,
        benefit: Int,
        _ evicted: inout [Int]
    ) -> Ticket {
        let place = places[tenant] ?? addTenant(tenant)
        let entry = EntryTable.Entry(
            hash: hash,
            tenant: Int32(place),
            benefit: Int32(benefit),
            weight: Int32(weight)
        )
        let slot = table.add(entry)
        let ticket = table.ticket(of: slot)
        shares.charge(place, weight)
        tenants[place]?.replies.inserted(slot, &table)
        learn(from: entry)
        makeRoom(for: place, &evicted)
        return ticket
    }

    /// A reply was found; one that is gone counts for nothing.
    mutating func used(_ ticket: Ticket) {
        guard let slot = table.slot(of: ticket) else { return }
        let entry = table[slot]
        tenants[Int(entry.tenant)]?.replies.used(slot, &table)
        learn(from: entry)
    }

    /// A reply takes `weight` bytes more, or fewer if that is negative; appends those that go.
    mutating func change(_ ticket: Ticket, by weight: Int, _ evicted: inout [Int]) {
        guard let slot = table.slot(of: ticket) else { return }
        let place = Int(table[slot].tenant)
        shares.charge(place, weight)
        tenants[place]?.replies.changed(slot, by: weight, &table)
        makeRoom(for: place, &evicted)
    }

    /// A reply is taken out for another reason than room.
    mutating func remove(_ ticket: Ticket) {
        guard let slot = table.slot(of: ticket) else { return }
        remove(slot)
    }

    /// Takes out at most `maximum` replies of a tenant, and appends their slots.
    ///
    /// - Returns: Whether it may have more.
    mutating func remove(of tenant: UInt64, maximum: Int, _ evicted: inout [Int]) -> Bool {
        guard let place = places[tenant] else { return false }
        for _ in 0..<maximum {
            guard let slot = tenants[place]?.replies.victim(contests: false, table) else { break }
            evicted.append(slot)
            remove(slot)
        }
        return places[tenant] != nil
    }

    /// Where the cache is so full that it may soon matter which replies are kept.
    private mutating func learn(from entry: EntryTable.Entry) {
        guard 2 * shares.bytes >= shares.limit else { return }
        let growth = Double(shares.limit) / Double(shares.bytes)
        tenants[Int(entry.tenant)]?.learn(entry, growth: growth)
    }

    private mutating func makeRoom(for place: Int, _ evicted: inout [Int]) {
        while shares.isOver, let giver = shares.givingWay(to: place) {
            let isOwn = giver == place
            guard let slot = tenants[giver]?.replies.victim(contests: isOwn, table) else { return }
            evicted.append(slot)
            remove(slot)
        }
    }

    private mutating func remove(_ slot: Int) {
        let entry = table[slot]
        let place = Int(entry.tenant)
        tenants[place]?.replies.removed(slot, &table)
        shares.charge(place, -Int(entry.weight))
        table.remove(slot)
        if tenants[place]?.replies.count == 0 { removeTenant(place) }
    }

    // MARK: Tenants

    private mutating func addTenant(_ number: UInt64) -> Int {
        let place = freePlaces.popLast() ?? tenants.count
        if place == tenants.count { tenants.append(nil) }
        tenants[place] = Tenant(number: number)
        places[number] = place
        return place
    }

    private mutating func removeTenant(_ place: Int) {
        guard let tenant = tenants[place] else { return }
        places[tenant.number] = nil
        tenants[place] = nil
        freePlaces.append(place)
    }
}
