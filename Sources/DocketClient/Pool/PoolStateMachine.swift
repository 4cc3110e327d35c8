internal import DocketCore
internal import DocketRuntime
internal import DocketSystem

/// Which connection serves which call: decisions only, without sockets and without a clock.
///
/// Events in, actions out. Connections are made when calls need them: one while others serve, two
/// at once while none does, so that one address that does not answer costs nothing. A call goes to
/// the connection with the fewest calls in flight. While every address has just failed, calls fail
/// at once and say when the next attempt is allowed; nothing is attempted without a call.
struct PoolStateMachine: Sendable {
    struct Configuration: Sendable {
        /// Addresses, at least one.
        var addresses: Int
        /// Most connections to one address.
        var connectionsPerAddress = 4
        /// Calls in flight on the least busy connection from which on another one is made.
        var callsBeforeGrowth = 16
        /// Most calls that wait for a connection.
        var waitingMaximum = 1000
        /// How long an address that failed is left alone.
        var backoff = Backoff(base: .milliseconds(100), cap: .seconds(120), jitter: .equal)
    }

    struct ConnectionID: Hashable, Comparable, Sendable {
        let number: UInt64

        static func < (left: Self, right: Self) -> Bool { left.number < right.number }
    }

    struct CallID: Hashable, Sendable {
        let number: UInt64
    }

    enum Action: Equatable, Sendable {
        /// Connect to the address of this index.
        case connect(ConnectionID, address: Int)
        /// The call runs on this connection, until `callEnded`.
        case assign(CallID, ConnectionID)
        /// No connection for this call.
        case refuse(CallID, DocketError)
        /// Close it; calls that are in flight on it fail by that.
        case close(ConnectionID)
    }

    private struct Address: Sendable {
        var backoff: Backoff
        /// Not before this time, after a failure.
        var retryAt: MonotonicTime?
        var failure: DocketError?
    }

    private enum Phase: Sendable {
        case connecting
        case ready
        /// Takes no new call.
        case draining
    }

    private struct Connection: Sendable {
        let address: Int
        var phase = Phase.connecting
        var inFlight = 0
        var capacity = 0
    }

    private let configuration: Configuration
    private var addresses: [Address]
    private var connections: [ConnectionID: Connection] = [:]
    private var waiting: [CallID] = []
    private var nextAddress: Int
    private var lastConnection: UInt64 = 0
    private(set) var isShutDown = false

    /// A pool without connections, whose first one goes to the address of index `first`.
    init(_ configuration: Configuration, first: Int = 0) {
        self.configuration = configuration
        nextAddress = first % max(1, configuration.addresses)
        let address = Address(backoff: configuration.backoff)
        addresses = Array(repeating: address, count: max(1, configuration.addresses))
    }

    /// Calls that wait for a connection.
    var waitingCount: Int { waiting.count }
}

// MARK: Events of calls

extension PoolStateMachine {
    /// A call wants a connection.
    mutating func callArrived(_ call: CallID, at now: MonotonicTime) -> [Action] {
        guard !isShutDown else { return [.refuse(call, .clientIsShutDown)] }
        if let connection = leastBusy {
            return [assign(call, to: connection)] + growth(at: now)
        }
        guard waiting.count < configuration.waitingMaximum else {
            return [.refuse(call, .tooManyWaiting(limit: configuration.waitingMaximum))]
        }
        let attempts = attempts(at: now)
        // One that drains will never serve it.
        guard count(.connecting) + count(.ready) > 0 else {
            return [.refuse(call, allAddressesFailed(at: now))]
        }
        waiting.append(call)
        return attempts
    }

    /// A call that may still wait no longer does.
    mutating func callAbandoned(_ call: CallID) {
        waiting.removeAll { $0 == call }
    }

    /// A call that was assigned is over; its connection may be gone.
    mutating func callEnded(on id: ConnectionID) -> [Action] {
        guard let connection = connections[id] else { return [] }
        connections[id]?.inFlight -= 1
        switch connection.phase {
        case .ready: return serveWaiting()
        case .draining where connection.inFlight <= 1:
            connections[id] = nil
            return [.close(id)]
        case .connecting, .draining: return []
        }
    }

    /// No more calls: those that wait are refused, connections close.
    mutating func shutDown() -> [Action] {
        isShutDown = true
        defer {
            waiting = []
            connections = [:]
        }
        return waiting.map { .refuse($0, .clientIsShutDown) }
            + connections.keys.sorted().map { .close($0) }
    }
}

// MARK: Events of connections

extension PoolStateMachine {
    /// A connection is established and takes `capacity` calls at once.
    mutating func connected(_ id: ConnectionID, capacity: Int) -> [Action] {
        guard let connection = connections[id], connection.phase == .connecting else {
            return [.close(id)]
        }
        connections[id]?.phase = .ready
        connections[id]?.capacity = max(1, capacity)
        addresses[connection.address].backoff.reset()
        addresses[connection.address].retryAt = nil
        return serveWaiting()
    }

    /// A connection could not be made.
    mutating func connectFailed(
        _ id: ConnectionID,
        _ failure: DocketError,
        at now: MonotonicTime
    ) -> [Action] {
        guard let connection = connections.removeValue(forKey: id) else { return [] }
        holdOff(connection.address, failure, at: now)
        return replaceIfNeeded(at: now)
    }

