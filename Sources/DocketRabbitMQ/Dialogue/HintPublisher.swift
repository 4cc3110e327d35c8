internal import DocketCore
internal import DocketSystem

/// Sends hints with confirms: the newest of each tenant, a bounded number on their way.
struct HintPublisher: BrokerDialogue {
    struct Limits: Sendable {
        /// Hints that were sent and not confirmed.
        var unconfirmed = 256
        /// Tenants of whom a hint waits.
        var waiting = 1024
        /// A broker that owes a confirm for so long is given up.
        var silence = Duration.seconds(5)
    }

    private let limits: Limits
    private var isOpen = false
    private var isBlocked = false
    private var lastTag: UInt64 = 0
    /// In the order of their tags.
    private var unconfirmed: [UInt64] = []
    /// In the order of the tenants' first hints.
    private var waiting: [WorkHint] = []
    /// Since when the broker owes a confirm and has said nothing.
    private var owedSince: MonotonicTime?

    init(_ limits: Limits = Limits()) { self.limits = limits }

    /// A blocked broker owes nothing: it has not read what was sent.
    var nextDeadline: MonotonicTime? { isBlocked ? nil : owedSince.map { $0 + limits.silence } }

    mutating func handle(_ event: BrokerEvent, at now: MonotonicTime) -> [BrokerAction] {
        switch event {
        case .opened:
            isOpen = true
            return send(now)
        case .lost: return lose()
        case .hint(let hint): return add(hint) + send(now)
        case .message(.confirmed(let tag, let isMultiple, let isTaken)):
            return settle(tag, isMultiple, isTaken, now) + send(now)
        case .message(.returned):
            // The queue was deleted: a new connection makes it again.
            return [.count(.returned, 1), .giveUp("the queue is gone")]
        case .message(.blocked(let isBlocked)): return block(isBlocked, now) + send(now)
        case .message(.delivered): return [.giveUp("a delivery that nobody asked for")]
        case .turned:
            guard let deadline = nextDeadline, deadline <= now else { return [] }
            return [.giveUp("no confirm comes")]
        }
    }

    private mutating func add(_ hint: WorkHint) -> [BrokerAction] {
        guard isOpen else { return [.count(.dropped, 1)] }
        if let place = waiting.firstIndex(where: { $0.tenant == hint.tenant }) {
            waiting[place] = hint
            return []
        }
        guard waiting.count < limits.waiting else { return [.count(.dropped, 1)] }
        waiting.append(hint)
        return []
    }

    private mutating func send(_ now: MonotonicTime) -> [BrokerAction] {
        guard isOpen, !isBlocked else { return [] }
        let count = min(waiting.count, limits.unconfirmed - unconfirmed.count)
        guard count > 0 else { return [] }
        let sent = waiting.prefix(count).map { BrokerAction.publish($0) }
        waiting.removeFirst(count)
        for _ in 0..<count {
            lastTag += 1
            unconfirmed.append(lastTag)
        }
        owedSince = owedSince ?? now
        return sent
    }

    private mutating func settle(
        _ tag: UInt64,
        _ isMultiple: Bool,
        _ isTaken: Bool,
        _ now: MonotonicTime
    ) -> [BrokerAction] {
        let before = unconfirmed.count
        unconfirmed.removeAll { isMultiple ? $0 <= tag : $0 == tag }
        let settled = before - unconfirmed.count
        guard settled > 0 else { return [.giveUp("a confirm of nothing")] }
        owedSince = unconfirmed.isEmpty ? nil : now
        return [.count(isTaken ? .confirmed : .refused, settled)]
    }

    private mutating func block(_ isBlocked: Bool, _ now: MonotonicTime) -> [BrokerAction] {
        guard isBlocked != self.isBlocked else { return [] }
        self.isBlocked = isBlocked
        if owedSince != nil { owedSince = now }
        return [.blocked(isBlocked)]
    }

    /// What waits is dropped: it will be old when the broker is back.
    private mutating func lose() -> [BrokerAction] {
        let dropped = unconfirmed.count + waiting.count
        let wasBlocked = isBlocked
        self = HintPublisher(limits)
        return (wasBlocked ? [.blocked(false)] : [])
            + (dropped > 0 ? [.count(.dropped, dropped)] : [])
    }
}
