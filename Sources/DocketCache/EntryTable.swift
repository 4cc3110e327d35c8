/// What a policy knows of the replies in the cache, by slot, and the lists that they are in.
struct EntryTable: Sendable {
    /// Names an entry; no later one has the same name.
    struct Ticket: Hashable, Sendable {
        fileprivate(set) var slot: Int32
        /// From 1, in the order in which entries came to the slot.
        fileprivate(set) var generation: UInt32

        /// As one word, which is never 0.
        var word: UInt64 { UInt64(generation) << 32 | UInt64(UInt32(bitPattern: slot)) }

        fileprivate init(slot: Int32, generation: UInt32) {
            self.slot = slot
            self.generation = generation
        }

        init(word: UInt64) {
            slot = Int32(truncatingIfNeeded: word)
            generation = UInt32(truncatingIfNeeded: word >> 32)
        }
    }

    /// One reply.
    struct Entry: Sendable {
        /// Of the key by which its popularity is counted.
        let hash: UInt64
        /// The tenant's place.
        let tenant: Int32
        /// What a request saves that finds it, in any unit; 1 or more.
        let benefit: Int32
        /// Bytes.
        var weight: Int32
        var segment = Segment.window
        fileprivate(set) var generation: UInt32 = 0
        fileprivate var isLive = true

        init(hash: UInt64, tenant: Int32, benefit: Int32, weight: Int32) {
            self.hash = hash
            self.tenant = tenant
            self.benefit = benefit
            self.weight = weight
        }
    }

    /// The list that an entry is in.
    enum Segment: UInt8, Sendable {
        /// What came last, whether it is popular or not.
        case window
        /// What was not asked for again since it left another list.
        case probation
        case protected
    }

    private var entries: [Entry] = []
    private var free: [Int32] = []
    var lists = SlotLists()

    var count: Int { entries.count - free.count }

    subscript(slot: Int) -> Entry {
        get { entries[slot] }
        set { entries[slot] = newValue }
    }

    /// The slot of a live entry; nil when it is gone.
    func slot(of ticket: Ticket) -> Int? {
        let slot = Int(ticket.slot)
        guard entries.indices.contains(slot), entries[slot].isLive,
            entries[slot].generation == ticket.generation
        else { return nil }
        return slot
    }

    func ticket(of slot: Int) -> Ticket {
        Ticket(slot: Int32(slot), generation: entries[slot].generation)
    }

    /// Puts an entry into a free slot; it is in no list yet.
    mutating func add(_ entry: Entry) -> Int {
        var entry = entry
        guard let slot = free.popLast().map({ Int($0) }) else {
            entry.generation = 1
            entries.append(entry)
            return entries.count - 1
        }
        entry.generation = max(1, entries[slot].generation &+ 1)
        entries[slot] = entry
        return slot
    }

    /// Frees the slot of an entry that is in no list any more.
    mutating func remove(_ slot: Int) {
        entries[slot].isLive = false
        free.append(Int32(slot))
    }
}
