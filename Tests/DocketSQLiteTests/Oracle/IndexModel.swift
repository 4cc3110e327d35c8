import DocketCore
import DocketTestKit

@testable import DocketSQLite

/// What an index must find after what was done to it: the newest indexed version of each document,
/// and what still counts in the statistics of scores though it is gone.
struct IndexModel {
    /// A version that an upload or a delete made; without an entry it deletes.
    struct Change {
        let version: UInt64
        let id: String
        let entry: JSONOracle.Entry?
    }

    /// A row of the table of segments.
    struct SegmentRow {
        let id: UInt32
        /// The segments whose documents it has.
        let origins: ClosedRange<UInt32>
        let state: Segment.State
        let documents: Int
        let words: Int
    }

    /// A version in the index, and the segment that it came into.
    private struct Copy {
        let change: Change
        let origin: UInt32
    }

    /// The order of documents, which is that of their first versions.
    private var places: [String: Int] = [:]
    private var waiting: [String: Change] = [:]
    private var living: [String: Copy] = [:]
    /// Versions that segments still have, by their numbers.
    private var dead: [UInt64: Copy] = [:]
    /// What was dead when a merge began, by the segment that it makes.
    private var merges: [UInt32: Set<UInt64>] = [:]
    /// Segments of merges that ended with their process.
    private var abandoned: Set<UInt32> = []
    private var known: JSONOracle?

    private(set) var finishedMerges = 0
    private(set) var interruptedMerges = 0

    /// Documents that are there, found or not.
    var documents: Int {
        Set(waiting.values.filter { $0.entry != nil }.map(\.id)).union(living.keys).count
    }

    /// What segments count, the dead with the living.
    var counted: (documents: Int, words: Int) {
        let copies = Array(living.values) + dead.values
        let words = copies.reduce(0) { $0 + Int($1.change.entry?.length ?? 0) }
        return (copies.count, words)
    }

    func has(_ id: String) -> Bool { living[id] != nil || waiting[id]?.entry != nil }

    /// The change that waits to be indexed with this version.
    func waitingChange(_ version: UInt64) -> Change? {
        waiting.values.first { $0.version == version }
    }

    /// What searches are held against now.
    mutating func oracle() -> JSONOracle {
        if let known { return known }
        let ids = living.keys.sorted { places[$0, default: 0] < places[$1, default: 0] }
        let oracle = JSONOracle(
            ids.compactMap { living[$0]?.change.entry },
            removed: dead.values.compactMap(\.change.entry)
        )
        known = oracle
        return oracle
    }

    mutating func upload(_ change: Change) {
        places[change.id] = places[change.id] ?? places.count
        waiting[change.id] = change
    }

    /// The document is gone at once; the index has to hear of it where it `waits`.
    mutating func delete(_ change: Change, waits: Bool) {
        waiting[change.id] = waits ? change : nil
        bury(change.id)
    }

    private mutating func bury(_ id: String) {
        guard let copy = living.removeValue(forKey: id) else { return }
        dead[copy.change.version] = copy
        known = nil
    }

    /// A group went into the index; a version that was replaced meanwhile is dead in its segment.
    mutating func index(_ group: [Change], into segment: UInt32?) {
        known = nil
        for change in group {
            let isNewest = waiting[change.id]?.version == change.version
            if isNewest { waiting[change.id] = nil }
            guard let segment, change.entry != nil else { continue }
            let copy = Copy(change: change, origin: segment)
            if isNewest {
                bury(change.id)
                living[change.id] = copy
            } else {
                dead[change.version] = copy
            }
        }
    }

    /// Hears of merges that began and ended since it saw the segments last.
    mutating func see(_ segments: [SegmentRow]) {
        abandoned.formIntersection(segments.map(\.id))
        for segment in segments where !abandoned.contains(segment.id) {
            if segment.state == .inMaking {
                guard merges[segment.id] == nil else { continue }
                merges[segment.id] = Set(dead.filter { segment.origins.contains($1.origin) }.keys)
            } else if let forgotten = merges.removeValue(forKey: segment.id) {
                finishedMerges += 1
                known = nil
                // Without a living document nothing of them is left to count.
                let isEmpty = segment.state == .obsolete
                dead = dead.filter { version, copy in
                    isEmpty
                        ? !segment.origins.contains(copy.origin) : !forgotten.contains(version)
                }
            }
        }
    }

    /// The process ended.
    mutating func reopen() {
        interruptedMerges += merges.count
        abandoned.formUnion(merges.keys)
        merges = [:]
    }
}
