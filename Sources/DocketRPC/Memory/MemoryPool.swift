internal import Synchronization

/// One kind of memory that peers make the server hold, shared by all connections.
///
/// Each owner has an account in it, which its connections share.
final class MemoryPool: Sendable {
    private struct State {
        var shares: MemoryShares
        var accounts: [ConnectionOwner: MemoryAccount] = [:]
        var actions: [MemoryShares.Ticket: @Sendable () -> Void] = [:]
    }

    /// One that waited, and whom to tell.
    private struct Served {
        let ticket: MemoryShares.Ticket
        let action: @Sendable () -> Void
    }

    /// Accounts beyond which those that hold nothing are forgotten.
    private static let accountsMaximum = 10_000
    /// What takes no more than this need not wait behind what takes more.
    private static let passingMaximum = 1 << 20

    let limits: ServerMemory.Bounds
    private let state: Mutex<State>

    init(_ limits: ServerMemory.Bounds) {
        self.limits = limits
        state = Mutex(State(shares: MemoryShares(limits)))
    }

    var used: Int { state.withLock { $0.shares.used } }

    func account(of owner: ConnectionOwner) -> MemoryAccount {
        state.withLock { state in
            if let account = state.accounts[owner] { return account }
            if state.accounts.count >= Self.accountsMaximum {
                state.accounts = state.accounts.filter { state.shares.held(by: $0.key) > 0 }
            }
            let account = MemoryAccount(owner, in: self)
            state.accounts[owner] = account
            return account
        }
    }

    fileprivate func take(_ bytes: Int, for owner: ConnectionOwner) -> Bool {
        state.withLock { state in
            defer { note(&state, owner) }
            return state.shares.take(bytes, for: owner)
        }
    }

    fileprivate func force(_ bytes: Int, on owner: ConnectionOwner) {
        state.withLock { state in
            state.shares.force(bytes, on: owner)
            note(&state, owner)
        }
    }

    fileprivate func take(
        _ bytes: Int,
        for owner: ConnectionOwner,
        orLater action: @escaping @Sendable () -> Void
    ) -> MemoryShares.Ticket? {
        let (ticket, served) = state.withLock { state -> (MemoryShares.Ticket?, [Served]) in
            if bytes <= Self.passingMaximum, state.shares.take(bytes, for: owner) {
                note(&state, owner)
                return (nil, [])
            }
            let ticket = state.shares.wait(for: bytes, as: owner)
            state.actions[ticket] = action
            return (ticket, serve(&state))
        }
        for one in served where one.ticket != ticket { one.action() }
        return served.contains { $0.ticket == ticket } ? nil : ticket
    }

    fileprivate func withdraw(_ ticket: MemoryShares.Ticket) -> Bool {
        let (isWithdrawn, served) = state.withLock { state in
            state.actions[ticket] = nil
            let isWithdrawn = state.shares.withdraw(ticket)
            return (isWithdrawn, serve(&state))
        }
        for one in served { one.action() }
        return isWithdrawn
    }

    fileprivate func give(_ bytes: Int, of owner: ConnectionOwner) {
        let served = state.withLock { state in
            state.shares.give(bytes, of: owner)
            defer { note(&state, owner) }
            return serve(&state)
        }
        for one in served { one.action() }
    }

    private func serve(_ state: inout State) -> [Served] {
        var served: [Served] = []
        for ticket in state.shares.serveWaiting() {
            guard let action = state.actions.removeValue(forKey: ticket) else { continue }
            served.append(Served(ticket: ticket, action: action))
        }
        return served
    }

    private func note(_ state: inout State, _ owner: ConnectionOwner) {
        state.accounts[owner]?.note(state.shares.supply(for: owner))
    }
}

/// What one owner's connections hold of a pool.
final class MemoryAccount: Sendable {
    private let owner: ConnectionOwner
    private let pool: MemoryPool
    private let supplyNow = Atomic<UInt8>(MemorySupply.ample.rawValue)

    init(_ owner: ConnectionOwner, in pool: MemoryPool) {
        self.owner = owner
        self.pool = pool
    }

    /// The most that it may hold.
    var maximum: Int { pool.limits.owner }

    /// What was left for it when it last took or gave back; asked for on every turn.
    var supply: MemorySupply {
        MemorySupply(rawValue: supplyNow.load(ordering: .relaxed)) ?? .ample
    }

    /// Takes `bytes`, or nothing and says false.
    func take(_ bytes: Int) -> Bool { bytes == 0 || pool.take(bytes, for: owner) }

    /// Takes `bytes` whatever the limits, for what is held already.
    func force(_ bytes: Int) { if bytes > 0 { pool.force(bytes, on: owner) } }

    /// Takes `bytes`, at most `maximum`, and returns nil; or returns a ticket, and `action` is
    /// called on any thread once they have been taken.
    func take(
        _ bytes: Int,
        orLater action: @escaping @Sendable () -> Void
    ) -> MemoryShares.Ticket? {
        pool.take(bytes, for: owner, orLater: action)
    }

    /// Gives up waiting; false when the bytes have been taken meanwhile.
    func withdraw(_ ticket: MemoryShares.Ticket) -> Bool { pool.withdraw(ticket) }

    func give(_ bytes: Int) { if bytes > 0 { pool.give(bytes, of: owner) } }

    fileprivate func note(_ supply: MemorySupply) {
        supplyNow.store(supply.rawValue, ordering: .relaxed)
    }
}
