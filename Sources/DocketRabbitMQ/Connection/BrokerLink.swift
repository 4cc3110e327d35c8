internal import DocketCore
internal import DocketRuntime
internal import DocketSystem

/// The connection as its thread keeps it: connects, hands the dialogue what comes, and does what it
/// says.
struct BrokerLink<Dialogue: BrokerDialogue>: ~Copyable {
    private let configuration: RabbitMQConfiguration
    private let prefetch: Int
    private let events: BrokerEvents
    private let hear: @Sendable (WorkHint) -> Void
    private var dialogue: Dialogue
    private var handle: BrokerHandle?
    private var backoff: Backoff
    private var connectsAt = MonotonicTime(nanoseconds: 0)

    init(
        _ configuration: RabbitMQConfiguration,
        _ dialogue: Dialogue,
        prefetch: Int,
        _ events: BrokerEvents,
        hear: @escaping @Sendable (WorkHint) -> Void
    ) {
        self.configuration = configuration
        self.prefetch = prefetch
        self.events = events
        self.hear = hear
        self.dialogue = dialogue
        backoff = Backoff(
            base: configuration.retryBase,
            cap: configuration.retryCap,
            jitter: .equal
        )
    }

    var isOpen: Bool { handle != nil }

    mutating func send(_ hint: WorkHint) { take(.hint(hint)) }

    /// Reads what has come and acts on it, and connects when it is time to.
    mutating func turn() {
        if handle == nil, connectsAt <= .now() { connect() }
        read()
        take(.turned)
    }

    /// Waits until there is something for a turn to do.
    func wait(_ wakeup: WakeupHandle) {
        if handle == nil {
            wakeup.wait(until: connectsAt)
        } else {
            // The library sends heartbeats while it is asked for what has come.
            let beat = MonotonicTime.now() + configuration.heartbeat / 4
            handle?.wait(wakeup, until: min(beat, dialogue.nextDeadline ?? beat))
        }
    }

    mutating func close() {
        handle.take()?.close()
        take(.lost)
    }

    private mutating func connect() {
        do throws(BrokerError) {
            handle = try BrokerHandle(configuration, prefetch: prefetch)
            backoff.reset()
            events.opened()
            take(.opened)
        } catch {
            giveUp(error.text)
        }
    }

    private mutating func read() {
        do throws(BrokerError) {
            while let message = try handle?.next() { take(.message(message)) }
        } catch {
            giveUp(error.text)
        }
    }

    private mutating func giveUp(_ reason: String) {
        handle = nil
        connectsAt = .now() + backoff.next()
        events.lost(reason)
        take(.lost)
    }

    private mutating func take(_ event: BrokerEvent) {
        do throws(BrokerError) {
            for action in dialogue.handle(event, at: .now()) { try perform(action) }
        } catch {
            giveUp(error.text)
        }
    }

    private func perform(_ action: BrokerAction) throws(BrokerError) {
        switch action {
        case .publish(let hint): try handle?.publish(HintCodec.encode(hint))
        case .acknowledge(let tag): try handle?.acknowledge(upTo: tag)
        case .hear(let hint): hear(hint)
        case .count(let fate, let count): events.count(fate, count)
        case .blocked(let isBlocked): events.blocked(isBlocked)
        case .giveUp(let reason): throw BrokerError(reason)
        }
    }
}
