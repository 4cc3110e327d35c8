internal import DocketRuntime
internal import DocketSystem
internal import Glibc
internal import Synchronization
internal import Testing

@Suite("Thread executor", .timeLimit(.minutes(5)))
struct ThreadExecutorTests {
    private actor Engine {
        nonisolated let executor: ThreadExecutor
        nonisolated var unownedExecutor: UnownedSerialExecutor {
            unsafe executor.asUnownedSerialExecutor()
        }

        private(set) var calls = 0

        init(on executor: ThreadExecutor) { self.executor = executor }

        func call() -> Bool {
            calls += 1
            return executor.isCurrent
        }
    }

    @Test("runs an actor's jobs on its own thread, one at a time")
    func isolation() async throws {
        let executor = try ThreadExecutor(name: "engine")
        let engine = Engine(on: executor)
        #expect(!executor.isCurrent)
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    var isOnThread = true
                    for _ in 0..<2_000 { isOnThread = await engine.call() && isOnThread }
                    return isOnThread
                }
            }
            for await isOnThread in group { #expect(isOnThread) }
        }
        #expect(await engine.calls == 16_000)
        executor.shutdown()
    }

    @Test("tells the runtime whose context it is")
    func context() async throws {
        let executor = try ThreadExecutor(name: "engine")
        let engine = Engine(on: executor)
        #expect(executor.isIsolatingCurrentContext() == false)
        let calls = try await executorContext(executor) {
            engine.assumeIsolated { engine in
                _ = engine.call()
                return engine.calls
            }
        }
        #expect(calls == 1)
        executor.shutdown()
    }

    /// Runs `body` on the executor's thread, outside of any actor.
    private func executorContext<Value: Sendable>(
        _ executor: ThreadExecutor,
        _ body: @escaping @Sendable () -> Value
    ) async throws -> Value {
        await Task(executorPreference: executor) { body() }.value
    }

    @Test("counts what waits, and blocks nobody else meanwhile")
    func depth() async throws {
        let busy = try ThreadExecutor(name: "busy")
        let free = try ThreadExecutor(name: "free")
        let gate = Semaphore()
        let blocked = Engine(on: busy)
        let other = Engine(on: free)
        let hasBegun = OneShot<Void>()
        let blocking = Task(executorPreference: busy) {
            hasBegun.succeed(())
            gate.wait()
        }
        try await hasBegun.value()
        let waiting = (0..<10).map { _ in Task { await blocked.call() } }
        while busy.queueDepth < 11 { await Task.yield() }
        #expect(await other.call())
        #expect(busy.queueDepth == 11)
        gate.signal()
        await blocking.value
        for task in waiting { #expect(await task.value) }
        busy.shutdown()
        free.shutdown()
        #expect(busy.queueDepth == 0)
    }

    @Test("runs what is queued before it ends")
    func shutdown() async throws {
        let executor = try ThreadExecutor(name: "engine")
        let engine = Engine(on: executor)
        let gate = Semaphore()
        let hasBegun = OneShot<Void>()
        Task(executorPreference: executor) {
            hasBegun.succeed(())
            gate.wait()
        }
        try await hasBegun.value()
        let calls = (0..<100).map { _ in Task { await engine.call() } }
        while executor.queueDepth < 101 { await Task.yield() }
        gate.signal()
        executor.shutdown()
        executor.shutdown()
        for call in calls { #expect(await call.value) }
    }
}
