internal import Synchronization

/// What may share one load: the same request, filled at the same generations.
///
/// The mark is part of it, so callers who come after a change never join a flight from before it.
package struct FlightKey: Hashable, Sendable {
    package let scope: CacheScope
    package let bytes: [UInt8]
    package let mark: FillMark

    package init(scope: CacheScope, bytes: [UInt8], mark: FillMark) {
        self.scope = scope
        self.bytes = bytes
        self.mark = mark
    }
}

/// Why a caller got no flight.
package enum FlightError: Error, Sendable {
    /// As many loads are under way as there may be.
    case tooMany
    /// The server stops.
    case stopped
}

/// Lets concurrent misses of one request share one load.
///
/// The load runs in a task of `run()`, not in that of the caller who began it: a caller who is
/// cancelled leaves, and the flight goes on for the others. When the last one leaves, the load is
/// told to stop, and whoever comes later begins a new one: so loads are bounded by those who wait.
/// A load that fails fails for all who wait, and nobody later.
package final class SingleFlight: Sendable {
    package typealias Load = @Sendable () async throws -> CachedReply

    private struct Flight {
        /// The ticket of who began it; tells it from a later one of the same key.
        let number: UInt64
        /// Called when nobody waits any more.
        let onAbandoned: @Sendable () -> Void
        /// Those who wait, by ticket.
        var seats: [UInt64: FlightSeat] = [:]
    }

    private struct Departure: Sendable {
        let key: FlightKey
        let number: UInt64
        let load: Load
    }

    private struct State {
        var flights: [FlightKey: Flight] = [:]
        var tickets: UInt64 = 0
        var isStopped = false
    }

    /// Loads under way or waiting to begin, unless configured.
    package static let capacityDefault = 1024

    private let capacity: Int
    private let state = Mutex(State())
    private let departures: AsyncStream<Departure>
    private let departing: AsyncStream<Departure>.Continuation

    package init(capacity: Int = capacityDefault) {
        self.capacity = capacity
        // Bounded by `capacity`: one departure for each flight.
        (departures, departing) = AsyncStream.makeStream()
    }

    /// Loads under way or waiting to begin.
    package var flights: Int { state.withLock { $0.flights.count } }

    /// Callers who wait for one.
    package var waiting: Int {
        state.withLock { $0.flights.values.reduce(0) { $0 + $1.seats.count } }
    }

    /// What `load` gives, shared with everyone who asks for the same meanwhile.
    ///
    /// `onAbandoned` tells this load to stop, from any thread; its result is then nobody's.
    ///
    /// - Throws: What the load throws; `CancellationError` when this caller is cancelled;
    ///   ``FlightError``.
    package func reply(
        for key: FlightKey,
        onAbandoned: @escaping @Sendable () -> Void = {},
        load: @escaping Load
    ) async throws -> CachedReply {
        let seat = FlightSeat()
        let (ticket, isFirst) = try board(seat, key, onAbandoned)
        if isFirst { departing.yield(Departure(key: key, number: ticket, load: load)) }
        return try await withTaskCancellationHandler {
            try await seat.value()
        } onCancel: {
            leave(key, ticket)
            seat.settle(.failure(CancellationError()))
        }
    }

    /// Runs the loads, until `stop()` and the end of the last one, or until cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for await departure in departures {
                group.addTask { await self.fly(departure) }
            }
        }
        stop()
        let abandoned = state.withLock { state in
            defer { state.flights = [:] }
            return state.flights.values.flatMap(\.seats.values)
        }
        for seat in abandoned { seat.settle(.failure(FlightError.stopped)) }
    }

    /// Begins no more flights; those that were asked for are finished.
    package func stop() {
        state.withLock { $0.isStopped = true }
        departing.finish()
    }

    private func board(
        _ seat: FlightSeat,
        _ key: FlightKey,
        _ onAbandoned: @escaping @Sendable () -> Void
    ) throws(FlightError) -> (ticket: UInt64, isFirst: Bool) {
        let result = state.withLock { state -> Result<(UInt64, Bool), FlightError> in
            guard !state.isStopped else { return .failure(.stopped) }
            let isFirst = state.flights[key] == nil
            guard !isFirst || state.flights.count < capacity else { return .failure(.tooMany) }
            state.tickets += 1
            let ticket = state.tickets
            var flight = state.flights[key] ?? Flight(number: ticket, onAbandoned: onAbandoned)
            flight.seats[ticket] = seat
            state.flights[key] = flight
            return .success((ticket, isFirst))
        }
        return try result.get()
    }

    private func leave(_ key: FlightKey, _ ticket: UInt64) {
        let onAbandoned = state.withLock { state -> (@Sendable () -> Void)? in
            // A flight that has landed stays out of the table.
            guard state.flights[key]?.seats.removeValue(forKey: ticket) != nil,
                state.flights[key]?.seats.isEmpty == true
            else { return nil }
            return state.flights.removeValue(forKey: key)?.onAbandoned
        }
        onAbandoned?()
    }

    private func fly(_ departure: Departure) async {
        guard isAwaited(departure) else { return }
        let result: Result<CachedReply, any Error>
        do {
            result = .success(try await departure.load())
        } catch {
            result = .failure(error)
        }
        let flight = state.withLock { state -> Flight? in
            guard state.flights[departure.key]?.number == departure.number else { return nil }
            return state.flights.removeValue(forKey: departure.key)
        }
        for seat in flight?.seats.values ?? [:].values { seat.settle(result) }
    }

    /// Whether somebody still waits for the flight that may begin now; otherwise it is called off.
    private func isAwaited(_ departure: Departure) -> Bool {
        state.withLock { $0.flights[departure.key]?.number == departure.number }
    }
}

/// Where one caller waits: settled once, by the flight or by the caller's cancellation.
private final class FlightSeat: Sendable {
    private enum State {
        case open
        case awaited(CheckedContinuation<CachedReply, any Error>)
        case settled(Result<CachedReply, any Error>)
    }

    private let state = Mutex(State.open)

    func settle(_ result: Result<CachedReply, any Error>) {
        let waiter = state.withLock { state -> CheckedContinuation<CachedReply, any Error>? in
            switch state {
            case .open:
                state = .settled(result)
                return nil
            case .awaited(let waiter):
                state = .settled(result)
                return waiter
            case .settled: return nil
            }
        }
        waiter?.resume(with: result)
    }

    func value() async throws -> CachedReply {
        try await withCheckedThrowingContinuation { waiter in
            let result = state.withLock { state -> Result<CachedReply, any Error>? in
                if case .settled(let result) = state { return result }
                state = .awaited(waiter)
                return nil
            }
            if let result { waiter.resume(with: result) }
        }
    }
}
