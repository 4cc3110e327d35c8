package import DocketCore
package import DocketTelemetry

/// Deletes what matches a filter: the index finds it, the truth deletes what is still as it was
/// found.
///
/// What the index does not hold yet is not found by it: a document whose newest version waits to be
/// indexed stays, as one uploaded after the delete would.
package struct CheckedDeletion: FilteredDeletion {
    /// Bytes of documents that are read for one slice.
    private static let checkedBytes = 16 << 20

    private let index: any SearchIndex
    private let truth: any HitTruth
    private let check: HitCheck
    private let removals: KnownRemovals

    package init(
        index: any SearchIndex,
        truth: any HitTruth,
        removals: KnownRemovals,
        registry: MetricsRegistry,
        logger: Logger
    ) {
        self.index = index
        self.truth = truth
        self.removals = removals
        check = HitCheck(truth, registry, logger)
    }

    package func deleteMatching(
        _ tenant: TenantID,
        _ slice: DeleteSlice,
        work: WorkLimit
    ) async throws(DocketError) -> DeleteSliceResult {
        try index.requireSearchable(slice.collection)
        let plan = try slice.plan()
        let found = try await index.scan(
            tenant,
            plan,
            after: slice.after,
            without: removals.removed(of: slice.collection, tenant),
            work: work
        )
        let checked = try await check.check(
            found.hits,
            atMost: slice.limit,
            of: tenant,
            in: slice.collection,
            shows: plan.shows,
            limitBytes: Self.checkedBytes,
            work: work
        )
        let matching = checked.compactMap { hit in
            hit.map { HitReference(number: $0.shown.number, version: $0.shown.version) }
        }
        let isCut = checked.count < found.hits.count
        let next = isCut ? found.hits[checked.count - 1].number : found.next
        guard !matching.isEmpty else { return DeleteSliceResult(deleted: 0, next: next) }
        let deleted = try await truth.deleteUnchanged(
            tenant,
            in: slice.collection,
            matching,
            work: work
        )
        return DeleteSliceResult(deleted: deleted, next: next)
    }
}

extension DeleteSlice {
    /// Finds the documents of the slice, of which nothing is shown.
    fileprivate func plan() throws(DocketError) -> SearchPlan {
        let request = SearchRequest(
            collection: collection.name,
            limit: limit,
            total: .none,
            fields: []
        )
        var plan = try SearchBinder(collection: collection, limits: Limits()).plan(request)
        plan.filter = filter
        return plan
    }
}
