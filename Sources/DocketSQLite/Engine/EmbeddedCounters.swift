internal import CDocketPages
internal import DocketCore
internal import Synchronization

/// What was written of search indices.
package struct IndexCounts: Hashable, Sendable {
    package var segments = 0
    package var merges = 0
    package var mergedDocuments = 0
}

/// What the store wrote since the start, for metrics and for the mean sizes of groups.
package final class EmbeddedCounters: Sendable {
    private let writeGroups = Atomic<Int>(0)
    private let writeCalls = Atomic<Int>(0)
    private let writtenDocuments = Atomic<Int>(0)
    private let writtenBytes = Atomic<Int>(0)

    init() {}

    /// Transactions that wrote uploads and deletes, the calls in them, and the documents in those.
    package var writes: (groups: Int, calls: Int, documents: Int) {
        (
            writeGroups.load(ordering: .relaxed), writeCalls.load(ordering: .relaxed),
            writtenDocuments.load(ordering: .relaxed)
        )
    }

    /// Bytes of the documents that were written.
    package var documentBytes: Int { writtenBytes.load(ordering: .relaxed) }
    /// Bytes that were written to files and their logs, by everything.
    package var fileBytes: Int { Int(clamping: docket_pages_written()) }

    private let segments = Atomic<Int>(0)
    private let merges = Atomic<Int>(0)
    private let mergedDocuments = Atomic<Int>(0)

    /// What was written of search indices: segments by groups of documents, merges of segments, and
    /// the documents that those wrote again.
    package var index: IndexCounts {
        IndexCounts(
            segments: segments.load(ordering: .relaxed),
            merges: merges.load(ordering: .relaxed),
            mergedDocuments: mergedDocuments.load(ordering: .relaxed)
        )
    }

    func countIndex(_ counts: IndexCounts) {
        segments.add(counts.segments, ordering: .relaxed)
        merges.add(counts.merges, ordering: .relaxed)
        mergedDocuments.add(counts.mergedDocuments, ordering: .relaxed)
    }

    func countGroup(_ calls: [WriteCall]) {
        writeGroups.add(1, ordering: .relaxed)
        writeCalls.add(calls.count, ordering: .relaxed)
        writtenDocuments.add(calls.reduce(0) { $0 + $1.documents }, ordering: .relaxed)
        writtenBytes.add(calls.reduce(0) { $0 + $1.bytes }, ordering: .relaxed)
    }
}