    /// The peer takes no new calls on this connection (GOAWAY).
    mutating func drained(
        _ id: ConnectionID,
        retryAfter: Duration?,
        at now: MonotonicTime
    ) -> [Action] {
        guard let connection = connections[id], connection.phase == .ready else { return [] }
        connections[id]?.phase = .draining
        if let retryAfter {
            addresses[connection.address].retryAt = now + retryAfter
            addresses[connection.address].failure = .unavailable("the server asked to wait")
        }
        let close: [Action]
        if connection.inFlight == 0 {
            connections[id] = nil
            close = [.close(id)]
        } else {
            close = []
        }
        // A client that is at work gets its next connection before the next call asks for it.
        let isAtWork = connection.inFlight > 0 || !waiting.isEmpty
        return close + (isAtWork ? replaceIfNeeded(at: now) : [])
    }

    /// An established connection is lost.
    mutating func closed(
        _ id: ConnectionID,
        _ failure: DocketError,
        at now: MonotonicTime
    ) -> [Action] {
        guard let connection = connections.removeValue(forKey: id) else { return [] }
        if connection.phase == .connecting { holdOff(connection.address, failure, at: now) }
        return waiting.isEmpty ? [] : replaceIfNeeded(at: now)
    }
}

// MARK: Decisions

extension PoolStateMachine {
    private var leastBusy: ConnectionID? {
        connections.lazy
            .filter { $0.value.phase == .ready && $0.value.inFlight < $0.value.capacity }
            .min { ($0.value.inFlight, $0.key) < ($1.value.inFlight, $1.key) }?.key
    }

    private func count(_ phase: Phase) -> Int {
        connections.values.count { $0.phase == phase }
    }

    private mutating func assign(_ call: CallID, to id: ConnectionID) -> Action {
        connections[id]?.inFlight += 1
        return .assign(call, id)
    }

    private mutating func serveWaiting() -> [Action] {
        var actions: [Action] = []
        while !waiting.isEmpty, let connection = leastBusy {
            actions.append(assign(waiting.removeFirst(), to: connection))
        }
        return actions
    }

    /// Another connection when all that are established are busy.
    private mutating func growth(at now: MonotonicTime) -> [Action] {
        guard count(.connecting) == 0, let connection = leastBusy.flatMap({ connections[$0] }),
            connection.inFlight >= configuration.callsBeforeGrowth
        else { return [] }
        return connect(at: now).map { [$0] } ?? []
    }

    /// Connections to begin for a call that finds none free.
    private mutating func attempts(at now: MonotonicTime) -> [Action] {
        let wanted = count(.ready) == 0 ? 2 : 1
        var actions: [Action] = []
        while count(.connecting) < wanted, let action = connect(at: now) { actions.append(action) }
        return actions
    }

    /// After the loss of a connection: another, or the end of the wait.
    private mutating func replaceIfNeeded(at now: MonotonicTime) -> [Action] {
        guard !isShutDown, count(.ready) == 0 else { return [] }
        let actions = attempts(at: now)
        guard actions.isEmpty, count(.connecting) == 0 else { return actions }
        defer { waiting = [] }
        return waiting.map { .refuse($0, allAddressesFailed(at: now)) }
    }

    /// A connection to the address with the fewest, in turn among equals; `nil` when none may be
    /// made.
    private mutating func connect(at now: MonotonicTime) -> Action? {
        var living = Array(repeating: 0, count: addresses.count)
        var isConnecting = Array(repeating: false, count: addresses.count)
        for connection in connections.values where connection.phase != .draining {
            living[connection.address] += 1
            if connection.phase == .connecting { isConnecting[connection.address] = true }
        }
        let candidates = addresses.indices
            .map { (nextAddress + $0) % addresses.count }
            .filter { address in
                living[address] < configuration.connectionsPerAddress && !isConnecting[address]
                    && (addresses[address].retryAt ?? now) <= now
            }
        guard let address = candidates.min(by: { living[$0] < living[$1] }) else { return nil }
        nextAddress = (address + 1) % addresses.count
        lastConnection += 1
        let id = ConnectionID(number: lastConnection)
        connections[id] = Connection(address: address)
        return .connect(id, address: address)
    }

    private mutating func holdOff(
        _ address: Int,
        _ failure: DocketError,
        at now: MonotonicTime
    ) {
        let delay = max(addresses[address].backoff.next(), failure.retryAfter ?? .zero)
        addresses[address].retryAt = now + delay
        addresses[address].failure = failure
    }

    /// What a call is told when no address may be tried now: the newest reason, and when to come
    /// again.
    private func allAddressesFailed(at now: MonotonicTime) -> DocketError {
        let held = addresses.filter { $0.retryAt != nil }
        let latest = held.max { ($0.retryAt ?? now) < ($1.retryAt ?? now) }
        var failure = latest?.failure ?? .unavailable("no connection")
        let next = held.compactMap(\.retryAt).min() ?? now
        failure.retryAfter = max(.zero, next - now)
        failure.isNotProcessed = true
        return failure
    }
}

extension DocketError {
    static let clientIsShutDown = DocketError(
        .unavailable,
        "the client is shut down",
        isNotProcessed: true
    )

    static func tooManyWaiting(limit: Int) -> DocketError {
        DocketError(
            .resourceExhausted,
            "over \(limit) calls wait for a connection, which is the limit",
            isNotProcessed: true
        )
    }

    static func unavailable(_ message: String) -> DocketError {
        DocketError(.unavailable, message, isNotProcessed: true)
    }
}
