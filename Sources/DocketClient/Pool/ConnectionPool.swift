internal import DocketCore
internal import DocketRPC
internal import DocketRuntime
internal import DocketSystem
internal import DocketWire
internal import Synchronization

/// The connections of one client: does what ``PoolStateMachine`` decides.
final class ConnectionPool: Sendable {
    typealias ConnectionID = PoolStateMachine.ConnectionID
    typealias CallID = PoolStateMachine.CallID
    typealias Observer = @Sendable (ConnectionEvent) -> Void
    /// Connects to the address of an index.
    typealias Connect =
        @Sendable (_ address: Int, _ observer: @escaping Observer) async throws -> ClientConnection

    /// A connection lent to one call.
    struct Lease: Sendable {
        let id: ConnectionID
        let connection: ClientConnection
    }

    private struct State {
        var machine: PoolStateMachine
        var connections: [ConnectionID: ClientConnection] = [:]
        var waiting: [CallID: OneShot<Lease>] = [:]
        var lastCall: UInt64 = 0
    }

    /// What is done once the state is no longer locked.
    private enum Effect {
        case settle(OneShot<Lease>, Result<Lease, any Error>)
        case connect(ConnectionID, address: Int)
        case close(ClientConnection)
    }

    private let state: Mutex<State>
    private let connect: Connect
    private let tasks = TaskSet()

    init(_ configuration: PoolStateMachine.Configuration, connect: @escaping Connect) {
        let first = Int.random(in: 0..<max(1, configuration.addresses))
        state = Mutex(State(machine: PoolStateMachine(configuration, first: first)))
        self.connect = connect
    }

    /// A connection for one call, which the caller gives back by `release`.
    ///
    /// - Throws: ``DocketError``, not processed: no server is reached, none in time, too many wait.
    func lease(by deadline: MonotonicTime) async throws(DocketError) -> Lease {
        let waiter = OneShot<Lease>()
        let call = change { state in
            state.lastCall += 1
            let call = CallID(number: state.lastCall)
            state.waiting[call] = waiter
            return (call, state.machine.callArrived(call, at: .now()))
        }
        do {
            // Nothing is set up to wait where a connection is at hand.
            return try await waiter.isSettled ? waiter.value() : waiter.value(by: deadline)
        } catch {
            change { state in
                state.waiting[call] = nil
                state.machine.callAbandoned(call)
                return ((), [])
            }
            throw DocketError(waiting: error)
        }
    }

    /// The call on a lent connection is over.
    func release(_ lease: Lease) {
        change { ((), $0.machine.callEnded(on: lease.id)) }
    }

    /// Whether the connection is established, as far as is known.
    func isStanding(_ lease: Lease) -> Bool {
        state.withLock { $0.connections[lease.id] != nil }
    }

    /// The connection took no new call: it gets none from now on.
    func retire(_ lease: Lease) {
        change { ((), $0.machine.drained(lease.id, retryAfter: nil, at: .now())) }
    }

    /// Refuses what waits, ends what connects, closes what is established.
    func shutDown() async {
        let open = state.withLock { Array($0.connections.values) }
        change { ((), $0.machine.shutDown()) }
        await tasks.end()
        for connection in open { await connection.close() }
    }

    // MARK: Effects

    @discardableResult
    private func change<Value>(
        _ body: (inout State) -> (Value, [PoolStateMachine.Action])
    ) -> Value {
        let (value, effects) = state.withLock { state in
            let (value, actions) = body(&state)
            return (value, actions.compactMap { Self.effect(of: $0, &state) })
        }
        for effect in effects { perform(effect) }
        return value
    }

    private static func effect(
        of action: PoolStateMachine.Action,
        _ state: inout State
    ) -> Effect? {
        switch action {
        case .connect(let id, let address): return .connect(id, address: address)
        case .close(let id): return state.connections.removeValue(forKey: id).map { .close($0) }
        case .refuse(let call, let error):
            return state.waiting.removeValue(forKey: call).map { .settle($0, .failure(error)) }
        case .assign(let call, let id):
            guard let waiter = state.waiting.removeValue(forKey: call),
                let connection = state.connections[id]
            else { return nil }
            return .settle(waiter, .success(Lease(id: id, connection: connection)))
        }
    }

    private func perform(_ effect: Effect) {
        switch effect {
        case .settle(let waiter, let result):
            guard !waiter.settle(result), case .success(let lease) = result else { return }
            // Its call was given up in the meantime.
            release(lease)
        case .connect(let id, let address):
            tasks.start { [self] in await connect(id, to: address) }
        case .close(let connection):
            tasks.start { await connection.close() }
        }
    }

    private func connect(_ id: ConnectionID, to address: Int) async {
        do {
            let connection = try await connect(address) { [weak self] event in
                self?.connectionChanged(id, event)
            }
            change { state in
                state.connections[id] = connection
                let limit = Int(connection.server.connection.streamsMaximum)
                let capacity = limit == 0 ? Int.max : limit
                return ((), state.machine.connected(id, capacity: capacity))
            }
        } catch {
            var failure = DocketError(calling: error)
            failure.isNotProcessed = true
            change { ((), $0.machine.connectFailed(id, failure, at: .now())) }
        }
    }

    private func connectionChanged(_ id: ConnectionID, _ event: ConnectionEvent) {
        change { state in
            switch event {
            case .goingAway(let retryAfter):
                return ((), state.machine.drained(id, retryAfter: retryAfter, at: .now()))
            case .lost(let failure):
                // One that was never greeted fails by itself, with its reason.
                guard state.connections.removeValue(forKey: id) != nil else { return ((), []) }
                let error = DocketError(calling: failure)
                return ((), state.machine.closed(id, error, at: .now()))
            }
        }
    }
}
