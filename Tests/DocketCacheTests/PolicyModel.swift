@testable internal import DocketCache

/// What ``WindowTinyLFU`` is to do, written down without regard to time: lists are arrays whose
/// first element is the most recent one.
struct PolicyModel {
    struct Entry: Equatable {
        let slot: Int
        let hash: UInt64
        let benefit: Int
        var weight: Int
    }

    var windowShare: Double
    private(set) var window: [Entry] = []
    private(set) var probation: [Entry] = []
    private(set) var protected: [Entry] = []
    private var sketch = FrequencySketch()
    /// Slots that have left the window for the newest entry and were compared with nobody yet.
    private var candidates: [Int] = []

    init(windowShare: Double) { self.windowShare = windowShare }

    var bytes: Int { (window + probation + protected).reduce(0) { $0 + $1.weight } }
    private var windowTarget: Int { Int(Double(bytes) * windowShare) }

    private static func bytes(_ entries: [Entry]) -> Int { entries.reduce(0) { $0 + $1.weight } }

    mutating func inserted(_ entry: Entry) {
        window.insert(entry, at: 0)
        sketch.reserve(window.count + probation.count + protected.count)
        sketch.add(entry.hash)
        settle()
    }

    mutating func used(_ slot: Int) {
        if let place = window.firstIndex(where: { $0.slot == slot }) {
            let entry = window.remove(at: place)
            sketch.add(entry.hash)
            window.insert(entry, at: 0)
        } else if let place = probation.firstIndex(where: { $0.slot == slot }) {
            let entry = probation.remove(at: place)
            candidates.removeAll { $0 == slot }
            sketch.add(entry.hash)
            protected.insert(entry, at: 0)
            demote()
        } else if let place = protected.firstIndex(where: { $0.slot == slot }) {
            let entry = protected.remove(at: place)
            sketch.add(entry.hash)
            protected.insert(entry, at: 0)
        }
    }

    mutating func changed(_ slot: Int, by weight: Int) {
        for place in window.indices where window[place].slot == slot {
            window[place].weight += weight
        }
        for place in probation.indices where probation[place].slot == slot {
            probation[place].weight += weight
        }
        for place in protected.indices where protected[place].slot == slot {
            protected[place].weight += weight
        }
        settle()
    }

    mutating func removed(_ slot: Int) {
        window.removeAll { $0.slot == slot }
        probation.removeAll { $0.slot == slot }
        protected.removeAll { $0.slot == slot }
        candidates.removeAll { $0 == slot }
    }

    mutating func victim(contests: Bool) -> Int? {
        if contests, let slot = candidates.first {
            candidates.removeFirst()
            guard let candidate = probation.first(where: { $0.slot == slot }) else { return nil }
            var rivals = Array(probation.reversed().prefix { $0.slot != slot })
            if rivals.isEmpty { rivals = protected.reversed() }
            guard let rival = rivals.first, isWorth(candidate, rivals) else { return slot }
            return rival.slot
        }
        return (probation.last ?? protected.last ?? window.last)?.slot
    }

    private func isWorth(_ candidate: Entry, _ rivals: [Entry]) -> Bool {
        var (bytes, worth) = (0, 0)
        for rival in rivals.prefix(8) where bytes < candidate.weight {
            bytes += rival.weight
            worth += self.worth(rival)
        }
        let own = self.worth(candidate)
        if bytes >= candidate.weight { return own > worth }
        return Double(own) / Double(candidate.weight) > Double(worth) / Double(bytes)
    }

    private func worth(_ entry: Entry) -> Int {
        sketch.frequency(of: entry.hash) * entry.benefit
    }

    private mutating func settle() {
        demote()
        candidates = []
        for _ in 0..<64 where Self.bytes(window) > windowTarget && window.count > 1 {
            let entry = window.removeLast()
            probation.insert(entry, at: 0)
            candidates.append(entry.slot)
        }
    }

    private mutating func demote() {
        let target = (bytes - windowTarget) / 100 * 80
        for _ in 0..<64 where Self.bytes(protected) > target && protected.count > 1 {
            probation.insert(protected.removeLast(), at: 0)
        }
    }
}
