internal import DocketCore
internal import DocketSystem

/// The requests that are under way, on the one thread that drives them.
struct HTTPTransfers {
    private struct Transfer {
        let handle: CurlTransferHandle
        let exchange: HTTPExchange
    }

    private let multi: CurlMultiHandle
    private let options: CurlOptions
    private let connections: Int
    private var active: [Transfer] = []

    init(_ multi: CurlMultiHandle, _ options: CurlOptions, connections: Int) {
        self.multi = multi
        self.options = options
        self.connections = connections
    }

    /// Requests that could begin now.
    var vacancies: Int { connections - active.count }

    mutating func begin(_ exchange: HTTPExchange) {
        if let reason = exchange.reasonToEnd(at: .now()) { return exchange.outcome.fail(reason) }
        guard
            let handle = CurlTransferHandle(exchange.request, url: exchange.url, options),
            multi.add(handle)
        else { return exchange.outcome.fail(HTTPFailure.transport(code: 0)) }
        active.append(Transfer(handle: handle, exchange: exchange))
    }

    /// Goes on with all of them, and ends those that nobody needs.
    mutating func advance() {
        multi.perform()
        while let (handle, code) = multi.nextEnded() { settle(handle, code) }
        let now = MonotonicTime.now()
        for place in active.indices.reversed() {
            guard let reason = active[place].exchange.reasonToEnd(at: now) else { continue }
            end(at: place).exchange.outcome.fail(reason)
        }
    }

    /// When the first deadline passes, for ``CurlMultiHandle/wait(milliseconds:)``.
    func millisecondsToDeadline(longest: Int32) -> Int32 {
        let first = active.map(\.exchange.work.deadlineNanoseconds).min() ?? .max
        let left = MonotonicTime(nanoseconds: first).nanoseconds(since: .now())
        // Rounded up: waking before the deadline would only wait again.
        return min(longest, Int32(clamping: left / 1_000_000 + 1))
    }

    mutating func failAll(_ failure: HTTPFailure) {
        while !active.isEmpty { end(at: active.count - 1).exchange.outcome.fail(failure) }
    }

    private mutating func settle(_ handle: CurlTransferHandle, _ code: Int32) {
        guard let place = active.firstIndex(where: { $0.handle === handle }) else { return }
        let outcome = end(at: place).exchange.outcome
        if handle.isTooLong {
            outcome.fail(HTTPFailure.tooLong)
        } else if code != 0 {
            outcome.fail(HTTPFailure.transport(code: code))
        } else {
            outcome.succeed(handle.takeReply())
        }
    }

    private mutating func end(at place: Int) -> Transfer {
        let transfer = active.remove(at: place)
        multi.remove(transfer.handle)
        return transfer
    }
}
