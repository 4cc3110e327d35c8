import Synchronization
import Testing

@testable import DocketRPC

@Suite("Shares of memory", .timeLimit(.minutes(1)))
struct MemorySharesTests {
    private let first = ConnectionOwner.tenant(1)
    private let second = ConnectionOwner.tenant(2)

    private func pool(_ process: Int = 160, owner: Int = 64) -> MemoryPool {
        MemoryPool(ServerMemory.Bounds(process: process, owner: owner))
    }

    @Test("an owner has its maximum, and an eighth of all once half of that is taken")
    func owner() {
        let pool = pool()
        let account = pool.account(of: first)
        #expect(account.take(64))
        #expect(!account.take(1))
        account.give(64)
        #expect(pool.account(of: second).take(64))
        #expect(account.take(17))
        // 81 of 160 are taken: what holds nothing may begin, others have 20.
        #expect(!account.take(4))
        #expect(account.take(3))
        #expect(pool.account(of: .tenant(3)).take(64))
        #expect(pool.used == 148)
    }

    @Test("the last sixteenth is for administration")
    func administration() {
        let pool = pool()
        for number in 1...3 { _ = pool.account(of: .tenant(UInt64(number))).take(50) }
        #expect(pool.used == 150)
        #expect(!pool.account(of: .tenant(4)).take(1))
        #expect(pool.account(of: .administration).take(10))
        #expect(!pool.account(of: .administration).take(1))
    }

    @Test("says when little is left, and when nothing is")
    func supply() {
        let account = pool().account(of: first)
        #expect(account.supply == .ample)
        account.force(49)
        #expect(account.supply == .short)
        account.force(100)
        #expect(account.supply == .exhausted)
        account.give(149)
        #expect(account.supply == .ample)
    }

    @Test("one account serves all connections of an owner, on the same pool")
    func accounts() {
        let pool = pool()
        #expect(pool.account(of: first) === pool.account(of: first))
        #expect(pool.account(of: first) !== pool.account(of: second))
    }

    private func shares() -> Shares { Shares() }

    @Test("who waits is served in order, and holds up its own owner only")
    func order() {
        let shares = shares()
        #expect(shares.take(60, first))
        let large = shares.wait(30, first)
        let small = shares.wait(1, first)
        let other = shares.wait(10, second)
        #expect(shares.serve() == [other])
        shares.give(20, first)
        #expect(shares.serve().isEmpty)
        shares.give(10, first)
        #expect(shares.serve() == [large, small])
        #expect(shares.used == 71)
    }

    @Test("one that lacks room of all is not overtaken")
    func notOvertaken() {
        let shares = shares()
        for number: UInt64 in 1...3 { #expect(shares.take(48, .tenant(number))) }
        let large = shares.wait(40, .tenant(4))
        let small = shares.wait(2, .tenant(5))
        #expect(shares.serve().isEmpty)
        shares.give(48, .tenant(1))
        #expect(shares.serve() == [large, small])
    }

    @Test("no request is too large to be served alone")
    func tooLarge() {
        let shares = shares()
        let ticket = shares.wait(1_000, first)
        #expect(ticket.bytes == 64)
        #expect(shares.serve() == [ticket])
    }

    @Test("one that gives up waiting takes nothing")
    func withdraw() {
        let shares = shares()
        #expect(shares.take(64, first))
        let ticket = shares.wait(10, first)
        #expect(shares.withdraw(ticket))
        shares.give(64, first)
        #expect(shares.serve().isEmpty)
        #expect(!shares.withdraw(ticket))
        #expect(shares.used == 0)
    }

    @Test("a wait ends when another connection gives back, on whatever thread")
    func wakes() {
        let pool = pool(16 << 20, owner: 8 << 20)
        let account = pool.account(of: first)
        let woken = Atomic<Bool>(false)
        #expect(account.take(7 << 20))
        #expect(account.take(2 << 20, orLater: { woken.store(true, ordering: .relaxed) }) != nil)
        let wasWoken = woken.load(ordering: .relaxed)
        #expect(!wasWoken)
        account.give(7 << 20)
        let isWoken = woken.load(ordering: .relaxed)
        #expect(isWoken)
        #expect(pool.used == 2 << 20)
    }

    /// The value, to be changed where only a reference may be.
    private final class Shares {
        private var value = MemoryShares(ServerMemory.Bounds(process: 160, owner: 64))

        var used: Int { value.used }

        func take(_ bytes: Int, _ owner: ConnectionOwner) -> Bool { value.take(bytes, for: owner) }

        func wait(_ bytes: Int, _ owner: ConnectionOwner) -> MemoryShares.Ticket {
            value.wait(for: bytes, as: owner)
        }

        func give(_ bytes: Int, _ owner: ConnectionOwner) { value.give(bytes, of: owner) }

        func withdraw(_ ticket: MemoryShares.Ticket) -> Bool { value.withdraw(ticket) }

        func serve() -> [MemoryShares.Ticket] { value.serveWaiting() }
    }
}
