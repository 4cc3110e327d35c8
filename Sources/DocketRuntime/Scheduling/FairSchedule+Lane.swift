extension FairSchedule {
    /// The owners of one class that have work, in the order of their turns.
    struct Lane: Sendable {
        private struct Account: Sendable {
            /// Time that is left of its turn; negative when it has used more.
            var deficit: Int64
            var waiting = WaitingJobs()
            var paused: [JobID] = []
            var delay = QueueDelay()

            var hasWork: Bool { !paused.isEmpty || !waiting.isEmpty }
        }

        private var accounts: [UInt64: Account] = [:]
        /// Those that were not backlogged when their work came; each account is in one of the two.
        private var fresh: [UInt64] = []
        private var backlogged: [UInt64] = []

        /// Whether some job waits or is paused.
        var hasWork: Bool { accounts.values.contains { $0.hasWork } }

        /// How long the owner has to wait before it may bring more; nil when it may now.
        func refusal(_ owner: UInt64, _ limits: Limits, at now: UInt64) -> UInt64? {
            guard accounts[owner] != nil else { return nil }
            let oldest = accounts[owner]?.waiting.oldest.map { now &- $0 } ?? 0
            let isFull = accounts[owner]?.waiting.count ?? 0 >= limits.ownerWaiting
            let isLate = accounts[owner]?.delay.exceedsTarget == true && oldest > limits.delayTarget
            return isFull || isLate ? max(oldest, limits.delayTarget / 5) : nil
        }

        mutating func add(_ id: JobID, of owner: UInt64, since now: UInt64, _ limits: Limits) {
            enter(owner, limits)
            accounts[owner]?.waiting.append(id, since: now)
        }

        /// A job that gives way, or is about to; it goes on before others of its owner.
        mutating func putBack(_ id: JobID, of owner: UInt64, _ limits: Limits) {
            enter(owner, limits)
            accounts[owner]?.paused.insert(id, at: 0)
        }

        mutating func removeWaiting(_ id: JobID, of owner: UInt64) {
            accounts[owner]?.waiting.remove(id)
        }

        mutating func removePaused(_ id: JobID, of owner: UInt64) {
            accounts[owner]?.paused.removeAll { $0 == id }
        }

        mutating func noteDelay(
            of owner: UInt64,
            _ delay: UInt64,
            _ limits: Limits,
            at now: UInt64
        ) { accounts[owner]?.delay.began(after: delay, limits, at: now) }

        /// The owner's job has run for this time; its debt is bounded, so that it comes again.
        mutating func charge(_ owner: UInt64, _ time: UInt64, _ limits: Limits) {
            guard let deficit = accounts[owner]?.deficit else { return }
            let least = -100 * Int64(limits.quantum)
            accounts[owner]?.deficit = max(least, deficit - Int64(clamping: time))
        }

        private mutating func enter(_ owner: UInt64, _ limits: Limits) {
            guard accounts[owner] == nil else { return }
            accounts[owner] = Account(deficit: Int64(limits.quantum))
            fresh.append(owner)
        }

        /// Takes the job whose turn it is; `mayBegin` says of which owners new jobs may begin.
        mutating func take(_ limits: Limits, mayBegin: (UInt64) -> Bool) -> JobID? {
            takeFresh(limits, mayBegin) ?? takeBacklogged(limits, mayBegin)
        }

        // Accounts are looked at in place: a copy would be a copy of their jobs when one is taken.

        private func isReady(_ owner: UInt64, _ mayBegin: (UInt64) -> Bool) -> Bool {
            accounts[owner]?.paused.isEmpty == false
                || (accounts[owner]?.waiting.isEmpty == false && mayBegin(owner))
        }

        private func hasWork(_ owner: UInt64) -> Bool { accounts[owner]?.hasWork ?? false }

        private func deficit(of owner: UInt64) -> Int64 { accounts[owner]?.deficit ?? 0 }

        private mutating func takeFresh(
            _ limits: Limits,
            _ mayBegin: (UInt64) -> Bool
        ) -> JobID? {
            var place = 0
            while place < fresh.count {
                let owner = fresh[place]
                // Who has nothing more keeps a place behind: coming again is no way to be first.
                if deficit(of: owner) <= 0 || !hasWork(owner) {
                    fresh.remove(at: place)
                    backlogged.append(owner)
                } else if isReady(owner, mayBegin) {
                    return pop(owner)
                } else {
                    place += 1
                }
            }
            return nil
        }

        private mutating func takeBacklogged(
            _ limits: Limits,
            _ mayBegin: (UInt64) -> Bool
        ) -> JobID? {
            if let id = passBacklogged(limits, mayBegin) { return id }
            // All that are ready have used up their turns: as many rounds as the first needs.
            let ready = backlogged.filter { isReady($0, mayBegin) }
            let quantum = Int64(limits.quantum)
            let rounds = ready.map { -deficit(of: $0) / quantum + 1 }.min()
            guard let rounds else { return nil }
            for owner in ready { accounts[owner]?.deficit += rounds * quantum }
            return passBacklogged(limits, mayBegin)
        }

        /// The first that is ready and has time left; those before it that have none go behind.
        private mutating func passBacklogged(
            _ limits: Limits,
            _ mayBegin: (UInt64) -> Bool
        ) -> JobID? {
            var place = 0
            var left = backlogged.count
            while left > 0 {
                left -= 1
                let owner = backlogged[place]
                guard hasWork(owner) else {
                    leave(owner, at: place, limits)
                    continue
                }
                guard isReady(owner, mayBegin) else {
                    place += 1
                    continue
                }
                if deficit(of: owner) > 0 { return pop(owner) }
                backlogged.remove(at: place)
                backlogged.append(owner)
            }
            return nil
        }

        /// An owner without work whose turn has come: it is forgotten once its debt is paid.
        private mutating func leave(_ owner: UInt64, at place: Int, _ limits: Limits) {
            backlogged.remove(at: place)
            guard deficit(of: owner) <= 0 else {
                accounts[owner] = nil
                return
            }
            accounts[owner]?.deficit += Int64(limits.quantum)
            backlogged.append(owner)
        }

        private mutating func pop(_ owner: UInt64) -> JobID? {
            guard accounts[owner]?.paused.isEmpty == false else {
                return accounts[owner]?.waiting.popFirst()
            }
            return accounts[owner]?.paused.removeFirst()
        }
    }

    /// Jobs of one owner that have not begun, first in, first out.
    struct WaitingJobs: Sendable {
        private var entries: [(id: JobID, since: UInt64)] = []
        private var next = 0
        /// Those in the middle that were taken out.
        private var removed: Set<JobID> = []

        var count: Int { entries.count - next - removed.count }
        var isEmpty: Bool { count == 0 }

        /// Since when the first has waited.
        var oldest: UInt64? {
            entries[next...].first { !removed.contains($0.id) }?.since
        }

        mutating func append(_ id: JobID, since now: UInt64) { entries.append((id, now)) }

        mutating func remove(_ id: JobID) { removed.insert(id) }

        mutating func popFirst() -> JobID? {
            while next < entries.count {
                let id = entries[next].id
                next += 1
                if next == entries.count || next > 1024 {
                    entries.removeFirst(next)
                    next = 0
                }
                if removed.remove(id) == nil { return id }
            }
            return nil
        }
    }

    /// Whether an owner's jobs wait too long, after CoDel: it is the least wait of an interval that
    /// tells a standing queue from a burst.
    struct QueueDelay: Hashable, Sendable {
        private var least = UInt64.max
        private var end: UInt64 = 0
        private(set) var exceedsTarget = false

        mutating func began(after delay: UInt64, _ limits: Limits, at now: UInt64) {
            if now >= end {
                exceedsTarget = least != .max && least > limits.delayTarget
                least = .max
                end = now + limits.delayInterval
            }
            least = min(least, delay)
        }
    }
}
