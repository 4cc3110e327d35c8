internal import DocketCore
internal import DocketSystem

/// What is asked of Redis on one connection, and who waits for which answer: a value that knows no
/// socket.
///
/// One MGET is under way at a time, so that all who come meanwhile share the next one. Stores go
/// behind it, a few unanswered at once.
struct RedisPipeline {
    struct Limits: Sendable {
        /// Keys of one MGET.
        var keys = 256
        /// Bytes that its answer may take by what values have been like: what a slow reader does
        /// not take counts as memory of Redis, which evicts keys for it.
        var answerBytes = 4 << 20
        /// Lookups that wait for their MGET.
        var waiting = 1024
        /// Stores that wait.
        var storing = 256
        var storingBytes = 8 << 20
        /// Stores that are sent and not answered.
        var unanswered = 16
        /// A connection that owes an answer for so long is given up.
        var silence = Duration.seconds(1)
    }

    /// What somebody waits for.
    struct Lookup: Equatable, Sendable {
        /// Names who waits.
        let ticket: UInt64
        /// At most as many as fit into one MGET.
        let keys: [SharedReplyKey]
        let deadline: MonotonicTime
    }

    /// What is to be stored.
    struct Entry: Equatable, Sendable {
        let key: SharedReplyKey
        let reply: SharedReply
    }

    /// What a lookup ends with.
    enum Answer: Equatable, Sendable {
        case values([SharedReply?])
        /// Its deadline has passed; what comes still is dropped.
        case late
        /// There is no connection.
        case away
        /// Too many wait.
        case full
        /// Redis refuses to say.
        case refused
    }

    enum Event: Sendable {
        /// A connection was begun, on which so many commands were sent to greet.
        case begun(commands: Int)
        case answered(RedisReply)
        /// The connection is gone.
        case lost
        case lookup(Lookup)
        case store(Entry)
        /// Nothing but that.
        case timePassed
    }

    enum Action: Equatable, Sendable {
        /// The greeting was answered: lookups are taken from now on.
        case opened
        case get([SharedReplyKey])
        case set(Entry)
        case settle(ticket: UInt64, Answer)
        /// A store was dropped, because too many wait.
        case dropped
        /// Redis does not do as it is told, for the log.
        case refused(String)
        /// The connection is of no use: close it, then say that it is lost.
        case giveUp(String)
    }

    private enum Link {
        case away
        case greeting(left: Int)
        case open
    }

    /// What an answer will be for; in the order of what was sent.
    private enum Awaited {
        case values(of: [SharedReplyKey], [Lookup])
        case stored
    }

    private let limits: Limits
    private var link = Link.away
    private var awaited: [Awaited] = []
    private var waiting: [Lookup] = []
    private var storing: [Entry] = []
    private var storingBytes = 0
    /// Since when an answer is owed.
    private var owedSince: MonotonicTime?
    /// Of values that were found.
    private var meanBytes = 4096

    init(_ limits: Limits = Limits()) { self.limits = limits }

    var isOpen: Bool {
        if case .open = link { true } else { false }
    }

    /// When ``Event/timePassed`` has something to do.
    var nextDeadline: MonotonicTime? {
        let lookups = (waiting + awaitedLookups).map(\.deadline).min()
        return [lookups, owedSince.map { $0 + limits.silence }].compactMap(\.self).min()
    }

    private var awaitedLookups: [Lookup] {
        awaited.flatMap { awaited -> [Lookup] in
            if case .values(_, let lookups) = awaited { lookups } else { [] }
        }
    }

    /// Takes what happened at `now`, and says what is to be done, in this order.
    mutating func handle(_ event: Event, at now: MonotonicTime) -> [Action] {
        switch event {
        case .begun(let commands):
            link = .greeting(left: commands)
            owedSince = now
            return []
        case .answered(let reply): return answered(reply, now) + send(now)
        case .lost: return lose()
        case .lookup(let lookup):
            guard isOpen else { return [.settle(ticket: lookup.ticket, .away)] }
            guard waiting.count < limits.waiting else {
                return [.settle(ticket: lookup.ticket, .full)]
            }
            waiting.append(lookup)
            return send(now)
        case .store(let entry): return store(entry) + send(now)
        case .timePassed: return endLate(now) + send(now)
        }
    }

    private mutating func store(_ entry: Entry) -> [Action] {
        guard isOpen, storing.count < limits.storing,
            storingBytes + entry.reply.bytes.count <= limits.storingBytes
        else { return [.dropped] }
        storing.append(entry)
        storingBytes += entry.reply.bytes.count
        return []
    }

