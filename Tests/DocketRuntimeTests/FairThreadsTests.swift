internal import DocketRuntime
internal import DocketSystem
internal import Glibc
internal import Synchronization
internal import Testing

/// Counts who is inside at once.
private final class Running: Sendable {
    private let count = Atomic<Int>(0)

    func isFewer(than limit: Int) -> Bool {
        defer { count.subtract(1, ordering: .relaxed) }
        return count.add(1, ordering: .relaxed).newValue < limit
    }
}

@Suite("Fair threads", .timeLimit(.minutes(1)))
struct FairThreadsTests {
    private static func limits(_ width: Int = 1, begun: Int = 4) -> FairSchedule.Limits {
        var limits = FairSchedule.Limits()
        limits.width = width
        limits.begun = begun
        limits.ownerBegun = width
        return limits
    }

    @Test("a job that goes on for ever lets another owner's run when it looks")
    func givesWay() async throws {
        let threads = try FairThreads(name: "fair", Self.limits())
        let isDone = Atomic<Bool>(false)
        let isRunning = OneShot<Void>()
        async let endless: Int = threads.run(for: 1, .interactive) { turn in
            isRunning.succeed(())
            var looks = 0
            while !isDone.load(ordering: .acquiring) {
                turn.look()
                looks += 1
            }
            return looks
        }
        try await isRunning.value()
        // Comes to an end only when the one thread that may run is given up.
        let answer = try await threads.run(for: 2, .interactive) { _ in
            isDone.store(true, ordering: .releasing)
            return 42
        }
        #expect(answer == 42)
        #expect(try await endless > 0)
        threads.shutdown()
    }

    @Test("whoever is answered and asks again finds the same thread free")
    func sameThread() async throws {
        let threads = try FairThreads(name: "fair", Self.limits(2))
        var used: Set<UInt> = []
        for _ in 0..<2_000 {
            used.insert(try await threads.run(for: 1, .interactive) { _ in pthread_self() })
        }
        #expect(used.count == 1)
        threads.shutdown()
    }

    @Test("every job of many owners runs once, at most so many at a time")
    func all() async throws {
        let threads = try FairThreads(name: "fair", Self.limits(2, begun: 8))
        let running = Running()
        let total = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<2_000 {
                let workClass: WorkClass = number % 3 == 0 ? .bulk : .interactive
                group.addTask {
                    try await threads.run(for: UInt64(number % 7), workClass) { turn in
                        // Looks count as not running: paused jobs are not.
                        for _ in 0..<20 { turn.look() }
                        return running.isFewer(than: 3) ? 1 : 0
                    }
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(total == 2_000)
        #expect(threads.waiting == 0)
        threads.shutdown()
    }

    @Test("a job that is withdrawn before it begins is refused")
    func withdrawn() async throws {
        let threads = try FairThreads(name: "fair", Self.limits())
        let isRunning = OneShot<Void>()
        let mayEnd = Atomic<Bool>(false)
        async let first: Void = threads.run(for: 1, .interactive) { _ in
            isRunning.succeed(())
            while !mayEnd.load(ordering: .acquiring) {}
        }
        try await isRunning.value()
        await #expect(throws: FairThreadsRefusal.withdrawn) {
            try await threads.run(
                for: 1,
                .interactive,
                onSubmitted: { $0() },
                { _ in Issue.record("it ran") }
            )
        }
        mayEnd.store(true, ordering: .releasing)
        try await first
        threads.shutdown()
        await #expect(throws: FairThreadsRefusal.ended) {
            try await threads.run(for: 1, .interactive) { _ in }
        }
    }

    @Test("the end refuses what waits and lets what runs end")
    func ending() async throws {
        let threads = try FairThreads(name: "fair", Self.limits())
        let isRunning = OneShot<Void>()
        let mayEnd = Atomic<Bool>(false)
        async let first: Int = threads.run(for: 1, .interactive) { _ in
            isRunning.succeed(())
            while !mayEnd.load(ordering: .acquiring) {}
            return 1
        }
        try await isRunning.value()
        let second = Task { try await threads.run(for: 1, .interactive) { _ in 2 } }
        while threads.waiting == 0 { await Task.yield() }
        async let ended: Void = Task.detached { threads.shutdown() }.value
        await #expect(throws: FairThreadsRefusal.ended) { try await second.value }
        mayEnd.store(true, ordering: .releasing)
        #expect(try await first == 1)
        await ended
    }
}
