internal import DocketCore
internal import DocketSystem
internal import Synchronization

/// The thread of the one connection: what came while it was busy goes to Redis together.
final class RedisThread: Sendable {
    private enum Order {
        case look(RedisPipeline.Lookup, RedisLink.Waiter)
        case store(RedisPipeline.Entry)
    }

    private struct Inbox {
        var orders: [Order] = []
        var storing = 0
        var lastTicket: UInt64 = 0
        var isOpen = false
        var isClosed = false
    }

    /// Stores that the thread has not seen yet; a thread that is so busy takes no more.
    private static let storesMaximum = 256

    private let configuration: RedisConfiguration
    private let events: RedisEvents
    private let wakeup: WakeupHandle
    private let inbox = Mutex(Inbox())
    private let thread = Mutex<SystemThread?>(nil)

    /// - Throws: ``DocketError`` `resourceExhausted` without a descriptor.
    init(_ configuration: RedisConfiguration, _ events: RedisEvents) throws(DocketError) {
        guard let wakeup = WakeupHandle() else {
            throw DocketError(.resourceExhausted, "the system refuses a descriptor")
        }
        self.configuration = configuration
        self.events = events
        self.wakeup = wakeup
    }

    /// Whether lookups are taken; they end as ``RedisPipeline/Answer/away`` otherwise.
    var isOpen: Bool { inbox.withLock { $0.isOpen } }

    func start() throws(ThreadError) {
        let started = try SystemThread(name: "redis") { [self] in run() }
        thread.withLock { $0 = started }
    }

    /// Ends the thread and waits for its end; who waits is told.
    func close() {
        inbox.withLock { $0.isClosed = true }
        wakeup.signal()
        thread.withLock { $0.take() }?.join()
    }

    /// Ends by `deadline`, whatever Redis does; the task's cancellation ends it no sooner, since a
    /// flight goes on for others.
    func lookup(
        _ keys: [SharedReplyKey],
        by deadline: MonotonicTime
    ) async -> RedisPipeline.Answer {
        await withCheckedContinuation { waiter in
            let isTaken = put { inbox in
                inbox.lastTicket += 1
                let ticket = inbox.lastTicket
                return .look(.init(ticket: ticket, keys: keys, deadline: deadline), waiter)
            }
            if !isTaken { waiter.resume(returning: .away) }
        }
    }

    /// False when it is not taken.
    func store(_ entry: RedisPipeline.Entry) -> Bool {
        put { inbox in
            guard inbox.storing < Self.storesMaximum else { return nil }
            inbox.storing += 1
            return .store(entry)
        }
    }

    private func put(_ order: (inout Inbox) -> Order?) -> Bool {
        let (isTaken, isFirst) = inbox.withLock { inbox in
            guard inbox.isOpen, let order = order(&inbox) else { return (false, false) }
            inbox.orders.append(order)
            return (true, inbox.orders.count == 1)
        }
        if isFirst { wakeup.signal() }
        return isTaken
    }

    private func run() {
        var link = RedisLink(configuration, events)
        while let orders = takeOrders() {
            for order in orders {
                switch order {
                case .look(let lookup, let waiter): link.look(lookup, for: waiter)
                case .store(let entry): link.store(entry)
                }
            }
            link.turn()
            tell(link.isOpen)
            link.wait(wakeup)
        }
        link.close()
    }

    /// Takes lookups or no longer does, and says so only then: who reads that it answers may ask.
    private func tell(_ isOpen: Bool) {
        let wasOpen = inbox.withLock { inbox in
            defer { inbox.isOpen = isOpen }
            return inbox.isOpen
        }
        if isOpen, !wasOpen { events.opened() }
    }

    /// nil once the thread is to end, when nobody waits here any more.
    private func takeOrders() -> [Order]? {
        wakeup.clear()
        let (orders, isClosed) = inbox.withLock { inbox in
            defer { inbox.orders = [] }
            inbox.storing = 0
            if inbox.isClosed { inbox.isOpen = false }
            return (inbox.orders, inbox.isClosed)
        }
        guard isClosed else { return orders }
        for case .look(_, let waiter) in orders { waiter.resume(returning: .away) }
        return nil
    }
}
