internal import DocketCore
internal import Synchronization

/// Documents that the index may still hold although nobody may see them, by collection: what
/// ``ChangeFeed`` said last, and what this server's own store has removed since.
///
/// The truth refuses these documents whatever is known here; a search takes them out of its totals
/// and facets by it.
package final class KnownRemovals: Sendable {
    /// A question to the feed: its answer has everything that was removed before it was asked.
    struct Question: Sendable {
        fileprivate let number: UInt64
    }

    private struct Entry {
        /// As the feed said.
        var removed = RemovedDocuments()
        /// Removed here, each with the last question that was asked before it.
        var own: [(number: UInt64, question: UInt64)] = []
        /// Whether there were more of them than are kept.
        var isOwnCut = false
    }

    private struct State {
        var entries: [CollectionReference: Entry] = [:]
        /// Those with documents removed here.
        var own: Set<CollectionReference> = []
        var lastQuestion: UInt64 = 0
        var isAnswered = false
        /// Numbers in all entries, as the feed said.
        var count = 0
    }

    private let countMaximum: Int
    private let state = Mutex(State())

    /// Keeps `countMaximum` numbers; collections beyond that are known to have more than are known.
    package init(countMaximum: Int = 2_000_000) { self.countMaximum = countMaximum }

    /// What must not be seen of a collection.
    func removed(of collection: CollectionReference) -> RemovedDocuments {
        state.withLock { state in
            guard let entry = state.entries[collection] else {
                return RemovedDocuments(isComplete: state.isAnswered)
            }
            var removed = entry.removed
            removed.isComplete = removed.isComplete && !entry.isOwnCut && state.isAnswered
            guard !entry.own.isEmpty else { return removed }
            let all = Set(removed.numbers).union(entry.own.map(\.number)).sorted()
            removed.isComplete = removed.isComplete && all.count <= RemovedDocuments.maximum
            removed.numbers = Array(all.prefix(RemovedDocuments.maximum))
            return removed
        }
    }

    /// This server's store has removed documents; they are known before its writer is answered.
    func add(_ numbers: [UInt64], of collection: CollectionReference) {
        guard !numbers.isEmpty else { return }
        state.withLock { state in
            var entry = state.entries[collection] ?? Entry()
            let room = max(0, RemovedDocuments.maximum - entry.own.count)
            let question = state.lastQuestion
            entry.own += numbers.prefix(room).map { ($0, question) }
            entry.isOwnCut = entry.isOwnCut || numbers.count > room
            state.entries[collection] = entry
            state.own.insert(collection)
        }
    }

    /// A question to the feed begins now.
    func ask() -> Question {
        state.withLock { state in
            state.lastQuestion += 1
            return Question(number: state.lastQuestion)
        }
    }

    /// The feed has answered `question`: these collections have others than before.
    func answered(_ question: Question, _ changes: [CollectionChange]) {
        state.withLock { state in
            state.isAnswered = true
            for change in changes { replace(change.removed, of: change.collection, &state) }
            // Every answer has what was removed before its question.
            for collection in state.own { dropOwn(of: collection, before: question, &state) }
        }
    }

    private func replace(
        _ removed: RemovedDocuments,
        of collection: CollectionReference,
        _ state: inout State
    ) {
        var entry = state.entries[collection] ?? Entry()
        state.count -= entry.removed.numbers.count
        let isKept = state.count + removed.numbers.count <= countMaximum
        entry.removed = isKept ? removed : RemovedDocuments(isComplete: false)
        state.count += entry.removed.numbers.count
        keep(entry, of: collection, &state)
    }

    private func dropOwn(
        of collection: CollectionReference,
        before question: Question,
        _ state: inout State
    ) {
        guard var entry = state.entries[collection] else {
            state.own.remove(collection)
            return
        }
        entry.own.removeAll { $0.question < question.number }
        if entry.own.isEmpty {
            entry.isOwnCut = false
            state.own.remove(collection)
        }
        keep(entry, of: collection, &state)
    }

    private func keep(_ entry: Entry, of collection: CollectionReference, _ state: inout State) {
        let isEmpty =
            entry.own.isEmpty && entry.removed.numbers.isEmpty && entry.removed.isComplete
        state.entries[collection] = isEmpty ? nil : entry
    }

    /// The collection is gone.
    func forget(_ collection: CollectionReference) {
        state.withLock { state in
            let entry = state.entries.removeValue(forKey: collection)
            state.count -= entry?.removed.numbers.count ?? 0
            state.own.remove(collection)
        }
    }

    /// The tenant is gone.
    func forget(_ tenant: TenantID) {
        state.withLock { state in
            for collection in state.entries.keys where collection.tenant == tenant {
                let entry = state.entries.removeValue(forKey: collection)
                state.count -= entry?.removed.numbers.count ?? 0
                state.own.remove(collection)
            }
        }
    }
}
