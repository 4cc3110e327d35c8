internal import DocketCore
internal import DocketRuntime
internal import DocketSystem

/// What an index of its own is sent, and when: events in, actions out.
///
/// A change is leased from the outbox, waits, travels in a bulk, waits for a refresh that begins
/// after its bulk has ended, and is completed. What is held of all that has a bound, and each lease
/// is long enough for the way from there: what cannot make it is given back.
struct BulkSchedule: Sendable {
    /// Changes that are sent together.
    struct Bulk: Sendable {
        let number: UInt64
        let changes: [LeasedChange]
    }

    /// What the owner does next; each but `release`, `fail` and `wake` is answered by an event.
    enum Action: Sendable {
        /// Answered by `leased` or `leaseFailed`.
        case lease(documents: Int, bytes: Int)
        /// Answered by `sent` or `sendFailed`.
        case send(Bulk)
        case release([Lease], after: Duration, isAttempt: Bool)
        case fail([IndexFailure])
        /// Answered by `refreshed`.
        case refresh(Set<IndexPlace>)
        /// Answered by `completed`.
        case complete([AppliedChange], foundSince: MonotonicTime)
        /// Call `tick` at this time.
        case wake(at: MonotonicTime)
        /// Nothing is under way any more.
        case end
    }

    enum Mode: Sendable {
        case flowing
        /// Nothing is sent or leased before then: the engine or the outbox was busy or away.
        case pausing(until: MonotonicTime)
        /// The engine takes no writes: one document is sent now and then.
        case held(nextCanary: MonotonicTime)
        case stopping
        case ended
    }

    private struct Asked {
        let at: MonotonicTime
        let documents: Int
        let bytes: Int
    }

    let limits: BulkLimits
    private(set) var mode = Mode.flowing
    private var waiting = WaitingChanges()
    private var underWay: [UInt64: [WaitingChange]] = [:]
    private var refreshes: RefreshSchedule
    /// What searches find and the outbox has not heard of.
    private var finished: [AppliedChange] = []
    private var completing: [AppliedChange] = []
    private var nextCompletion: MonotonicTime
    private var asked: Asked?
    /// When the outbox is looked into again.
    private var nextLook: MonotonicTime
    /// But not before then.
    private var earliestLook: MonotonicTime
    /// Whether the last look left nothing in the outbox.
    private var isDrained = false
    private var canary: UInt64?
    private var bulkNumber: UInt64 = 0
    /// Documents of a bulk: fewer after the engine was busy or did not answer.
    private(set) var bulkSize: Int
    private var backoff: Backoff
    private var armed: MonotonicTime?
    private var generator: any RandomNumberGenerator & Sendable

    init(
        _ limits: BulkLimits,
        at now: MonotonicTime,
        generator: any RandomNumberGenerator & Sendable = SystemRandomNumberGenerator()
    ) {
        self.limits = limits
        self.generator = generator
        nextLook = now
        earliestLook = now
        nextCompletion = now
        bulkSize = limits.bulkDocuments
        refreshes = RefreshSchedule(limits)
        backoff = Backoff(base: limits.pauseBase, cap: limits.pauseCap, jitter: .equal)
    }

    /// Leases in all places.
    var held: Int {
        waiting.count + underWay.values.reduce(0) { $0 + $1.count } + refreshes.count
            + finished.count + completing.count
    }

    /// Whether the engine takes no writes.
    var isHeld: Bool {
        if case .held = mode { true } else { false }
    }

    private var isStopping: Bool {
        switch mode {
        case .stopping, .ended: true
        case .flowing, .pausing, .held: false
        }
    }
}

// MARK: Events

extension BulkSchedule {
    /// Something waits in the outbox.
    mutating func filled(at now: MonotonicTime) -> [Action] {
        nextLook = min(nextLook, now)
        return next(at: now)
    }

    /// The time of a `wake` has come.
    mutating func tick(at now: MonotonicTime) -> [Action] {
        if let time = armed, time <= now { armed = nil }
        return next(at: now)
    }

    /// What the outbox gave.
    mutating func leased(_ changes: [LeasedChange], at now: MonotonicTime) -> [Action] {
        guard let asked = asked.take() else { return [] }
        let isWanted: Bool
        switch mode {
        case .flowing, .pausing: isWanted = true
        // A lease that was asked for before the hold began is no canary's.
        case .held: isWanted = changes.count <= 1
        case .stopping, .ended: isWanted = false
        }
        guard isWanted else { return release(changes.map(\.lease)) + next(at: now) }
        let bytes = changes.reduce(0) { $0 + $1.bytes }
        isDrained = changes.count < asked.documents && bytes < asked.bytes
        nextLook = min(nextLook, isDrained ? now + jittered(limits.poll) : now)
        if isDrained, !changes.isEmpty { earliestLook = asked.at + limits.leaseSpacing }
        waiting.add(changes, leased: asked.at)
        return next(at: now)
    }

