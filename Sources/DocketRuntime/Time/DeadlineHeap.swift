package import DocketSystem

/// Names one deadline of one heap; stale once that deadline has passed or was cancelled.
package struct DeadlineToken: Hashable, Sendable {
    fileprivate let slot: UInt32
    fileprivate let generation: UInt32
}

/// Deadlines in order of time, each with what is due then: O(log n) to insert and to cancel.
///
/// Equal times come out in the order in which they went in. A cancelled deadline is gone at once,
/// with everything its payload refers to.
package struct DeadlineHeap<Payload> {
    private struct Entry {
        let time: MonotonicTime
        let order: UInt64
        let slot: UInt32

        func precedes(_ other: Entry) -> Bool {
            time != other.time ? time < other.time : order < other.order
        }
    }

    private struct Slot {
        var generation: UInt32 = 0
        var position = 0
        var payload: Payload?
    }

    private var entries: [Entry] = []
    private var slots: [Slot] = []
    private var freeSlots: [UInt32] = []
    private var inserted: UInt64 = 0

    package init() {}

    package var count: Int { entries.count }
    package var isEmpty: Bool { entries.isEmpty }

    /// The time of the earliest deadline.
    package var first: MonotonicTime? { entries.first?.time }

    package mutating func insert(at time: MonotonicTime, _ payload: Payload) -> DeadlineToken {
        let slot = freeSlots.popLast() ?? addSlot()
        slots[Int(slot)].payload = payload
        inserted += 1
        entries.append(Entry(time: time, order: inserted, slot: slot))
        siftUp(entries.count - 1)
        return DeadlineToken(slot: slot, generation: slots[Int(slot)].generation)
    }

    /// Takes the deadline out and returns its payload; `nil` when it has passed or was cancelled.
    @discardableResult
    package mutating func cancel(_ token: DeadlineToken) -> Payload? {
        let slot = Int(token.slot)
        guard slot < slots.count, slots[slot].generation == token.generation else { return nil }
        return remove(at: slots[slot].position)
    }

    /// Takes out the earliest deadline if it is not after `now`.
    package mutating func popDue(at now: MonotonicTime) -> Payload? {
        guard let first, first <= now else { return nil }
        return remove(at: 0)
    }

    private mutating func addSlot() -> UInt32 {
        slots.append(Slot())
        return UInt32(slots.count - 1)
    }

    private mutating func remove(at position: Int) -> Payload? {
        let slot = entries[position].slot
        let last = entries.removeLast()
        if position < entries.count {
            entries[position] = last
            siftDown(position)
            siftUp(position)
        }
        // Stale tokens of this slot are told from later ones by the generation.
        slots[Int(slot)].generation &+= 1
        freeSlots.append(slot)
        defer { slots[Int(slot)].payload = nil }
        return slots[Int(slot)].payload
    }

    private mutating func siftUp(_ start: Int) {
        let entry = entries[start]
        var position = start
        while position > 0 {
            let parent = (position - 1) / 2
            guard entry.precedes(entries[parent]) else { break }
            place(entries[parent], at: position)
            position = parent
        }
        place(entry, at: position)
    }

    private mutating func siftDown(_ start: Int) {
        let entry = entries[start]
        var position = start
        while true {
            var child = 2 * position + 1
            guard child < entries.count else { break }
            if child + 1 < entries.count, entries[child + 1].precedes(entries[child]) { child += 1 }
            guard entries[child].precedes(entry) else { break }
            place(entries[child], at: position)
            position = child
        }
        place(entry, at: position)
    }

    private mutating func place(_ entry: Entry, at position: Int) {
        entries[position] = entry
        slots[Int(entry.slot)].position = position
    }
}
