internal import DocketWire

/// The memory that calls take: charged to the session's budget here, and given back here.
extension Connection {
    /// Takes `bytes` that a call is about to hold from the budget; false when that has no room.
    func charge(_ bytes: Int, to entry: CallEntry) -> Bool {
        guard session?.budget.take(bytes) ?? true else { return false }
        entry.charged += bytes
        return true
    }

    /// Gives back what a call no longer holds of what it was charged.
    ///
    /// Charged is the message that is being collected over several frames.
    func settle(_ entry: CallEntry) {
        let surplus = entry.charged - entry.held.collected
        guard entry.charged > 0, surplus > 0 else { return }
        session?.budget.give(surplus)
        entry.charged -= surplus
    }
}
