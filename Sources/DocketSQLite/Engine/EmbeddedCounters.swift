internal import DocketCore
internal import Synchronization

/// What the store did since the start, for metrics and for the mean sizes of groups.
package final class EmbeddedCounters: Sendable {
    private let writeGroups = Atomic<Int>(0)
    private let writeCalls = Atomic<Int>(0)
    private let indexGroups = Atomic<Int>(0)
    private let indexedDocuments = Atomic<Int>(0)

    init() {}

    /// Transactions that wrote uploads and deletes, and the calls in them.
    package var writes: (groups: Int, calls: Int) {
        (writeGroups.load(ordering: .relaxed), writeCalls.load(ordering: .relaxed))
    }

    /// Transactions that brought documents into the index, and the documents.
    package var indexing: (groups: Int, documents: Int) {
        (indexGroups.load(ordering: .relaxed), indexedDocuments.load(ordering: .relaxed))
    }

    func countGroup(calls: Int) {
        writeGroups.add(1, ordering: .relaxed)
        writeCalls.add(calls, ordering: .relaxed)
    }

    func countIndexing(_ progress: IndexingProgress) {
        guard progress.indexed > 0 else { return }
        indexGroups.add(1, ordering: .relaxed)
        indexedDocuments.add(progress.indexed, ordering: .relaxed)
    }
}
