import DocketSystem
import DocketTestKit
import Synchronization
import Testing

@testable import DocketRuntime

@Suite("Calls to a peer", .timeLimit(.minutes(5)))
struct FairGateTests {
    private static func gate(_ places: Int) -> FairGate {
        var configuration = ConcurrencyLimit.Configuration()
        configuration.minimum = places
        configuration.maximum = places
        return FairGate(configuration)
    }

    /// Returns once so many wait; they have been submitted from other tasks.
    private static func waits(_ count: Int, at gate: FairGate) async {
        while gate.waiting < count { await Task.yield() }
    }

    @Test("begin at once while there are places, and then in turns of their owners")
    func turns() async throws {
        let gate = Self.gate(4)
        let held = try await [
            gate.enter(1, .interactive), gate.enter(1, .interactive), gate.enter(1, .interactive),
        ]
        // The last place is for another owner.
        async let more = gate.enter(1, .interactive)
        await Self.waits(1, at: gate)
        let other = try await gate.enter(2, .interactive)
        #expect(gate.waiting == 1)
        gate.leave(other, isTelling: true)
        #expect(gate.waiting == 1)
        gate.leave(held[0], isTelling: true)
        try await gate.leave(more, isTelling: true)
        for place in held.dropFirst() { gate.leave(place, isTelling: true) }
    }

    @Test("that wait are withdrawn, and leave no place behind")
    func withdrawn() async throws {
        let gate = Self.gate(1)
        let first = try await gate.enter(1, .interactive)
        let withdraw = Mutex<(@Sendable () -> Void)?>(nil)
        async let second = Self.refusal(gate) { hook in withdraw.withLock { $0 = hook } }
        await Self.waits(1, at: gate)
        withdraw.withLock { $0 }?()
        #expect(await second == .withdrawn)
        gate.leave(first, isTelling: true)
        let third = try await gate.enter(1, .interactive) { hook in withdraw.withLock { $0 = hook }
        }
        // Too late: it goes on.
        withdraw.withLock { $0 }?()
        gate.leave(third, isTelling: true)
        #expect(gate.waiting == 0)
    }

    @Test("are refused beyond those that may wait, and when the gate is closed")
    func refused() async throws {
        let gate = Self.gate(1)
        let first = try await gate.enter(1, .interactive)
        let most = 16
        await withTaskGroup(of: FairThreadsRefusal?.self) { group in
            for _ in 0..<most { group.addTask { await Self.refusal(gate) } }
            await Self.waits(most, at: gate)
            guard case .tooMuchWaits(let retryAfter)? = await Self.refusal(gate) else {
                Issue.record("one more than may wait was not refused")
                return
            }
            #expect(retryAfter > .zero)
            gate.close()
            for await refusal in group { #expect(refusal == .ended) }
        }
        #expect(await Self.refusal(gate) == .ended)
        gate.leave(first, isTelling: true)
    }

    private static func refusal(
        _ gate: FairGate,
        onSubmitted: (@escaping @Sendable () -> Void) -> Void = { _ in }
    ) async -> FairThreadsRefusal? {
        do throws(FairThreadsRefusal) {
            let place = try await gate.enter(1, .interactive, onSubmitted: onSubmitted)
            gate.leave(place, isTelling: true)
            return nil
        } catch {
            return error
        }
    }
}