    /// The outbox or the index could not say what is to be done.
    mutating func leaseFailed(at now: MonotonicTime) -> [Action] {
        asked = nil
        nextLook = now
        pause(at: now)
        return next(at: now)
    }

    /// What became of each change of a bulk.
    mutating func sent(
        _ number: UInt64,
        _ outcomes: [IndexOutcome],
        at now: MonotonicTime
    ) -> [Action] {
        guard let bulk = underWay.removeValue(forKey: number) else { return [] }
        guard outcomes.count == bulk.count else { return failed(bulk, number, at: now) }
        let sorted = SortedOutcomes(bulk, outcomes, limits)
        refreshes.add(sorted.applied, at: now)
        var actions = sorted.attempts
        if !sorted.failed.isEmpty { actions.append(.fail(sorted.failed)) }
        if !sorted.held.isEmpty {
            mode = isStopping ? mode : .held(nextCanary: now + jittered(limits.canary))
            actions += release(sorted.held + waiting.takeAll())
        } else if canary == number {
            mode = .flowing
            nextLook = now
        }
        if canary == number { canary = nil }
        if !sorted.busy.isEmpty {
            shrink()
            let pause = pause(at: now)
            actions += release(sorted.busy, after: pause)
        } else if sorted.held.isEmpty {
            backoff.reset()
            bulkSize = min(limits.bulkDocuments, bulkSize + limits.bulkDocuments / 8 + 1)
        }
        return actions + next(at: now)
    }

    /// It is not known what became of any change of a bulk.
    mutating func sendFailed(_ number: UInt64, at now: MonotonicTime) -> [Action] {
        guard let bulk = underWay.removeValue(forKey: number) else { return [] }
        return failed(bulk, number, at: now)
    }

    private mutating func failed(
        _ bulk: [WaitingChange],
        _ number: UInt64,
        at now: MonotonicTime
    ) -> [Action] {
        if canary == number { canary = nil }
        // The engine may be too slow for so many in the time of an answer.
        shrink()
        let pause = pause(at: now)
        return release(bulk.map(\.change.lease), after: pause) + next(at: now)
    }

    private mutating func shrink() {
        bulkSize = max(limits.bulkDocuments / 64 + 1, bulkSize / 2)
    }

    /// A refresh has ended, well or not.
    mutating func refreshed(isDone: Bool, at now: MonotonicTime) -> [Action] {
        finished += refreshes.ended(isDone: isDone, at: now)
        return next(at: now)
    }

    /// The outbox has heard of the changes of `complete`, or has not.
    mutating func completed(isDone: Bool, at now: MonotonicTime) -> [Action] {
        if !isDone, !isStopping {
            finished = completing + finished
            nextCompletion = now + jitteredPause()
        }
        completing = []
        return next(at: now)
    }

    /// No more is leased; what is under way ends.
    mutating func stopping(at now: MonotonicTime) -> [Action] {
        guard !isStopping else { return [] }
        mode = .stopping
        return release(waiting.takeAll()) + next(at: now)
    }
}

// MARK: What is next

extension BulkSchedule {
    private mutating func next(at now: MonotonicTime) -> [Action] {
        if case .pausing(let until) = mode, until <= now { mode = .flowing }
        // What waited too long would not be completed within its lease.
        var actions = release(waiting.takeAll(leasedUntil: now - limits.sendingTime))
        switch mode {
        case .flowing: actions += send(at: now) + lease(at: now)
        case .held: actions += sendCanary(at: now)
        case .stopping: actions += release(refreshes.takeWaiting())
        case .pausing, .ended: break
        }
        actions += refresh(at: now) + complete(at: now)
        return actions + end() + wake(at: now)
    }

    private mutating func send(at now: MonotonicTime) -> [Action] {
        var actions: [Action] = []
        while underWay.count < limits.width {
            // At most one at a time, so that what is refused keeps nothing else.
            let isAloneUnderWay = underWay.values.contains { $0.first?.change.attempts ?? 0 > 0 }
            if !isAloneUnderWay, let item = waiting.takeAlone() {
                actions.append(begin([item]))
            } else if let bulk = waiting.takeBulk(of: bulkSize, bytes: bulkBytes) {
                actions.append(begin(bulk))
            } else {
                break
            }
        }
        return actions
    }

