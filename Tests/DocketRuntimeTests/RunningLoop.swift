internal import DocketRuntime
internal import DocketSystem

/// Runs `body` with one event loop, which has ended when this returns.
@discardableResult
func withLoop<Value: Sendable>(
    _ body: @Sendable (EventLoop) async throws -> Value
) async throws -> Value {
    let group = try EventLoopGroup(count: 1)
    try group.start()
    defer {
        group.stop()
        group.join()
    }
    return try await body(group.loops[0])
}

extension EventLoop {
    /// The value of `body`, which runs on the loop.
    func evaluate<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        let outcome = OneShot<Value>()
        execute { outcome.settle(Result(catching: body)) }
        return try await outcome.value()
    }
}

/// Counts on the loop that it lives on.
actor LoopCounter {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private(set) var count = 0

    init(on loop: EventLoop) { self.loop = loop }

    func increment() { count += 1 }

    /// Runs `body` in as many tasks of this actor.
    func repeatInTasks(_ tasks: Int, _ body: @escaping @Sendable () -> Void) {
        for _ in 0..<tasks {
            Task {
                increment()
                body()
            }
        }
    }
}

/// Waits for one byte on a socket.
actor Watcher {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private var watch: Watch?
    private var isReadable = false

    init(on loop: EventLoop) { self.loop = loop }

    /// Calls `onByte` when the left end of `pair` is readable, once.
    func watch(_ pair: SocketPair, _ onByte: @escaping @Sendable () -> Void) throws {
        watch = try loop.watch(pair.left) { _ in
            guard pair.takeByteFromLeft() else { return }
            self.isReadable = true
            self.watch?.close()
            onByte()
        }
        watch?.setInterest(.readable)
    }

    /// Makes jobs for its own loop until the byte has come.
    func spin() async {
        while !isReadable { await Task.yield() }
    }
}
