package import DocketCore
internal import Synchronization

/// What indexing did since the start, for the metrics and for the mean group size.
package final class IndexingCounters: Sendable {
    private let groups = Atomic<Int>(0)
    private let indexed = Atomic<Int>(0)
    private let late = Atomic<Int>(0)
    private let failed = Atomic<Int>(0)
    private let deleted = Atomic<Int>(0)
    private let failures = Atomic<Int>(0)

    package init() {}

    /// Groups, documents indexed, failed for good, taken out, and groups that failed.
    package var values: (groups: Int, indexed: Int, failed: Int, deleted: Int, failures: Int) {
        (
            groups.load(ordering: .relaxed), indexed.load(ordering: .relaxed),
            failed.load(ordering: .relaxed), deleted.load(ordering: .relaxed),
            failures.load(ordering: .relaxed)
        )
    }

    /// Documents that could be found later than they should, see `IndexingLag`.
    package var lateDocuments: Int { late.load(ordering: .relaxed) }

    package func add(_ progress: IndexingProgress) {
        // Between groups an index may only be put in order.
        let isGroup = progress.indexed + progress.failed + progress.deleted > 0
        groups.add(isGroup ? 1 : 0, ordering: .relaxed)
        indexed.add(progress.indexed, ordering: .relaxed)
        late.add(progress.late, ordering: .relaxed)
        failed.add(progress.failed, ordering: .relaxed)
        deleted.add(progress.deleted, ordering: .relaxed)
    }

    package func addFailure() { failures.add(1, ordering: .relaxed) }
}