    /// As much smaller as the number of documents is.
    private var bulkBytes: Int { limits.bulkBytes / limits.bulkDocuments * bulkSize }

    private mutating func begin(_ items: [WaitingChange]) -> Action {
        bulkNumber += 1
        underWay[bulkNumber] = items
        return .send(Bulk(number: bulkNumber, changes: items.map(\.change)))
    }

    private mutating func lease(at now: MonotonicTime) -> [Action] {
        let room = limits.leases - held
        guard now >= max(nextLook, earliestLook), room > 0, waiting.count < limits.bulkDocuments,
            waiting.bytes < limits.bulkBytes
        else { return [] }
        return ask(
            documents: min(limits.width * limits.bulkDocuments, room),
            bytes: limits.width * limits.bulkBytes,
            at: now
        )
    }

    private mutating func ask(documents: Int, bytes: Int, at now: MonotonicTime) -> [Action] {
        guard asked == nil else { return [] }
        asked = Asked(at: now, documents: documents, bytes: bytes)
        nextLook = .distantFuture
        return [.lease(documents: documents, bytes: bytes)]
    }

    private mutating func sendCanary(at now: MonotonicTime) -> [Action] {
        guard case .held(let time) = mode, canary == nil else { return [] }
        if let item = waiting.takeOne() {
            let action = begin([item])
            canary = bulkNumber
            return [action]
        }
        guard now >= time, held < limits.leases else { return [] }
        mode = .held(nextCanary: now + jittered(limits.canary))
        return ask(documents: 1, bytes: 1, at: now)
    }

    private var supply: RefreshSchedule.Supply {
        guard waiting.count == 0, underWay.isEmpty else { return .underWay }
        // Only a refresh makes room for more leases.
        let isFull = held >= limits.leases && finished.isEmpty && completing.isEmpty
        return isDrained || isFull ? .ended : .paused
    }

    private mutating func refresh(at now: MonotonicTime) -> [Action] {
        refreshes.begin(supply, at: now).map { [.refresh($0)] } ?? []
    }

    private mutating func complete(at now: MonotonicTime) -> [Action] {
        // Whose lease has ended is leased again, and found in the index.
        let leaseTime = limits.leaseTime
        finished.removeAll { $0.leased + leaseTime <= now }
        guard completing.isEmpty, !finished.isEmpty, now >= nextCompletion else { return [] }
        completing = Array(finished.prefix(limits.bulkDocuments))
        finished.removeFirst(completing.count)
        let found = completing.compactMap(\.found).max() ?? now
        return [.complete(completing, foundSince: found)]
    }

    private mutating func end() -> [Action] {
        guard case .stopping = mode, underWay.isEmpty, !refreshes.isUnderWay,
            completing.isEmpty, asked == nil
        else { return [] }
        mode = .ended
        return [.end]
    }

    private mutating func wake(at now: MonotonicTime) -> [Action] {
        var times: [MonotonicTime] = []
        switch mode {
        case .flowing: times.append(max(nextLook, earliestLook))
        case .pausing(let until): times.append(until)
        case .held(let time): times.append(time)
        case .stopping, .ended: return []
        }
        if let oldest = waiting.oldest { times.append(oldest + limits.sendingTime) }
        if let due = refreshes.due(supply) { times.append(due) }
        if !finished.isEmpty { times.append(nextCompletion) }
        // What is due now waits for an event, not for time.
        let next = times.filter { $0 > now && $0 < .distantFuture }.min()
        guard let time = next, armed.map({ time < $0 }) ?? true else { return [] }
        armed = time
        return [.wake(at: time)]
    }

    @discardableResult
    private mutating func pause(at now: MonotonicTime) -> Duration {
        refreshes.pressed()
        switch mode {
        case .flowing:
            let delay = jitteredPause()
            mode = .pausing(until: now + delay)
            return delay
        case .pausing(let until): return max(.zero, until - now)
        case .held, .stopping, .ended: return .zero
        }
    }

    private mutating func jitteredPause() -> Duration { backoff.next(using: &generator) }

    /// Within a fifth of `duration`, so that servers do not all come at once.
    private mutating func jittered(_ duration: Duration) -> Duration {
        duration * Double.random(in: 0.8...1.2, using: &generator)
    }

    private func release(_ leases: [Lease], after delay: Duration = .zero) -> [Action] {
        leases.isEmpty ? [] : [.release(leases, after: delay, isAttempt: false)]
    }
}
