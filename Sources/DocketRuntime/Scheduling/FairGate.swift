internal import DocketSystem
internal import Synchronization

/// Lets as many calls to a peer through at once as it can use, in turns of their owners.
///
/// ``FairSchedule`` decides whose is next, as it does for ``FairThreads``, and refuses an owner
/// whose calls wait too long; a quarter of the places is for owners that have none.
/// ``ConcurrencyLimit`` says how many places there are.
package final class FairGate: Sendable {
    /// The place of a call that was let through; it is to be given back.
    package struct Place: Sendable {
        fileprivate let id: FairSchedule.JobID
        fileprivate let began: MonotonicTime
        /// Calls under way, this one among them, when it began.
        fileprivate let count: Int
    }

    private typealias Waiter = CheckedContinuation<Result<Place, FairThreadsRefusal>, Never>

    private struct State {
        var schedule: FairSchedule
        var concurrency: ConcurrencyLimit
        var waiters: [FairSchedule.JobID: Waiter] = [:]
        var running = 0
        var isClosed = false

        /// Nothing is paused or checked: all that have begun run.
        mutating func begin(_ actions: [FairSchedule.Action], at now: MonotonicTime) -> [Begun] {
            actions.compactMap { action in
                guard case .start(let id) = action, let waiter = waiters.removeValue(forKey: id)
                else { return nil }
                running += 1
                return Begun(waiter: waiter, place: Place(id: id, began: now, count: running))
            }
        }
    }

    /// A call that has its place, to be told once the state is unlocked.
    private struct Begun {
        let waiter: Waiter
        let place: Place

        func resume() { waiter.resume(returning: .success(place)) }
    }

    private let state: Mutex<State>

    package init(_ configuration: ConcurrencyLimit.Configuration = .init()) {
        let concurrency = ConcurrencyLimit(configuration)
        state = Mutex(
            State(
                schedule: FairSchedule(.places(of: concurrency)),
                concurrency: concurrency
            )
        )
    }

    /// Calls that may be under way at once.
    package var limit: Int { state.withLock { $0.concurrency.limit } }

    /// Calls that wait for a place.
    package var waiting: Int { state.withLock { $0.schedule.waiting } }

    /// A place for a call of `owner`, in its turn.
    ///
    /// `onSubmitted` gets a function that withdraws it while it waits.
    package func enter(
        _ owner: UInt64,
        _ workClass: WorkClass,
        onSubmitted: (@escaping @Sendable () -> Void) -> Void = { _ in }
    ) async throws(FairThreadsRefusal) -> Place {
        let result = await withCheckedContinuation { waiter in
            if let id = submit(owner, workClass, waiter) {
                onSubmitted { [weak self] in self?.withdraw(id) }
            }
        }
        return try result.get()
    }

    private func submit(
        _ owner: UInt64,
        _ workClass: WorkClass,
        _ waiter: Waiter
    ) -> FairSchedule.JobID? {
        let now = MonotonicTime.now()
        var refusal = FairThreadsRefusal.ended
        let (id, begun) = state.withLock { state -> (FairSchedule.JobID?, [Begun]) in
            guard !state.isClosed else { return (nil, []) }
            let id = state.schedule.nextJob
            switch state.schedule.submitted(owner, workClass, at: now.nanoseconds) {
            case .refused(let wait):
                refusal = .tooMuchWaits(retryAfter: .nanoseconds(Int64(clamping: wait)))
                return (nil, [])
            case .accepted(let actions):
                state.waiters[id] = waiter
                return (id, state.begin(actions, at: now))
            }
        }
        for begun in begun { begun.resume() }
        if id == nil { waiter.resume(returning: .failure(refusal)) }
        return id
    }

    private func withdraw(_ id: FairSchedule.JobID) {
        let waiter = state.withLock { state -> Waiter? in
            let now = MonotonicTime.now().nanoseconds
            guard state.schedule.withdrawn(id, at: now).isGone else { return nil }
            return state.waiters.removeValue(forKey: id)
        }
        waiter?.resume(returning: .failure(.withdrawn))
    }

    /// Gives the place back; `isTelling` says whether the time that the call took is the peer's.
    package func leave(_ place: Place, isTelling: Bool) {
        let now = MonotonicTime.now()
        let begun = state.withLock { state in
            state.running -= 1
            var actions = state.schedule.finished(place.id, at: now.nanoseconds)
            if isTelling {
                state.concurrency.ended(after: now - place.began, beside: place.count)
                let limits = FairSchedule.Limits.places(of: state.concurrency)
                actions += state.schedule.resized(limits, at: now.nanoseconds)
            }
            return state.begin(actions, at: now)
        }
        for begun in begun { begun.resume() }
    }

    /// Refuses those that wait, and all that come.
    package func close() {
        let waiters = state.withLock { state in
            state.isClosed = true
            for id in state.waiters.keys { _ = state.schedule.withdrawn(id, at: 0) }
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume(returning: .failure(.ended)) }
    }
}

extension FairSchedule.Limits {
    /// The most that one owner has leaves a quarter to others; of its calls as many may wait as
    /// begin within half a second, at most sixteen for each place.
    fileprivate static func places(of concurrency: ConcurrencyLimit) -> FairSchedule.Limits {
        var limits = FairSchedule.Limits()
        let count = concurrency.limit
        let begun = concurrency.time.map { time in .milliseconds(500) / max(time, .microseconds(1))
        }
        limits.width = count
        limits.begun = count
        limits.ownerWaiting = Int(Double(count) * min(16, max(1, begun ?? 16)))
        limits.ownerBegun = max(1, count - max(1, count / 4))
        return limits
    }
}
