internal import DocketCore
internal import DocketRuntime
internal import DocketSystem

/// The connection as its thread keeps it: connects, sends what the pipeline says, and hands its
/// answers to who waits.
struct RedisLink: ~Copyable {
    /// Who waits, and for what.
    typealias Waiter = CheckedContinuation<RedisPipeline.Answer, Never>

    private let configuration: RedisConfiguration
    private let events: RedisEvents
    private var pipeline: RedisPipeline
    private var handle: RedisHandle?
    private var isSent = true
    private var waiters: [UInt64: Waiter] = [:]
    private var backoff: Backoff
    private var connectsAt = MonotonicTime(nanoseconds: 0)

    init(_ configuration: RedisConfiguration, _ events: RedisEvents) {
        self.configuration = configuration
        self.events = events
        var limits = RedisPipeline.Limits()
        limits.silence = configuration.silenceLimit
        pipeline = RedisPipeline(limits)
        backoff = Backoff(
            base: configuration.retryBase,
            cap: configuration.retryCap,
            jitter: .equal
        )
    }

    var isOpen: Bool { pipeline.isOpen }

    /// Takes a lookup, and who waits for it.
    mutating func look(_ lookup: RedisPipeline.Lookup, for waiter: Waiter) {
        waiters[lookup.ticket] = waiter
        take(.lookup(lookup))
    }

    mutating func store(_ entry: RedisPipeline.Entry) { take(.store(entry)) }

    /// Reads and sends what can be, and connects when it is time to.
    mutating func turn() {
        if handle == nil {
            if connectsAt <= .now() { connect() }
        } else {
            exchange()
        }
        take(.timePassed)
        flush()
    }

    /// Waits until there is something for a turn to do.
    func wait(_ wakeup: WakeupHandle) {
        let longest = MonotonicTime.now() + .seconds(60)
        let deadline = min(longest, pipeline.nextDeadline ?? longest)
        if handle == nil {
            wakeup.wait(until: min(deadline, connectsAt))
        } else {
            handle?.wait(writes: !isSent, wakeup, until: deadline)
        }
    }

    /// Closes the connection; who waits is told.
    mutating func close() {
        handle = nil
        take(.lost)
    }

    /// A name of a host is looked up here, however long that takes: nobody waits meanwhile.
    private mutating func connect() {
        do throws(RedisError) {
            let greeting = try configuration.greeting()
            let made = try RedisHandle(host: configuration.host, port: configuration.port)
            for command in greeting { try made.append(command) }
            handle = consume made
            isSent = false
            take(.begun(commands: greeting.count))
        } catch {
            giveUp(error.text)
        }
    }

    private mutating func exchange() {
        do throws(RedisError) {
            try handle?.receive()
            while let reply = try handle?.next() { take(.answered(reply)) }
        } catch {
            giveUp(error.text)
        }
    }

    private mutating func flush() {
        guard !isSent else { return }
        do throws(RedisError) {
            isSent = try handle?.flush() ?? true
        } catch {
            giveUp(error.text)
        }
    }

    private mutating func giveUp(_ reason: String) {
        handle = nil
        isSent = true
        connectsAt = .now() + backoff.next()
        events.lost(reason)
        take(.lost)
    }

    private mutating func take(_ event: RedisPipeline.Event) {
        for action in pipeline.handle(event, at: .now()) {
            switch action {
            case .opened: backoff.reset()
            case .get(let keys):
                events.asked(keys.count)
                send([Array("MGET".utf8)] + keys.map(\.redisName))
            case .set(let entry):
                let lifetime = configuration.lifetime.wholeNanoseconds / 1_000_000
                send([
                    Array("SET".utf8), entry.key.redisName, entry.reply.bytes, Array("PX".utf8),
                    Array(String(lifetime).utf8),
                ])
            case .settle(let ticket, let answer):
                waiters.removeValue(forKey: ticket)?.resume(returning: answer)
            case .dropped: events.dropped()
            case .refused(let text): events.refused(text)
            case .giveUp(let reason):
                giveUp(reason)
                return
            }
        }
    }

    private mutating func send(_ command: [[UInt8]]) {
        do throws(RedisError) {
            try handle?.append(command)
            isSent = false
        } catch {
            giveUp(error.text)
        }
    }
}

extension SharedReplyKey {
    /// Its name in Redis, which begins so that an access list can name all of Docket's.
    var redisName: [UInt8] {
        var name = Array("docket:reply:".utf8)
        for byte in bytes { Hexadecimal.append(byte, to: &name) }
        return name
    }
}
