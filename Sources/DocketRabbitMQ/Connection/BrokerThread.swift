internal import DocketCore
internal import DocketSystem
internal import Synchronization

/// The thread of one connection, which connects again whenever it has to.
final class BrokerThread<Dialogue: BrokerDialogue>: Sendable {
    private struct Inbox {
        /// The newest hint of each tenant.
        var hints: [TenantID: WorkHint] = [:]
        var isOpen = false
        var isClosed = false
    }

    /// Tenants whose hints the thread has not seen yet; it takes no more.
    private let hintsMaximum = 1024

    private let name: String
    private let link: @Sendable () -> BrokerLink<Dialogue>
    private let events: BrokerEvents
    private let wakeup: WakeupHandle
    private let inbox = Mutex(Inbox())
    private let thread = Mutex<SystemThread?>(nil)

    /// - Parameters:
    ///   - name: Of the thread.
    ///   - events: Told of hints that are dropped.
    ///   - link: Makes the connection on its thread.
    /// - Throws: ``DocketError`` `resourceExhausted` without a descriptor.
    init(
        _ name: String,
        _ events: BrokerEvents,
        link: @escaping @Sendable () -> BrokerLink<Dialogue>
    ) throws(DocketError) {
        guard let wakeup = WakeupHandle() else {
            throw DocketError(.resourceExhausted, "the system refuses a descriptor")
        }
        self.name = name
        self.wakeup = wakeup
        self.events = events
        self.link = link
    }

    var isOpen: Bool { inbox.withLock { $0.isOpen } }

    func start() throws(ThreadError) {
        let started = try SystemThread(name: name) { [self] in run() }
        thread.withLock { $0 = started }
    }

    /// Ends the thread and waits for its end, which a broker that does not answer delays by the
    /// time of one connection's beginning.
    func close() {
        inbox.withLock { $0.isClosed = true }
        wakeup.signal()
        thread.withLock { $0.take() }?.join()
    }

    /// Takes a hint to send, unless there is no connection.
    func send(_ hint: WorkHint) {
        let (isTaken, isFirst) = inbox.withLock { inbox in
            let isKnown = inbox.hints[hint.tenant] != nil
            guard inbox.isOpen, isKnown || inbox.hints.count < hintsMaximum else {
                return (false, false)
            }
            inbox.hints[hint.tenant] = hint
            return (true, inbox.hints.count == 1)
        }
        if !isTaken { events.count(.dropped, 1) }
        if isFirst { wakeup.signal() }
    }

    private func run() {
        var link = link()
        while let hints = takeHints() {
            for hint in hints { link.send(hint) }
            link.turn()
            let isOpen = link.isOpen
            inbox.withLock { $0.isOpen = isOpen }
            link.wait(wakeup)
        }
        link.close()
    }

    /// nil once the thread is to end.
    private func takeHints() -> [WorkHint]? {
        wakeup.clear()
        return inbox.withLock { inbox in
            guard !inbox.isClosed else {
                inbox.isOpen = false
                return nil
            }
            defer { inbox.hints = [:] }
            return Array(inbox.hints.values)
        }
    }
}
