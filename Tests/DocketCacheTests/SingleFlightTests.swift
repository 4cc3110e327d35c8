internal import DocketCache
internal import DocketTestKit
internal import Synchronization
internal import Testing

/// How often something happened.
private final class Count: Sendable {
    private let number = Atomic<Int>(0)

    var value: Int { number.load(ordering: .relaxed) }

    func increment() { number.add(1, ordering: .relaxed) }
}

@Suite("Single flight", .timeLimit(.minutes(1)))
struct SingleFlightTests {
    private struct LoadFailed: Error {}

    private let state = CollectionState()

    private func key(_ text: String) -> FlightKey {
        FlightKey(scope: .raw(1), bytes: Array(text.utf8), mark: state.mark())
    }

    @Test("runs one load for all who ask meanwhile")
    func shared() async throws {
        let flights = SingleFlight()
        let loads = Count()
        let gate = Gate()
        let reply = CachedReply([1], state)
        let key = key("query")
        await withTaskGroup(of: [UInt8]?.self) { group in
            for _ in 0..<50 {
                group.addTask {
                    try? await flights.reply(for: key) {
                        loads.increment()
                        await gate.passUncancelled()
                        return reply
                    }.body
                }
            }
            await gate.arrived()
            while flights.waiting < 50 { await Task.yield() }
            gate.open()
            for await body in group { #expect(body == [1]) }
        }
        #expect(loads.value == 1)
        #expect(flights.flights == 0)
    }

    @Test("a caller who is cancelled leaves, and the flight that it began goes on for the others")
    func cancellation() async throws {
        let flights = SingleFlight()
        let gate = Gate()
        let reply = CachedReply([1], state)
        let key = key("query")
        let first = Task {
            try await flights.reply(for: key) {
                await gate.passUncancelled()
                return reply
            }.body
        }
        await gate.arrived()
        let second = Task {
            try await flights.reply(for: key) { throw LoadFailed() }.body
        }
        while flights.waiting < 2 { await Task.yield() }
        first.cancel()
        while flights.waiting > 1 { await Task.yield() }
        gate.open()
        await #expect(throws: CancellationError.self) { try await first.value }
        #expect((try? await second.value) == [1])
    }

    @Test("a caller who was cancelled before it asked gets no reply")
    func cancelledBefore() async {
        let flights = SingleFlight()
        let reply = CachedReply([1], state)
        let key = key("query")
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await flights.reply(for: key) { reply }.body
        }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(flights.waiting == 0)
    }

    @Test("a load is told to stop when its last caller leaves, and who comes later has a new one")
    func abandoned() async throws {
        let flights = SingleFlight()
        let (gate, told) = (Gate(), Count())
        let old = CachedReply([1], state)
        let new = CachedReply([2], state)
        let key = key("query")
        let first = Task {
            try await flights.reply(for: key, onAbandoned: { told.increment() }) {
                await gate.passUncancelled()
                return old
            }.body
        }
        await gate.arrived()
        let second = Task { try await flights.reply(for: key) { old }.body }
        while flights.waiting < 2 { await Task.yield() }
        first.cancel()
        while flights.waiting > 1 { await Task.yield() }
        #expect(told.value == 0)
        second.cancel()
        _ = await second.result
        #expect(told.value == 1)
        #expect(flights.flights == 0)
        let later = try? await flights.reply(for: key) {
            // The old load lands while the new one is under way.
            gate.open()
            return new
        }.body
        #expect(later == [2])
        await #expect(throws: CancellationError.self) { try await first.value }
    }

    @Test("whoever comes after a change does not join a flight from before it")
    func generations() async {
        let flights = SingleFlight()
        let gate = Gate()
        let key = key("query")
        let (old, new) = (CachedReply([1], state), CachedReply([2], state))
        let before = Task {
            try await flights.reply(for: key) {
                await gate.passUncancelled()
                return old
            }.body
        }
        await gate.arrived()
        state.raise(hard: 2, soft: 1, schemaEpoch: 1)
        #expect((try? await flights.reply(for: self.key("query")) { new }.body) == [2])
        gate.open()
        #expect((try? await before.value) == [1])
    }

    @Test("an error is everybody's, and nobody's later")
    func errors() async {
        let flights = SingleFlight()
        let reply = CachedReply([1], state)
        let key = key("query")
        await #expect(throws: LoadFailed.self) {
            try await flights.reply(for: key) { throw LoadFailed() }
        }
        #expect((try? await flights.reply(for: key) { reply }.body) == [1])
    }
}
