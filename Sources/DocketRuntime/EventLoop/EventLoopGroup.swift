package import DocketSystem
internal import Synchronization

/// The process's event loops, each on a thread of its own.
package final class EventLoopGroup: Sendable {
    package let loops: [EventLoop]
    private let turn = Atomic<Int>(0)
    private let threads = Mutex<[SystemThread]>([])

    /// Makes `count` loops (at least one) without starting them.
    package init(count: Int) throws(EventLoopError) {
        var loops: [EventLoop] = []
        for _ in 0..<max(1, count) { loops.append(try EventLoop()) }
        self.loops = loops
    }

    /// Starts a thread for each loop; called once.
    package func start() throws(ThreadError) {
        for (index, loop) in loops.enumerated() {
            let thread = try SystemThread(name: "loop-\(index)") { loop.run() }
            threads.withLock { $0.append(thread) }
        }
    }

    /// The loop whose turn it is to get a connection.
    package func next() -> EventLoop {
        let (turn, _) = turn.wrappingAdd(1, ordering: .relaxed)
        return loops[Int(UInt(bitPattern: turn) % UInt(loops.count))]
    }

    /// Nanoseconds of the longest turn of any loop since this was last asked, from any thread.
    package func takeLongestTurn() -> UInt64 { loops.map { $0.takeLongestTurn() }.max() ?? 0 }

    /// Asks all loops to end; `join()` waits for it.
    package func stop() {
        for loop in loops { loop.stop() }
    }

    /// Waits until all loops have ended; not to be called on one of them.
    package func join() {
        let threads = threads.withLock { threads in
            defer { threads = [] }
            return threads
        }
        for thread in threads { thread.join() }
    }
}
