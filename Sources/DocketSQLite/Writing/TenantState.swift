internal import DocketCore
internal import DocketRuntime
internal import DocketSystem

/// What a tenant's writer knows of its file, so that it need not read what it wrote last.
///
/// A value: a transaction that fails puts the one from before back.
struct TenantState {
    /// Raised by a restore.
    var epoch: UInt64
    /// Of the last version drawn.
    var sequence: UInt64
    /// The living ones.
    var collections: [UInt32: CollectionState] = [:]
    /// Those whose documents are still to be removed.
    var deletedCollections: [UInt32] = []
    /// What is kept beside the documents, and counts against the tenant's bytes.
    var kept = KeptBytes()
    /// Documents that could be found, by how long that took.
    var found = FoundCounts()

    /// A version that was never drawn before.
    mutating func drawVersion() -> UInt64 {
        sequence += 1
        return epoch << TenantSchema.versionBits | sequence
    }

    /// What counts against a quota.
    var usage: (documents: Int, bytes: Int) {
        collections.values.reduce(into: (0, kept.outcomes + kept.deletions)) { usage, state in
            let counts = state.counts
            usage.documents += counts.indexing + counts.indexed + counts.failed
            usage.bytes += counts.bytes
        }
    }
}

/// Bytes of rows that tell of the past, each with its share of the file.
struct KeptBytes: Hashable {
    /// About what a row takes beside what callers chose.
    static let rowBytes = 100

    /// Of calls with an idempotency key.
    var outcomes = 0
    /// Of documents that are deleted and that Status still knows.
    var deletions = 0
}

/// How many documents could be found in time, see `IndexingLag`.
struct FoundCounts: Hashable {
    var inTime = 0
    var late = 0
}

/// What is known of one collection.
struct CollectionState {
    var collection: Collection
    var counts: StateCounts
    var generations: Generations
    /// When the soft generation rose last, nil for before the file was opened.
    var softRaised: MonotonicTime?
    /// Documents that are in the index and whose status waits for the soft generation.
    var applied = 0
    /// Whether the row of the collection is to be written.
    var isChanged = false

    let tables: CollectionTables

    init(collection: Collection, counts: StateCounts, generations: Generations) {
        self.collection = collection
        self.counts = counts
        self.generations = generations
        tables = CollectionTables(collection: collection.number)
    }

    mutating func count(_ state: DocumentState, by change: Int) {
        switch state {
        case .indexing: counts.indexing += change
        case .indexed: counts.indexed += change
        case .failed: counts.failed += change
        case .deleting: counts.deleting += change
        case .deleted: break
        }
        isChanged = true
    }

    mutating func raiseHard() {
        generations.hard += 1
        isChanged = true
    }

    mutating func raiseSoft(at time: MonotonicTime) {
        generations.soft += 1
        softRaised = time
        isChanged = true
    }
}
