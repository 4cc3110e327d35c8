internal import DocketSystem
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

    /// Where one caller waits: settled once, by the load or by the caller's cancellation.
    private typealias Waiter = OneShot<CachedReply>

    private struct Flight {
        /// The ticket of who began it; tells it from a later one of the same key.
        let number: UInt64
        /// Called when nobody waits any more.
        let onAbandoned: @Sendable () -> Void
        /// Those who wait, by ticket.
        var waiters: [UInt64: Waiter] = [:]
    }

    private struct Start: Sendable {
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
    private let starts: AsyncStream<Start>
    private let starting: AsyncStream<Start>.Continuation

    package init(capacity: Int = capacityDefault) {
        self.capacity = capacity
        // Bounded by `capacity`: one start for each flight.
        (starts, starting) = AsyncStream.makeStream()
    }

    /// Loads under way or waiting to begin.
    package var flights: Int { state.withLock { $0.flights.count } }

    /// Callers who wait for one.
    package var waiting: Int {
        state.withLock { $0.flights.values.reduce(0) { $0 + $1.waiters.count } }
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
        let waiter = Waiter()
        let (ticket, isFirst) = try join(waiter, key, onAbandoned)
        if isFirst { starting.yield(Start(key: key, number: ticket, load: load)) }
        return try await withTaskCancellationHandler {
            try await waiter.value()
        } onCancel: {
            leave(key, ticket)
        }
    }

    /// Runs the loads, until `stop()` and the end of the last one, or until cancelled.
    package func run() async {
        await withDiscardingTaskGroup { group in
            for await start in starts {
                group.addTask { await self.run(start) }
            }
        }
        stop()
        let abandoned = state.withLock { state in
            defer { state.flights = [:] }
            return state.flights.values.flatMap(\.waiters.values)
        }
        for waiter in abandoned { waiter.fail(FlightError.stopped) }
    }

    /// Begins no more flights; those that were asked for are finished.
    package func stop() {
        state.withLock { $0.isStopped = true }
        starting.finish()
    }

    private func join(
        _ waiter: Waiter,
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
            flight.waiters[ticket] = waiter
            state.flights[key] = flight
            return .success((ticket, isFirst))
        }
        return try result.get()
    }

    private func leave(_ key: FlightKey, _ ticket: UInt64) {
        let onAbandoned = state.withLock { state -> (@Sendable () -> Void)? in
            // A flight that has ended is no longer in the table.
            guard state.flights[key]?.waiters.removeValue(forKey: ticket) != nil,
                state.flights[key]?.waiters.isEmpty == true
            else { return nil }
            return state.flights.removeValue(forKey: key)?.onAbandoned
        }
        onAbandoned?()
    }

    private func run(_ start: Start) async {
        guard isAwaited(start) else { return }
        let result: Result<CachedReply, any Error>
        do {
            result = .success(try await start.load())
        } catch {
            result = .failure(error)
        }
        let flight = state.withLock { state -> Flight? in
            guard state.flights[start.key]?.number == start.number else { return nil }
            return state.flights.removeValue(forKey: start.key)
        }
        for waiter in flight?.waiters.values ?? [:].values { waiter.settle(result) }
    }

    /// Whether somebody still waits for the flight that may begin now; otherwise it is dropped.
    private func isAwaited(_ start: Start) -> Bool {
        state.withLock { $0.flights[start.key]?.number == start.number }
    }
}
