internal import DocketCore
internal import Synchronization

/// What the store wrote since the start, for metrics and for the mean sizes of groups.
package final class EmbeddedCounters: Sendable {
    private let writeGroups = Atomic<Int>(0)
    private let writeCalls = Atomic<Int>(0)
    private let writtenDocuments = Atomic<Int>(0)

    init() {}

    /// Transactions that wrote uploads and deletes, the calls in them, and the documents in those.
    package var writes: (groups: Int, calls: Int, documents: Int) {
        (
            writeGroups.load(ordering: .relaxed), writeCalls.load(ordering: .relaxed),
            writtenDocuments.load(ordering: .relaxed)
        )
    }

    func countGroup(_ calls: [WriteCall]) {
        writeGroups.add(1, ordering: .relaxed)
        writeCalls.add(calls.count, ordering: .relaxed)
        writtenDocuments.add(calls.reduce(0) { $0 + $1.documents }, ordering: .relaxed)
    }
}
