/// The first hits of an order, of any number of matches, in memory for `capacity` of them.
struct TopHits {
    let capacity: Int
    private let order: HitOrder
    /// A heap with the last of the kept hits on top.
    private var heap: [RankedHit] = []

    init(capacity: Int, order: HitOrder) {
        self.capacity = capacity
        self.order = order
    }

    var isFull: Bool { heap.count >= capacity }
    var count: Int { heap.count }

    /// The kept hit that comes last; nil unless all places are taken.
    var last: RankedHit? { isFull ? heap.first : nil }

    /// The score of ``last``.
    private(set) var leastScore: Double?

    mutating func removeAll() {
        heap.removeAll(keepingCapacity: true)
        leastScore = nil
    }

    mutating func insert(_ hit: RankedHit) {
        guard capacity > 0 else { return }
        if heap.count < capacity {
            heap.append(hit)
            siftUp(heap.count - 1)
        } else if order.precedes(hit, heap[0]) {
            heap[0] = hit
            siftDown(0)
        }
        leastScore = last?.score
    }

    /// The kept hits in order.
    func sorted() -> [RankedHit] { heap.sorted { order.precedes($0, $1) } }

    private mutating func siftUp(_ start: Int) {
        var place = start
        while place > 0 {
            let parent = (place - 1) / 2
            guard order.precedes(heap[parent], heap[place]) else { return }
            heap.swapAt(parent, place)
            place = parent
        }
    }

    private mutating func siftDown(_ start: Int) {
        var place = start
        while true {
            var child = 2 * place + 1
            guard child < heap.count else { return }
            if child + 1 < heap.count, order.precedes(heap[child], heap[child + 1]) { child += 1 }
            guard order.precedes(heap[place], heap[child]) else { return }
            heap.swapAt(place, child)
            place = child
        }
    }
}
