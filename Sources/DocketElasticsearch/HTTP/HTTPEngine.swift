internal import DocketCore
internal import DocketSystem
internal import Synchronization

/// Sends requests by one multi handle of libcurl on one thread of its own.
///
/// Requests wait in a bounded queue for one of its connections. A stop or the deadline of the work
/// ends a transfer at once, and a node that is found to be silent all that wait for it.
final class HTTPEngine: Sendable {
    struct Limits: Sendable {
        /// Requests under way at the same time.
        var connections = 16
        /// Requests that wait for a connection.
        var waiting = 1024
        /// Bytes of bodies that wait.
        var waitingBytes = 256 << 20
        /// Nodes that may be asked at the same time whether they are there.
        var nodes = 1
        var watch = NodeWatch.Limits()
    }

    private struct Queue {
        var waiting: [HTTPExchange] = []
        var bytes = 0
        var isClosed = false
    }

    /// The thread looks at least this often, whatever it is told.
    private static let longestWaitMilliseconds: Int32 = 1000

    private let limits: Limits
    private let options: CurlOptions
    private let queue = Mutex(Queue())
    private let multi: CurlMultiHandle
    private let thread = Mutex<SystemThread?>(nil)

    /// Starts the thread.
    init(_ options: CurlOptions, _ limits: Limits) throws(DocketError) {
        guard
            let multi = CurlMultiHandle(
                connections: limits.connections + limits.nodes,
                kept: limits.connections
            )
        else {
            throw DocketError(.resourceExhausted, "there is no memory for connections")
        }
        self.multi = multi
        self.options = options
        self.limits = limits
        do {
            let started = try SystemThread(name: "search-http") { [self] in run() }
            thread.withLock { $0 = started }
        } catch {
            throw DocketError(.resourceExhausted, "the system refuses a thread")
                .caused(by: "error \(error.code)")
        }
    }

    /// The reply to `request` of `node`, which is an address without a slash at the end.
    ///
    /// It goes on until its work is stopped, whatever becomes of the task: others may wait for it.
    func send(
        _ request: HTTPRequest,
        to node: String,
        work: WorkLimit
    ) async throws(HTTPFailure) -> HTTPReply {
        let exchange = HTTPExchange(request, to: node, work: work)
        try append(exchange)
        multi.wake()
        work.onStop { [multi] in multi.wake() }
        defer { work.onStop(nil) }
        do {
            return try await exchange.outcome.outcome()
        } catch let failure as HTTPFailure {
            throw failure
        } catch {
            throw .stopped
        }
    }

    private func append(_ exchange: HTTPExchange) throws(HTTPFailure) {
        let count = exchange.request.body.count
        let refusal = queue.withLock { queue -> HTTPFailure? in
            if queue.isClosed { return .closed }
            guard queue.waiting.count < limits.waiting,
                queue.waiting.isEmpty || queue.bytes + count <= limits.waitingBytes
            else { return .full }
            queue.waiting.append(exchange)
            queue.bytes += count
            return nil
        }
        if let refusal { throw refusal }
    }

    /// Ends what is under way, and the thread.
    func close() {
        queue.withLock { $0.isClosed = true }
        multi.wake()
        thread.withLock { $0.take() }?.join()
    }

    private func run() {
        var transfers = HTTPTransfers(multi, options, limits)
        while !queue.withLock({ $0.isClosed }) {
            for exchange in takeWaiting(atMost: transfers.vacancies) { transfers.begin(exchange) }
            for node in transfers.advance() { failWaiting(for: node) }
            let longest = endOver() ?? Self.longestWaitMilliseconds
            guard transfers.vacancies == 0 || !hasWaiting else { continue }
            multi.wait(milliseconds: transfers.millisecondsToDeadline(longest: longest))
        }
        transfers.failAll(.closed)
        for exchange in takeWaiting(atMost: .max) { exchange.outcome.fail(HTTPFailure.closed) }
    }

    private var hasWaiting: Bool { queue.withLock { !$0.waiting.isEmpty } }

    private func takeWaiting(atMost count: Int) -> [HTTPExchange] {
        queue.withLock { queue in
            let taken = Array(queue.waiting.prefix(count))
            queue.waiting.removeFirst(taken.count)
            for exchange in taken { queue.bytes -= exchange.request.body.count }
            return taken
        }
    }

    /// Ends what would wait for a silent node next.
    private func failWaiting(for node: String) {
        let failed = queue.withLock { queue in
            let failed = queue.waiting.filter { $0.node == node }
            queue.waiting.removeAll { $0.node == node }
            for exchange in failed { queue.bytes -= exchange.request.body.count }
            return failed
        }
        for exchange in failed { exchange.outcome.fail(HTTPFailure.silent) }
    }

    /// Ends what waits and is needed no longer.
    ///
    /// - Returns: milliseconds until the next deadline of what waits; nil when nothing does.
    private func endOver() -> Int32? {
        let now = MonotonicTime.now()
        let (over, deadline) = queue.withLock { queue in
            let over = queue.waiting.filter { $0.reasonToEnd(at: now) != nil }
            if !over.isEmpty {
                queue.waiting.removeAll { $0.reasonToEnd(at: now) != nil }
                queue.bytes = queue.waiting.reduce(0) { $0 + $1.request.body.count }
            }
            return (over, queue.waiting.map(\.work.deadlineNanoseconds).min())
        }
        for exchange in over { exchange.outcome.fail(exchange.reasonToEnd(at: now) ?? .stopped) }
        return deadline.map { deadline in
            let left = MonotonicTime(nanoseconds: deadline).nanoseconds(since: now)
            return min(Self.longestWaitMilliseconds, Int32(clamping: left / 1_000_000 + 1))
        }
    }
}
