/// Lists of slots, doubly linked through arrays: each slot is in at most one of them.
struct SlotLists: Sendable {
    /// The ends of one list; -1 when it is empty.
    struct List: Sendable {
        fileprivate(set) var first: Int32 = -1
        fileprivate(set) var last: Int32 = -1

        var isEmpty: Bool { first < 0 }
        /// Whether it has one slot and no other.
        var hasOne: Bool { first >= 0 && first == last }
    }

    private struct Link {
        var previous: Int32 = -1
        var next: Int32 = -1
    }

    private var links: [Link] = []

    mutating func pushFirst(_ slot: Int, to list: inout List) {
        if slot >= links.count {
            links.append(contentsOf: repeatElement(Link(), count: slot + 1 - links.count))
        }
        links[slot] = Link(previous: -1, next: list.first)
        if list.first >= 0 { links[Int(list.first)].previous = Int32(slot) }
        list.first = Int32(slot)
        if list.last < 0 { list.last = Int32(slot) }
    }

    mutating func remove(_ slot: Int, from list: inout List) {
        let link = links[slot]
        if link.previous >= 0 {
            links[Int(link.previous)].next = link.next
        } else {
            list.first = link.next
        }
        if link.next >= 0 {
            links[Int(link.next)].previous = link.previous
        } else {
            list.last = link.previous
        }
    }

    /// The slot before this one in its list, -1 for the first.
    func previous(of slot: Int32) -> Int32 { links[Int(slot)].previous }
}
