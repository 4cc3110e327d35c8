/// Which of one tenant's replies give way: W-TinyLFU over bytes (Einziger, Friedman, Manes 2017).
///
/// What comes goes into a window, by recency. What the window has no more room for must be worth
/// more than what it would push out of the main area, a segmented LRU, to be kept. How large the
/// window is may change at any time, see ``WindowTrials``. It has no bound of its own: who owns it
/// asks for victims until there is room.
struct WindowTinyLFU: Sendable {
    private struct Segment: Sendable {
        var list = SlotLists.List()
        var bytes = 0
    }

    /// Part of the main area for what was asked for again while it was there, in percent.
    private static let protectedPercent = 80
    /// Entries that are moved from one segment to another for one request, at most.
    private static let movesMaximum = 64
    /// Victims that one candidate is compared with, at most.
    private static let victimsMaximum = 8

    private var window = Segment()
    private var probation = Segment()
    private var protected = Segment()
    private var sketch = FrequencySketch()
    /// An entry that left the window for the newest one and was compared with nobody yet.
    ///
    /// Those before it in probation did so after it. -1 for none.
    private var candidate: Int32 = -1
    private(set) var count = 0
    /// The part of the bytes that the window has, 0 to 1; never less than one entry.
    var windowShare: Double

    init(windowShare: Double) { self.windowShare = windowShare }

    var bytes: Int { window.bytes + probation.bytes + protected.bytes }
    private var windowTarget: Int { Int(Double(bytes) * windowShare) }

    // MARK: Events

    /// A reply was not found, and is stored as this entry, which is in no list yet.
    mutating func inserted(_ slot: Int, _ table: inout EntryTable) {
        count += 1
        sketch.reserve(count)
        sketch.add(table[slot].hash)
        push(slot, to: .window, &table)
        settle(&table)
    }

    /// A reply was found.
    mutating func used(_ slot: Int, _ table: inout EntryTable) {
        sketch.add(table[slot].hash)
        let segment = table[slot].segment
        // What is asked for again and again is there already.
        guard segment == .probation || self[segment].list.first != slot else { return }
        take(slot, &table)
        push(slot, to: segment == .window ? .window : .protected, &table)
        if segment == .probation { demote(&table) }
    }

    /// An entry has more bytes than before, or fewer.
    mutating func changed(_ slot: Int, by weight: Int, _ table: inout EntryTable) {
        table[slot].weight += Int32(weight)
        self[table[slot].segment].bytes += weight
        settle(&table)
    }

    /// An entry goes, for whatever reason; its slot is still the caller's.
    mutating func removed(_ slot: Int, _ table: inout EntryTable) {
        take(slot, &table)
        count -= 1
    }

    // MARK: Victims

    /// The entry to take out next, nil when there is none.
    ///
    /// With `contests` those that have left the window for the newest entry must show first that
    /// they are worth more than what would go for them; without it the least recent goes.
    mutating func victim(contests: Bool, _ table: EntryTable) -> Int? {
        if contests, candidate >= 0 {
            let slot = candidate
            candidate = table.lists.previous(of: slot)
            let isAlone = probation.list.last == slot
            let rival = isAlone ? protected.list.last : probation.list.last
            guard rival >= 0, isWorth(slot, rival, table) else { return Int(slot) }
            return Int(rival)
        }
        return leastRecent.map { Int($0) }
    }

    private var leastRecent: Int32? {
        if !probation.list.isEmpty { return probation.list.last }
        if !protected.list.isEmpty { return protected.list.last }
        return window.list.isEmpty ? nil : window.list.last
    }

    /// Whether a candidate is worth more than the entries that would go for it, from `rival` on.
    ///
    /// One that is larger must outweigh all that make room for it: aggregated victims (Einziger,
    /// Eytan, Friedman, Manes: Lightweight robust size aware cache management, 2022).
    private func isWorth(_ candidate: Int32, _ rival: Int32, _ table: EntryTable) -> Bool {
        let weight = Int(table[Int(candidate)].weight)
        var (bytes, worth, slot) = (0, 0, rival)
        for _ in 0..<Self.victimsMaximum where bytes < weight && slot >= 0 && slot != candidate {
            bytes += Int(table[Int(slot)].weight)
            worth += self.worth(slot, table)
            slot = table.lists.previous(of: slot)
        }
        let own = self.worth(candidate, table)
        // Those beyond the maximum are taken to be like those that were seen.
        return bytes < weight ? own * bytes > worth * weight : own > worth
    }

    /// What requests for it have saved lately.
    private func worth(_ slot: Int32, _ table: EntryTable) -> Int {
        let entry = table[Int(slot)]
        return sketch.frequency(of: entry.hash) * Int(entry.benefit)
    }

    // MARK: Segments

    private subscript(segment: EntryTable.Segment) -> Segment {
        get {
            switch segment {
            case .window: window
            case .probation: probation
            case .protected: protected
            }
        }
        set {
            switch segment {
            case .window: window = newValue
            case .probation: probation = newValue
            case .protected: protected = newValue
            }
        }
    }

    private mutating func push(
        _ slot: Int,
        to segment: EntryTable.Segment,
        _ table: inout EntryTable
    ) {
        table[slot].segment = segment
        self[segment].bytes += Int(table[slot].weight)
        table.lists.pushFirst(slot, to: &self[segment].list)
    }

    private mutating func take(_ slot: Int, _ table: inout EntryTable) {
        if candidate == slot { candidate = table.lists.previous(of: candidate) }
        let segment = table[slot].segment
        self[segment].bytes -= Int(table[slot].weight)
        table.lists.remove(slot, from: &self[segment].list)
    }

    /// Brings the segments to their sizes, as far as one request may.
    private mutating func settle(_ table: inout EntryTable) {
        demote(&table)
        candidate = -1
        let target = windowTarget
        for _ in 0..<Self.movesMaximum where window.bytes > target && !window.list.hasOne {
            let slot = window.list.last
            take(Int(slot), &table)
            push(Int(slot), to: .probation, &table)
            if candidate < 0 { candidate = slot }
        }
    }

    /// Moves what was not asked for the longest out of a protected segment that is too large.
    private mutating func demote(_ table: inout EntryTable) {
        let target = (bytes - windowTarget) / 100 * Self.protectedPercent
        for _ in 0..<Self.movesMaximum where protected.bytes > target && !protected.list.hasOne {
            let slot = Int(protected.list.last)
            take(slot, &table)
            push(slot, to: .probation, &table)
        }
    }
}
