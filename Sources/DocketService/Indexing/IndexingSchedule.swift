package import DocketCore

/// Which tenants are indexed now, which wait and which sleep: events in, actions out.
///
/// Tenants take turns, one group each, so that a tenant with a million documents delays another by
/// one group. A tenant is in at most one of the states, so the schedule is bounded by the tenants.
package struct IndexingSchedule: Sendable {
    /// What the owner does next.
    package enum Action: Hashable, Sendable {
        /// Index one group of the tenant and report with `finished` or `failed`.
        case start(TenantID)
        /// Report `awoke` after this time.
        case wait(TenantID, Duration)
    }

    enum TenantState {
        case queued
        case running(isFilledAgain: Bool)
        /// Its tenant was deleted while the group ran.
        case leaving
        /// Waits for its second, or for an error to pass; `failures` in a row.
        case sleeping(failures: Int)
    }

    private static let firstDelay = Duration.milliseconds(100)
    private static let longestDelay = Duration.seconds(30)

    /// Tenants indexed at once.
    package let width: Int
    /// Of the tenants that have something to do or to wait for.
    private(set) var states: [TenantID: TenantState] = [:]
    private var failures: [TenantID: Int] = [:]
    private var queue: [TenantID] = []
    private var running = 0
    /// Nothing starts; what waits stays where it is.
    private(set) var isHeld = false

    package init(width: Int) { self.width = max(1, width) }

    /// Documents wait in the tenant's outbox.
    package mutating func filled(_ tenant: TenantID) -> [Action] {
        switch states[tenant] {
        case nil:
            enqueue(tenant)
        case .sleeping(0):
            enqueue(tenant)
        case .running:
            states[tenant] = .running(isFilledAgain: true)
        case .queued, .sleeping, .leaving:
            break
        }
        return startNext()
    }

    /// An operator holds indexing, or lets it go on.
    package mutating func set(isHeld: Bool) -> [Action] {
        self.isHeld = isHeld
        return startNext()
    }

    /// One group is done.
    package mutating func finished(_ tenant: TenantID, _ progress: IndexingProgress) -> [Action] {
        if case .leaving? = states[tenant] { return left(tenant) }
        guard case .running(let isFilledAgain)? = states[tenant] else { return [] }
        running -= 1
        failures[tenant] = nil
        if isFilledAgain || progress.hasMore {
            enqueue(tenant)
        } else if let wait = progress.wakeAfter {
            states[tenant] = .sleeping(failures: 0)
            return [.wait(tenant, wait)] + startNext()
        } else {
            states[tenant] = nil
        }
        return startNext()
    }

    /// The group could not be indexed now; the tenant comes again after a delay that doubles.
    package mutating func failed(_ tenant: TenantID) -> [Action] {
        if case .leaving? = states[tenant] { return left(tenant) }
        guard case .running? = states[tenant] else { return [] }
        running -= 1
        let count = failures[tenant, default: 0] + 1
        failures[tenant] = count
        states[tenant] = .sleeping(failures: count)
        let delay = min(Self.longestDelay, Self.firstDelay * (1 << min(count - 1, 12)))
        return [.wait(tenant, delay)] + startNext()
    }

    /// The tenant's delay is over.
    package mutating func awoke(_ tenant: TenantID) -> [Action] {
        guard case .sleeping? = states[tenant] else { return startNext() }
        enqueue(tenant)
        return startNext()
    }

    /// The tenant is gone.
    package mutating func removed(_ tenant: TenantID) {
        failures[tenant] = nil
        guard let state = states[tenant] else { return }
        switch state {
        case .running: states[tenant] = .leaving
        case .leaving: break
        case .queued, .sleeping:
            states[tenant] = nil
            queue.removeAll { $0 == tenant }
        }
    }

    private mutating func left(_ tenant: TenantID) -> [Action] {
        running -= 1
        states[tenant] = nil
        return startNext()
    }

    private mutating func enqueue(_ tenant: TenantID) {
        states[tenant] = .queued
        queue.append(tenant)
    }

    private mutating func startNext() -> [Action] {
        var actions: [Action] = []
        while running < width, !isHeld, !queue.isEmpty {
            let tenant = queue.removeFirst()
            states[tenant] = .running(isFilledAgain: false)
            running += 1
            actions.append(.start(tenant))
        }
        return actions
    }
}
