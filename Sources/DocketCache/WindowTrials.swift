/// Finds out how large the window of a ``WindowTinyLFU`` should be: small ones of its kind, each
/// with another window, are tried on a sample of the same requests, and the best one is followed.
///
/// No window suits all: where what was asked for last comes next, a small one finds next to
/// nothing, and where a scan goes round and round, a large one does. Climbing from one size to the
/// next finds no way where the hits begin only further on; trials see that at once. They hold no
/// replies, and together have at most 384 entries, whatever the tenant has.
struct WindowTrials: Sendable {
    /// Windows that are tried, as parts of the bytes; the first is where trials begin.
    private static let shares = [0.01, 0.2, 0.99]
    /// The window of a tenant with so few replies that there is nothing to be learned.
    static let shareOfFew = 0.2
    /// Entries of one trial, of half of the tenant's at most; with fewer than the least there is
    /// none.
    private static let entries = 16...128
    /// Requests of the sample for each entry of a trial, between two choices.
    private static let requestsPerEntry = 2

    private var trials: [WindowTrial] = []
    /// Keys whose hash ends in so many zero bits are in the sample.
    private var sampleBits: UInt64 = 0
    /// The tenant's entries when the sample was chosen.
    private var entriesThen = 0
    private var requests = 0
    private var chosen = 0

    /// The part of the bytes that the window should have.
    var share: Double { trials.isEmpty ? Self.shareOfFew : Self.shares[chosen] }

    /// A reply of this entry was asked for, whose tenant has room for so many in so many bytes.
    ///
    /// - Returns: Whether another share was chosen.
    mutating func requested(_ entry: EntryTable.Entry, among entries: Int, of bytes: Int) -> Bool {
        guard entries >= 2 * Self.entries.lowerBound else { return false }
        if entries > 2 * entriesThen || entries < entriesThen / 2 {
            begin(entries)
            return true
        }
        // Other bits than those by which a sketch and a table find the key.
        let sample = entry.hash >> 24 & (1 << sampleBits - 1)
        guard sample == 0 else { return false }
        let limit = bytes >> Int(sampleBits)
        for index in trials.indices { trials[index].request(entry, limit: limit) }
        requests += 1
        guard requests >= Self.requestsPerEntry * entries >> Int(sampleBits) else { return false }
        requests = 0
        return choose()
    }

    private mutating func begin(_ entries: Int) {
        entriesThen = entries
        sampleBits = 1
        while entries >> Int(sampleBits) > Self.entries.upperBound { sampleBits += 1 }
        trials = Self.shares.map { WindowTrial(windowShare: $0) }
        requests = 0
    }

    private mutating func choose() -> Bool {
        var best = chosen
        var most = trials[chosen].saved + trials[chosen].doubt
        for (index, trial) in trials.enumerated() where trial.saved > most {
            (best, most) = (index, trial.saved)
        }
        // What was saved long ago says less and less.
        for index in trials.indices { trials[index].forget() }
        defer { chosen = best }
        return best != chosen
    }
}

/// A ``WindowTinyLFU`` without replies, with a window of a fixed share.
private struct WindowTrial: Sendable {
    private static let hitsByChance = 6.0

    private var table = EntryTable()
    private var slots = DigestTable()
    private var policy: WindowTinyLFU
    private var hits = 0.0
    /// The benefit of all requests that found their reply; those of earlier choices count less.
    private(set) var saved = 0.0

    /// What another trial may have saved more by chance: half of the standard deviation, and what
    /// a few hits save.
    var doubt: Double {
        let mean = hits > 0 ? saved / hits : 1
        return mean * (hits.squareRoot() / 2 + Self.hitsByChance)
    }

    init(windowShare: Double) { policy = WindowTinyLFU(windowShare: windowShare) }

    mutating func forget() {
        hits *= 0.875
        saved *= 0.875
    }

    /// Asks for the reply of this entry, and stores it where it is not found.
    mutating func request(_ entry: EntryTable.Entry, limit: Int) {
        let digest = KeyDigest(low: entry.hash, high: 0)
        if let slot = slots.slot(of: digest) {
            hits += 1
            saved += Double(entry.benefit)
            return policy.used(slot, &table)
        }
        let slot = table.add(
            EntryTable.Entry(
                hash: entry.hash,
                tenant: 0,
                benefit: entry.benefit,
                weight: entry.weight
            )
        )
        slots.insert(digest, slot: slot)
        policy.inserted(slot, &table)
        while policy.bytes > limit, let slot = policy.victim(contests: true, table) {
            slots.remove(KeyDigest(low: table[slot].hash, high: 0))
            policy.removed(slot, &table)
            table.remove(slot)
        }
    }
}
