/// What is left for an owner: the less it is, the less its connections hold.
enum MemorySupply: UInt8 {
    case ample
    case short
    case exhausted
}

/// Who holds how much of a bounded memory, and who waits for a part of it: a value, so that its
/// rules can be tried without connections.
///
/// An owner may hold its maximum while less than half is taken, and an eighth of all beyond that;
/// one that holds nothing may always begin, as long as there is room. A sixteenth is kept for
/// administration. Who waits is served in the order of coming; one that lacks room for itself holds
/// up its own owner, one that lacks room of all holds up everybody behind.
struct MemoryShares {
    /// Stands for one that waits.
    struct Ticket: Hashable, Sendable {
        let number: UInt64
        /// What it waits for.
        let bytes: Int
    }

    private struct Waiting {
        let ticket: Ticket
        let owner: ConnectionOwner
    }

    let limits: ServerMemory.Bounds
    private(set) var used = 0
    private var byOwner: [ConnectionOwner: Int] = [:]
    private var waiting: [Waiting] = []
    private var lastNumber: UInt64 = 0

    init(_ limits: ServerMemory.Bounds) { self.limits = limits }

    func held(by owner: ConnectionOwner) -> Int { byOwner[owner, default: 0] }

    /// What nobody has, and `owner` might.
    private func free(for owner: ConnectionOwner) -> Int {
        let kept = owner == .administration ? 0 : limits.process / 16
        return max(0, limits.process - kept - used)
    }

    /// The bytes that `owner` may take now.
    func room(for owner: ConnectionOwner) -> Int {
        let own = held(by: owner)
        let isScarce = used >= limits.process / 2 && own > 0
        let maximum = isScarce ? limits.process / 8 : limits.owner
        return min(free(for: owner), max(0, maximum - own))
    }

    func supply(for owner: ConnectionOwner) -> MemorySupply {
        switch room(for: owner) {
        case 0: .exhausted
        case ..<(limits.owner / 4): .short
        default: .ample
        }
    }

    /// Takes `bytes`, or nothing and says false.
    mutating func take(_ bytes: Int, for owner: ConnectionOwner) -> Bool {
        guard bytes <= room(for: owner) else { return false }
        force(bytes, on: owner)
        return true
    }

    /// Takes `bytes` whatever the limits, for what is held already.
    mutating func force(_ bytes: Int, on owner: ConnectionOwner) {
        byOwner[owner, default: 0] += bytes
        used += bytes
    }

    /// Waits for `bytes`, at most the owner's maximum; `serveWaiting` says when they are taken.
    mutating func wait(for bytes: Int, as owner: ConnectionOwner) -> Ticket {
        lastNumber += 1
        let ticket = Ticket(number: lastNumber, bytes: min(bytes, limits.owner))
        waiting.append(Waiting(ticket: ticket, owner: owner))
        return ticket
    }

    /// Gives up waiting; false when the bytes have been taken.
    mutating func withdraw(_ ticket: Ticket) -> Bool {
        guard let index = waiting.firstIndex(where: { $0.ticket == ticket }) else { return false }
        waiting.remove(at: index)
        return true
    }

    mutating func give(_ bytes: Int, of owner: ConnectionOwner) {
        let left = held(by: owner) - bytes
        byOwner[owner] = left > 0 ? left : nil
        used -= bytes
    }

    /// Takes their bytes for those whose turn it is.
    mutating func serveWaiting() -> [Ticket] {
        guard !waiting.isEmpty else { return [] }
        var served: [Ticket] = []
        var held: Set<ConnectionOwner> = []
        for one in waiting where !held.contains(one.owner) {
            if take(one.ticket.bytes, for: one.owner) {
                served.append(one.ticket)
            } else {
                held.insert(one.owner)
                if one.ticket.bytes > free(for: one.owner) { break }
            }
        }
        if !served.isEmpty { waiting.removeAll { served.contains($0.ticket) } }
        return served
    }
}
