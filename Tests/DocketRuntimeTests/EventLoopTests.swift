internal import DocketRuntime
internal import DocketSystem
internal import Synchronization
internal import Testing

@Suite("Event loop", .timeLimit(.minutes(5)))
struct EventLoopTests {
    private final class Flush: TurnEnd, Sendable {
        let log = Mutex<[String]>([])
        func note(_ entry: String) { log.withLock { $0.append(entry) } }
        func turnDidEnd() { note("flush") }
    }

    @Test("runs the jobs that a turn made ready before its one flush")
    func turnOrder() async throws {
        let flush = Flush()
        try await withLoop { loop in
            let counter = LoopCounter(on: loop)
            let isDone = OneShot<Void>()
            try await loop.evaluate {
                flush.note("callback")
                loop.atTurnEnd(flush)
                counter.assumeIsolated { $0.repeatInTasks(2) { flush.note("job") } }
                loop.execute { isDone.succeed(()) }
            }
            try await isDone.value()
        }
        #expect(flush.log.withLock { $0 } == ["callback", "job", "job", "flush"])
    }

    @Test("loses no wake-up when threads hand over jobs at once")
    func wakeUps() async throws {
        let count = try await withLoop { loop in
            let counter = LoopCounter(on: loop)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask { for _ in 0..<25_000 { await counter.increment() } }
                }
            }
            return await counter.count
        }
        #expect(count == 100_000)
    }

    @Test("looks at sockets although jobs keep making jobs")
    func fairness() async throws {
        let pair = SocketPair()
        try await withLoop { loop in
            let watcher = Watcher(on: loop)
            try await watcher.watch(pair) {}
            let spinning = Task { await watcher.spin() }
            pair.sendByteToLeft()
            await spinning.value
        }
    }

    @Test("spreads many actions over several turns")
    func actions() async throws {
        let turns = Mutex<[MonotonicTime: Int]>([:])
        let isDone = OneShot<Void>()
        try await withLoop { loop in
            try await loop.evaluate {
                // All are handed over before the next turn begins.
                for _ in 0..<1_000 {
                    loop.execute { turns.withLock { $0[loop.turnStart, default: 0] += 1 } }
                }
                loop.execute { isDone.succeed(()) }
            }
            try await isDone.value()
        }
        let counts = turns.withLock { Array($0.values) }
        #expect(counts.reduce(0, +) == 1_000)
        #expect(counts.allSatisfy { $0 <= 256 })
    }

    @Test("passes over a flush that asks for another flush, to look at sockets")
    func flushFairness() async throws {
        // Because: used on the loop only.
        final class Again: TurnEnd, @unchecked Sendable {
            let loop: EventLoop
            var isEnough = false
            init(_ loop: EventLoop) { self.loop = loop }
            func turnDidEnd() { if !isEnough { loop.atTurnEnd(self) } }
        }
        let pair = SocketPair()
        try await withLoop { loop in
            let readable = OneShot<Void>()
            let again = Again(loop)
            let watcher = Watcher(on: loop)
            try await watcher.watch(pair) {
                again.isEnough = true
                readable.succeed(())
            }
            loop.execute { loop.atTurnEnd(again) }
            pair.sendByteToLeft()
            try await readable.value()
        }
    }

    @Test("runs deadlines in order, and none that was cancelled")
    func deadlines() async throws {
        let order = Mutex<[Int]>([])
        try await withLoop { loop in
            let isDone = OneShot<Void>()
            loop.execute {
                let start = MonotonicTime.now()
                loop.schedule(at: start + .milliseconds(6)) { isDone.succeed(()) }
                loop.schedule(at: start + .milliseconds(4)) { order.withLock { $0.append(2) } }
                let cancelled = loop.schedule(at: start + .milliseconds(1)) {
                    order.withLock { $0.append(0) }
                }
                loop.schedule(at: start + .milliseconds(2)) { order.withLock { $0.append(1) } }
                loop.cancel(cancelled)
            }
            try await isDone.value()
        }
        #expect(order.withLock { $0 } == [1, 2])
    }

    @Test("runs no deadline early")
    func notEarly() async throws {
        try await withLoop { loop in
            for delay in [0, 1, 3, 7] {
                let due = OneShot<MonotonicTime>()
                let wanted = try await loop.evaluate {
                    let wanted = MonotonicTime.now() + .milliseconds(delay)
                    loop.schedule(at: wanted) { due.succeed(.now()) }
                    return wanted
                }
                #expect(try await due.value() >= wanted)
            }
        }
    }

    @Test("serves more due deadlines than one turn takes")
    func manyDeadlines() async throws {
        let count = Mutex(0)
        try await withLoop { loop in
            let isDone = OneShot<Void>()
            loop.execute {
                let time = MonotonicTime.now()
                for _ in 0..<1_000 { loop.schedule(at: time) { count.withLock { $0 += 1 } } }
                loop.schedule(at: time) { isDone.succeed(()) }
            }
            try await isDone.value()
        }
        #expect(count.withLock { $0 } == 1_000)
    }

    @Test("runs what was handed over before it was stopped")
    func stopRunsJobs() async throws {
        let count = Mutex(0)
        let group = try EventLoopGroup(count: 1)
        let loop = group.loops[0]
        for _ in 0..<1_000 { loop.execute { count.withLock { $0 += 1 } } }
        try group.start()
        group.stop()
        loop.execute { count.withLock { $0 += 1 } }
        group.join()
        #expect(count.withLock { $0 } == 1_001)
        loop.execute { count.withLock { $0 += 1 } }
        #expect(count.withLock { $0 } == 1_001)
    }

    @Test("deals loops round")
    func roundRobin() throws {
        let group = try EventLoopGroup(count: 3)
        let dealt = (0..<6).map { _ in group.next() }
        #expect(dealt[0] !== dealt[1] && dealt[1] !== dealt[2] && dealt[0] !== dealt[2])
        for index in 0..<3 { #expect(dealt[index] === dealt[index + 3]) }
    }

    @Test("knows its own thread")
    func isolation() async throws {
        try await withLoop { loop in
            #expect(!loop.isCurrent)
            #expect(loop.isIsolatingCurrentContext() == false)
            #expect(try await loop.evaluate { loop.isCurrent })
            let counter = LoopCounter(on: loop)
            let count = try await loop.evaluate {
                counter.assumeIsolated { counter in
                    counter.increment()
                    return counter.count
                }
            }
            #expect(count == 1)
        }
    }

    @Test("says that a file cannot be watched")
    func unwatchable() async throws {
        try await withLoop { loop in
            await #expect(throws: EventLoopError.self) {
                try await loop.evaluate { _ = try loop.watch(-1) { _ in } }
            }
        }
    }
}