    private mutating func answered(_ reply: RedisReply, _ now: MonotonicTime) -> [Action] {
        if case .greeting(let left) = link {
            guard reply == .done else { return [.giveUp(reply.complaint)] }
            link = left > 1 ? .greeting(left: left - 1) : .open
            owedSince = left > 1 ? now : nil
            return left > 1 ? [] : [.opened]
        }
        guard !awaited.isEmpty else { return [.giveUp("an answer to nothing")] }
        let first = awaited.removeFirst()
        owedSince = awaited.isEmpty ? nil : now
        switch (first, reply) {
        case (.values(let keys, let lookups), .values(let values)) where keys.count == values.count:
            return settle(lookups, keys, values)
        case (.values(_, let lookups), .refused(let text)):
            return lookups.map { .settle(ticket: $0.ticket, .refused) } + [.refused(text)]
        case (.values(_, let lookups), _):
            return lookups.map { .settle(ticket: $0.ticket, .refused) } + [.giveUp(reply.complaint)]
        case (.stored, .done): return []
        case (.stored, .refused(let text)): return [.refused(text)]
        case (.stored, _): return [.giveUp(reply.complaint)]
        }
    }

    private mutating func settle(
        _ lookups: [Lookup],
        _ keys: [SharedReplyKey],
        _ values: [[UInt8]?]
    ) -> [Action] {
        let found = values.compactMap { $0?.count }
        if !found.isEmpty {
            meanBytes = (3 * meanBytes + found.reduce(0, +) / found.count) / 4
        }
        let replies = Dictionary(
            uniqueKeysWithValues: zip(keys, values.map { $0.map { SharedReply($0) } })
        )
        return lookups.map { lookup in
            .settle(ticket: lookup.ticket, .values(lookup.keys.map { replies[$0] ?? nil }))
        }
    }

    private mutating func lose() -> [Action] {
        let lookups = awaitedLookups + waiting
        self = RedisPipeline(limits)
        return lookups.map { .settle(ticket: $0.ticket, .away) }
    }

    private mutating func endLate(_ now: MonotonicTime) -> [Action] {
        let late = (awaitedLookups + waiting).filter { $0.deadline <= now }
        if !late.isEmpty {
            waiting.removeAll { $0.deadline <= now }
            awaited = awaited.map { awaited in
                guard case .values(let keys, let lookups) = awaited else { return awaited }
                return .values(of: keys, lookups.filter { $0.deadline > now })
            }
        }
        let isSilent = owedSince.map { $0 + limits.silence <= now } ?? false
        return late.map { .settle(ticket: $0.ticket, .late) }
            + (isSilent ? [.giveUp("no answer comes")] : [])
    }

    /// Sends what may be sent.
    private mutating func send(_ now: MonotonicTime) -> [Action] {
        guard isOpen else { return [] }
        var actions: [Action] = []
        let isAsking = awaited.contains { if case .values = $0 { true } else { false } }
        if !isAsking, !waiting.isEmpty {
            let (keys, lookups) = takeLookups()
            awaited.append(.values(of: keys, lookups))
            actions.append(.get(keys))
        }
        var unanswered = awaited.count { if case .stored = $0 { true } else { false } }
        while unanswered < limits.unanswered, !storing.isEmpty {
            let entry = storing.removeFirst()
            storingBytes -= entry.reply.bytes.count
            unanswered += 1
            awaited.append(.stored)
            actions.append(.set(entry))
        }
        if !actions.isEmpty, owedSince == nil { owedSince = now }
        return actions
    }

    /// Those of the next MGET, with each key once.
    private mutating func takeLookups() -> ([SharedReplyKey], [Lookup]) {
        let room = min(limits.keys, max(1, limits.answerBytes / max(1, meanBytes)))
        var keys: [SharedReplyKey] = []
        var known: Set<SharedReplyKey> = []
        var count = 0
        for lookup in waiting {
            let new = lookup.keys.filter { !known.contains($0) }
            // The first goes whatever it asks.
            guard count == 0 || keys.count + new.count <= room else { break }
            for key in new where known.insert(key).inserted { keys.append(key) }
            count += 1
        }
        let taken = Array(waiting.prefix(count))
        waiting.removeFirst(count)
        return (keys, taken)
    }
}

extension RedisReply {
    /// Why a connection that answers so is of no use.
    fileprivate var complaint: String {
        if case .refused(let text) = self { text } else { "an answer that no command has" }
    }
}
