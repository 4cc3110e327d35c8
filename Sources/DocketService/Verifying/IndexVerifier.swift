package import DocketCore
internal import DocketRuntime
package import DocketTelemetry

/// Compares what the truth has with what the index holds, slice by slice, and puts differences
/// right.
///
/// One slice of each is in memory at a time.
package struct IndexVerifier: Sendable {
    /// Documents of a slice.
    static let slice = 1000
    /// Documents read behind one number drawn at random.
    static let sampleSlice = 100
    /// Times that a slice is read again because its collection moved to another index meanwhile.
    private static let triesMaximum = 3

    private let truth: any VerifiedTruth
    private let index: any VerifiedIndex
    private let store: any DocumentStore
    private let logger: Logger
    private let rate = LogRate(maximum: 10)

    package init(
        _ truth: any VerifiedTruth & DocumentStore,
        _ index: any VerifiedIndex,
        logger: Logger
    ) {
        self.truth = truth
        self.index = index
        store = truth
        self.logger = logger
    }

    // MARK: Documents

    /// Compares the documents of one slice behind `number`, and adds to `progress`.
    ///
    /// `collection` is the one of now when it moved to another index.
    ///
    /// - Returns: where the next slice begins, nil at the end.
    /// - Throws: ``DocketError`` what the two ports throw; `aborted` for a collection that goes on
    ///   moving.
    func compare(
        _ tenant: TenantID,
        _ collection: inout Collection,
        after number: UInt64,
        limit: Int = slice,
        repairs: Bool,
        _ progress: inout VerifyProgress,
        _ work: WorkLimit
    ) async throws(DocketError) -> UInt64? {
        for _ in 0..<Self.triesMaximum {
            let expected = try await truth.expected(
                tenant,
                in: collection,
                after: number,
                limit: limit,
                work: work
            )
            if expected.place == collection.place {
                let range = NumberRange(after: number, through: expected.next)
                var found = VerifyProgress()
                let isWhole = try await compare(
                    tenant,
                    collection,
                    expected,
                    range,
                    repairs: repairs,
                    &found,
                    work
                )
                if isWhole {
                    progress.add(found)
                    return expected.next
                }
            }
            collection = try await store.collection(tenant, named: collection.name, work: work)
        }
        throw DocketError(
            .aborted,
            "the collection moves to another index",
            retryAfter: .seconds(1)
        )
    }

    /// False when the collection moved to another index meanwhile.
    private func compare(
        _ tenant: TenantID,
        _ collection: Collection,
        _ expected: ExpectedSlice,
        _ range: NumberRange,
        repairs: Bool,
        _ progress: inout VerifyProgress,
        _ work: WorkLimit
    ) async throws(DocketError) -> Bool {
        var comparison = SliceComparison(
            tenant,
            collection.number,
            in: collection.place,
            expected.documents
        )
        var rest: NumberRange? = range
        while let range = rest {
            let held = try await index.held(
                tenant,
                in: collection,
                range,
                limit: Self.slice,
                work: work
            )
            let last = held.next ?? range.through
            let suspicions = comparison.add(held.documents, through: last)
            if !suspicions.isEmpty {
                let now = try await truth.expected(
                    tenant,
                    in: collection,
                    numbered: suspicions.compactMap(\.number),
                    work: work
                )
                guard now.place == collection.place else { return false }
                let differences = SliceComparison.confirmed(suspicions, now.documents)
                try await settle(
                    tenant,
                    collection,
                    differences,
                    repairs: repairs,
                    &progress,
                    work
                )
            }
            rest = held.next.map { NumberRange(after: $0, through: range.through) }
        }
        progress.documents += comparison.compared
        progress.waiting += comparison.waiting
        return true
    }

    /// A number drawn at random, behind which the collection has a document; nil where it has none.
    func randomStart(
        _ tenant: TenantID,
        in collection: Collection,
        _ work: WorkLimit
    ) async throws(DocketError) -> UInt64? {
        let numbers = try await truth.numbers(tenant, in: collection, work: work)
        return numbers.map { UInt64.random(in: $0) &- 1 }
    }

    // MARK: Strays

    /// Looks for what searches of the tenant reach and is of none of its `collections`, in one
    /// slice behind `number`.
    ///
    /// - Returns: where the next slice begins, nil at the end.
    func findStrays(
        _ tenant: TenantID,
        through collection: Collection?,
        besides collections: [Collection],
        after number: UInt64,
        repairs: Bool,
        _ progress: inout VerifyProgress,
        _ work: WorkLimit
    ) async throws(DocketError) -> UInt64? {
        let held = try await index.strays(
            tenant,
            through: collection,
            besides: collections,
            after: number,
            limit: Self.slice,
            work: work
        )
        guard !held.documents.isEmpty else { return nil }
        let suspicions = held.documents.map { IndexDifference(stray: $0, of: tenant) }
        // One of a collection that was made meanwhile, or is being deleted, has a row.
        let known = try await truth.expected(
            tenant,
            in: collection,
            numbered: suspicions.compactMap(\.number),
            work: work
        )
        let differences = SliceComparison.confirmed(suspicions, known.documents)
        let isOfName = differences.contains { $0.remedy == .restoreName }
        try await settle(tenant, collection, differences, repairs: repairs, &progress, work)
        // A name that reaches what is another's reaches all of it: one slice says enough.
        return isOfName ? nil : held.next
    }

    // MARK: Putting right

    /// Counts the differences, tells of foreign documents, and puts all right where asked to.
    private func settle(
        _ tenant: TenantID,
        _ collection: Collection?,
        _ differences: [IndexDifference],
        repairs: Bool,
        _ progress: inout VerifyProgress,
        _ work: WorkLimit
    ) async throws(DocketError) {
        for difference in differences {
            progress.count(difference.kind)
            if difference.kind == .foreign { report(difference, tenant) }
        }
        guard repairs, !differences.isEmpty else { return }
        var queued: [RepairedDocument] = []
        var removed: [HeldDocument] = []
        var reached = 0
        for difference in differences {
            switch difference.remedy {
            case .queue(let document): queued.append(document)
            case .remove(let document): removed.append(document)
            case .restoreName: reached += 1
            case nil: break
            }
        }
        if reached > 0 {
            try await index.restoreName(tenant, through: collection, work: work)
            progress.repaired += reached
        }
        if !removed.isEmpty {
            let version = try await truth.newVersion(work: work)
            progress.repaired += try await index.remove(removed, at: version, work: work)
        }
        if let collection, !queued.isEmpty {
            progress.repaired += try await truth.queueAgain(
                tenant,
                in: collection,
                queued,
                work: work
            )
        }
    }

    private func report(_ difference: IndexDifference, _ tenant: TenantID) {
        guard let leftOut = rate.next() else { return }
        let owner = difference.held?.owner
        logger.error(
            "searches of a tenant reach a document that is not the tenant's",
            [
                "tenant": .number(tenant.number),
                "owner": .string(owner.map { "\($0.tenant.number)" } ?? "none"),
                "index": .string(difference.held?.place.name ?? ""),
                "left_out": .number(leftOut),
            ]
        )
    }
}

extension VerifyProgress {
    fileprivate mutating func add(_ other: VerifyProgress) {
        documents += other.documents
        waiting += other.waiting
        missing += other.missing
        extra += other.extra
        stale += other.stale
        foreign += other.foreign
        repaired += other.repaired
    }

    fileprivate mutating func count(_ kind: IndexDifference.Kind) {
        switch kind {
        case .missing: missing += 1
        case .extra: extra += 1
        case .stale: stale += 1
        case .foreign: foreign += 1
        }
    }
}
