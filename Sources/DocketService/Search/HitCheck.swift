internal import DocketCore
internal import DocketTelemetry

/// Asks the truth about the hits of an index.
///
/// An answer of the index that names a document of another tenant or collection, or one document
/// twice, is not an answer: it fails as a whole, and the alarm is raised.
struct HitCheck: Sendable {
    private let truth: any HitTruth
    private let alarms: Counter
    private let logger: Logger
    private let rate = LogRate(maximum: 10)

    init(_ truth: any HitTruth, _ registry: MetricsRegistry, _ logger: Logger) {
        self.truth = truth
        self.logger = logger
        alarms = registry.counter(
            "docket_foreign_hits_total",
            help: "Answers of the index with a hit that cannot be one, none of which was shown"
        )
    }

    /// What each hit shows, in their order; nil for one that must not be seen.
    ///
    /// Of no more hits than those whose contents pass `limitBytes`.
    ///
    /// - Throws: ``DocketError`` `internalError` for hits that cannot be; what the truth throws.
    func check(
        _ hits: [IndexHit],
        atMost limit: Int,
        of tenant: TenantID,
        in collection: Collection,
        shows: FieldSelection,
        limitBytes: Int,
        work: WorkLimit
    ) async throws(DocketError) -> [CheckedHit?] {
        if let fault = fault(of: hits, limit, tenant, collection) {
            throw alarm(fault, tenant, collection)
        }
        guard !hits.isEmpty else { return [] }
        let references = hits.map { HitReference(number: $0.number, version: $0.version) }
        let checked = try await truth.check(
            tenant,
            in: collection,
            references,
            shows: shows,
            limitBytes: limitBytes,
            work: work
        )
        let isWhole =
            (1...hits.count).contains(checked.count)
            && zip(references, checked).allSatisfy { reference, hit in
                hit.map { $0.shown.number == reference.number } ?? true
            }
        guard isWhole else { throw DocketError(.internalError, "the search failed") }
        return checked
    }

    private enum Fault: String {
        case tenant
        case collection
        case twice
        case tooMany = "too many"
    }

    private func fault(
        of hits: [IndexHit],
        _ limit: Int,
        _ tenant: TenantID,
        _ collection: Collection
    ) -> Fault? {
        if hits.contains(where: { $0.tenant != tenant }) { return .tenant }
        if hits.contains(where: { $0.collection != collection.number }) { return .collection }
        if Set(hits.map(\.number)).count < hits.count { return .twice }
        return hits.count > limit ? .tooMany : nil
    }

    private func alarm(
        _ fault: Fault,
        _ tenant: TenantID,
        _ collection: Collection
    ) -> DocketError {
        alarms.increment()
        if let leftOut = rate.next() {
            logger.error(
                "the index gave a hit that cannot be one",
                [
                    "fault": .string(fault.rawValue), "tenant": .number(tenant.number),
                    "collection": .number(collection.number), "left_out": .number(leftOut),
                ]
            )
        }
        return DocketError(.internalError, "the search failed").caused(
            by: "a hit that cannot be one: \(fault.rawValue)"
        )
    }
}
