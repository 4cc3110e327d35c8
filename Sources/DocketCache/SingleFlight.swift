internal import DocketSystem
internal import Synchronization

/// What may share one load: the same request, filled at the same generations.
///
/// The mark is part of it, so callers who come after a change never join a flight from before it.
package struct FlightKey: Hashable, Sendable {
    package let scope: CacheScope
    package let bytes: [UInt8]
    package let mark: FillMark
    /// The engine itself is asked, whatever servers share.
    package let asksEngine: Bool

    package init(scope: CacheScope, bytes: [UInt8], mark: FillMark, asksEngine: Bool = true) {
        self.scope = scope
        self.bytes = bytes
        self.mark = mark
        self.asksEngine = asksEngine
    }
}

/// Lets concurrent misses of one request share one load.
///
/// The load runs in the task of the caller who began it, and goes on for the others when that one
/// is cancelled. When the last caller has been cancelled, the load is told to stop, and the next
/// caller begins a new one. So there are no more loads than callers who wait. A load that fails
/// fails for all who wait, and nobody later.
package final class SingleFlight: Sendable {
    /// Loads until it is told to stop, whatever becomes of the task that it runs in.
    package typealias Load = @Sendable () async throws -> CachedReply

    /// Where a caller waits for another's load: settled once, by the load or by its cancellation.
    private typealias Waiter = OneShot<CachedReply>

    private struct Flight {
        /// The ticket of who began it; tells it from a later one of the same key.
        let number: UInt64
        /// Called when nobody waits any more.
        let onAbandoned: @Sendable () -> Void
        /// Callers who want the reply, the one who began the load included.
        var callers: Set<UInt64> = []
        /// Those who wait for another's load, by ticket.
        var waiters: [UInt64: Waiter] = [:]
    }

    private enum Role {
        /// The caller begins the load.
        case first(ticket: UInt64)
        case another(ticket: UInt64, Waiter)
    }

    private struct State {
        var flights: [FlightKey: Flight] = [:]
        var tickets: UInt64 = 0
    }

    private let state = Mutex(State())

    package init() {}

    /// Loads under way.
    package var flights: Int { state.withLock { $0.flights.count } }

    /// Callers who wait for one.
    package var waiting: Int {
        state.withLock { $0.flights.values.reduce(0) { $0 + $1.callers.count } }
    }

    /// What `load` gives, shared with everyone who asks for the same meanwhile.
    ///
    /// `onAbandoned` tells this load to stop, from any thread; its result is then nobody's.
    ///
    /// - Throws: What the load throws; `CancellationError` when this caller is cancelled.
    package func reply(
        for key: FlightKey,
        onAbandoned: @escaping @Sendable () -> Void = {},
        load: Load
    ) async throws -> CachedReply {
        try Task.checkCancellation()
        switch join(key, onAbandoned) {
        case .first(let ticket):
            return try await withTaskCancellationHandler {
                try await run(key, ticket, load)
            } onCancel: {
                leave(key, ticket)
            }
        case .another(let ticket, let waiter):
            return try await withTaskCancellationHandler {
                try await waiter.value()
            } onCancel: {
                leave(key, ticket)
            }
        }
    }

    private func join(
        _ key: FlightKey,
        _ onAbandoned: @escaping @Sendable () -> Void
    ) -> Role {
        state.withLock { state in
            state.tickets += 1
            let ticket = state.tickets
            guard var flight = state.flights.removeValue(forKey: key) else {
                var flight = Flight(number: ticket, onAbandoned: onAbandoned)
                flight.callers.insert(ticket)
                state.flights[key] = flight
                return .first(ticket: ticket)
            }
            let waiter = Waiter()
            flight.callers.insert(ticket)
            flight.waiters[ticket] = waiter
            state.flights[key] = flight
            return .another(ticket: ticket, waiter)
        }
    }

    private func leave(_ key: FlightKey, _ ticket: UInt64) {
        let onAbandoned = state.withLock { state -> (@Sendable () -> Void)? in
            // A load that has ended stays out of the table.
            guard state.flights[key]?.callers.remove(ticket) != nil else { return nil }
            state.flights[key]?.waiters[ticket] = nil
            guard state.flights[key]?.callers.isEmpty == true else { return nil }
            return state.flights.removeValue(forKey: key)?.onAbandoned
        }
        onAbandoned?()
    }

    private func run(_ key: FlightKey, _ number: UInt64, _ load: Load) async throws -> CachedReply {
        let result: Result<CachedReply, any Error>
        do {
            result = .success(try await load())
        } catch {
            result = .failure(error)
        }
        let flight = state.withLock { state -> Flight? in
            guard state.flights[key]?.number == number else { return nil }
            return state.flights.removeValue(forKey: key)
        }
        for waiter in flight?.waiters.values ?? [:].values { waiter.settle(result) }
        // Who has left learns nothing more of it.
        guard flight?.callers.contains(number) == true else { throw CancellationError() }
        return try result.get()
    }
}
