internal import DocketCore
internal import DocketSystem

/// The requests that are under way, on the one thread that drives them.
struct HTTPTransfers {
    private struct Transfer {
        let handle: CurlTransferHandle
        let node: String
        /// nil for the question whether a node is there.
        let exchange: HTTPExchange?
        /// Bytes of the reply at the last look.
        var received = 0
    }

    private let multi: CurlMultiHandle
    private let options: CurlOptions
    private let limits: HTTPEngine.Limits
    private var active: [Transfer] = []
    /// Of the nodes that requests wait for, by their addresses.
    private var watches: [String: NodeWatch] = [:]

    init(_ multi: CurlMultiHandle, _ options: CurlOptions, _ limits: HTTPEngine.Limits) {
        self.multi = multi
        self.options = options
        self.limits = limits
    }

    /// Requests that could begin now.
    var vacancies: Int { limits.connections - active.count { $0.exchange != nil } }

    mutating func begin(_ exchange: HTTPExchange) {
        let now = MonotonicTime.now()
        if let reason = exchange.reasonToEnd(at: now) { return exchange.outcome.fail(reason) }
        guard add(exchange.request, to: exchange.node, exchange) else {
            return exchange.outcome.fail(HTTPFailure.transport(code: 0))
        }
        if watches[exchange.node] == nil {
            watches[exchange.node] = NodeWatch(limits.watch, at: now)
        }
    }

    private mutating func add(
        _ request: HTTPRequest,
        to node: String,
        _ exchange: HTTPExchange?
    ) -> Bool {
        guard let handle = CurlTransferHandle(request, url: node + request.path, options),
            multi.add(handle)
        else { return false }
        active.append(Transfer(handle: handle, node: node, exchange: exchange))
        return true
    }

    /// Goes on with all of them, and ends those that nobody needs.
    ///
    /// - Returns: nodes that were found to be silent; what waited for them has failed.
    mutating func advance() -> [String] {
        multi.perform()
        let now = MonotonicTime.now()
        var silent: [String] = []
        while let (handle, code) = multi.nextEnded() {
            if let node = settle(handle, code, at: now) { silent.append(node) }
        }
        for place in active.indices.reversed() {
            guard let reason = active[place].exchange?.reasonToEnd(at: now) else { continue }
            end(at: place).exchange?.outcome.fail(reason)
        }
        silent += lookAtNodes(at: now)
        for node in silent {
            failAll(.silent) { $0 == node }
            watches[node] = nil
        }
        return silent
    }

    /// When the first deadline passes or a node is to be looked at, for
    /// ``CurlMultiHandle/wait(milliseconds:)``.
    func millisecondsToDeadline(longest: Int32) -> Int32 {
        let deadlines = active.compactMap(\.exchange?.work.deadlineNanoseconds)
        let looks = watches.values.map(\.nextLook.nanoseconds)
        let first = (deadlines + looks).min() ?? .max
        let left = MonotonicTime(nanoseconds: first).nanoseconds(since: .now())
        // Rounded up: waking before the deadline would only wait again.
        return min(longest, Int32(clamping: left / 1_000_000 + 1))
    }

    mutating func failAll(_ failure: HTTPFailure, of isNode: (String) -> Bool = { _ in true }) {
        for place in active.indices.reversed() where isNode(active[place].node) {
            end(at: place).exchange?.outcome.fail(failure)
        }
    }

    /// - Returns: the node, where this shows that it is silent.
    private mutating func settle(
        _ handle: CurlTransferHandle,
        _ code: Int32,
        at now: MonotonicTime
    ) -> String? {
        guard let place = active.firstIndex(where: { $0.handle === handle }) else { return nil }
        let ended = end(at: place)
        if code == 0 || handle.isTooLong { watches[ended.node]?.heard(at: now) }
        guard let outcome = ended.exchange?.outcome else {
            let finding = code == 0 ? .fine : watches[ended.node]?.askedInVain()
            return finding == .silent ? ended.node : nil
        }
        if handle.isTooLong {
            outcome.fail(HTTPFailure.tooLong)
        } else if code != 0 {
            outcome.fail(HTTPFailure.transport(code: code))
        } else {
            outcome.succeed(handle.takeReply())
        }
        return nil
    }

    private mutating func end(at place: Int) -> Transfer {
        let transfer = active.remove(at: place)
        multi.remove(transfer.handle)
        return transfer
    }

    // MARK: Nodes

    /// Asks nodes that have been quiet, and no longer watches those that nobody waits for.
    ///
    /// - Returns: nodes that have not said that they are there.
    private mutating func lookAtNodes(at now: MonotonicTime) -> [String] {
        hearPieces(at: now)
        var silent: [String] = []
        for node in watches.keys {
            guard active.contains(where: { $0.node == node && $0.exchange != nil }) else {
                failAll(.stopped) { $0 == node }
                watches[node] = nil
                continue
            }
            switch watches[node]?.look(at: now) {
            case .ask:
                // One that is no longer needed, of a node that was heard meanwhile.
                endQuestion(to: node)
                if !add(.isThere, to: node, nil) { watches[node]?.heard(at: now) }
            case .silent: silent.append(node)
            case .fine, nil: break
            }
        }
        return silent
    }

    /// A long reply is heard with each of its pieces.
    private mutating func hearPieces(at now: MonotonicTime) {
        for place in active.indices {
            let received = active[place].handle.receivedCount
            guard received > active[place].received else { continue }
            active[place].received = received
            watches[active[place].node]?.heard(at: now)
        }
    }

    private mutating func endQuestion(to node: String) {
        let place = active.firstIndex { $0.node == node && $0.exchange == nil }
        if let place { _ = end(at: place) }
    }
}

extension HTTPRequest {
    /// Answered by every node at once, if only with a refusal.
    fileprivate static let isThere = HTTPRequest(method: .get, path: "/")
}
