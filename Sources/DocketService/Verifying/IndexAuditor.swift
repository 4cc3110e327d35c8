package import DocketCore
internal import DocketRuntime
package import DocketSystem
package import DocketTelemetry
internal import Synchronization

/// Looks all the time at documents that searches could return, drawn at random from tenants drawn
/// at random, and compares them with the truth: ``IndexVerifier``, at a bounded rate.
///
/// It puts nothing right. A document that is not the tenant's is an alarm that stays until a look
/// at the same place finds none.
package final class IndexAuditor: Service {
    package let name = "auditor"
    /// Time for the answers of one turn.
    private static let answerTime = Duration.seconds(10)
    private static let shortestRest = Duration.milliseconds(100)
    /// Tenants are listed again after it.
    private static let listingTime = Duration.seconds(60)

    private struct State {
        var findings = AuditFindings()
        var tenants: (all: [TenantID], since: MonotonicTime)?
    }

    private let directory: any TenantDirectory
    private let store: any DocumentStore
    private let verifier: IndexVerifier
    private let documentsPerSecond: Int
    private let metrics: AuditMetrics
    private let logger: Logger
    private let state = Mutex(State())

    /// `documentsPerSecond` at least 1.
    package init(
        directory: any TenantDirectory,
        store: any DocumentStore,
        verifier: IndexVerifier,
        documentsPerSecond: Int,
        registry: MetricsRegistry,
        logger: Logger
    ) {
        self.directory = directory
        self.store = store
        self.verifier = verifier
        self.documentsPerSecond = documentsPerSecond
        self.logger = logger
        metrics = AuditMetrics(registry)
    }

    /// Whether what was found is as it should be.
    package let health = HealthRecord("audits", .up)

    /// Places with foreign documents, as far as they are known.
    package var foreignPlaces: Int { state.withLock { $0.findings.count } }

    package func start() async throws {}

    package func run() async throws {
        while !Task.isCancelled {
            let compared = await turn()
            let rest = Duration.seconds(Double(compared) / Double(documentsPerSecond))
            try await Task.sleep(for: max(Self.shortestRest, rest))
        }
    }

    package func stop(by deadline: MonotonicTime) async {}

    /// Looks at one place that was found before, and at some that are drawn: documents of a
    /// collection, and what is beside all collections of its tenant.
    ///
    /// - Returns: how many documents it compared.
    @discardableResult
    package func turn() async -> Int {
        var compared = 0
        do throws(DocketError) {
            compared = try await WorkLimit.within(Self.answerTime) { (work) throws(DocketError) in
                var compared = 0
                if let place = state.withLock({ $0.findings.next() }) {
                    compared += try await look(at: place, work)
                }
                for place in try await draw(work) { compared += try await look(at: place, work) }
                return compared
            }
        } catch {
            // The engines tell why they are away.
            metrics.failures.increment()
            logger.debug("an audit failed", ["code": .string("\(error.code)")])
        }
        let foreignPlaces = foreignPlaces
        metrics.foreignPlaces.set(foreignPlaces)
        if foreignPlaces > 0 {
            health.set(.alarm, error: "searches of a tenant reach what is not the tenant's")
        } else {
            health.set(.up)
        }
        return compared
    }

    private func draw(_ work: WorkLimit) async throws(DocketError) -> [AuditFindings.Place] {
        guard let tenant = try await tenants(work).randomElement() else { return [] }
        var places = [AuditFindings.Place(tenant: tenant, collection: "", part: .strays)]
        guard let collection = try await store.collections(tenant, work: work).randomElement()
        else { return places }
        if collection.place != nil {
            places.append(.init(tenant: tenant, collection: collection.name, part: .strays))
        }
        if let after = try await verifier.randomStart(tenant, in: collection, work) {
            places.append(
                .init(tenant: tenant, collection: collection.name, part: .documents(after: after))
            )
        }
        return places
    }

    private func tenants(_ work: WorkLimit) async throws(DocketError) -> [TenantID] {
        if let (all, since) = state.withLock({ $0.tenants }), !all.isEmpty,
            MonotonicTime.now() - since < Self.listingTime
        {
            return all
        }
        let all = try await directory.tenants(work: work).map(\.id)
        state.withLock { $0.tenants = (all, .now()) }
        return all
    }

    private func look(
        at place: AuditFindings.Place,
        _ work: WorkLimit
    ) async throws(DocketError) -> Int {
        var found = VerifyProgress()
        do throws(DocketError) {
            try await look(at: place, &found, work)
        } catch {
            guard error.code == .notFound else { throw error }
            // The collection is gone, or its tenant.
            state.withLock { $0.findings.forget(place) }
            return 0
        }
        metrics.add(found)
        state.withLock { $0.findings.looked(at: place, foreign: found.foreign) }
        if found.differences > found.foreign {
            logger.warning(
                "an audit found differences between the truth and the index",
                [
                    "tenant": .number(place.tenant.number), "missing": .number(found.missing),
                    "extra": .number(found.extra), "stale": .number(found.stale),
                ]
            )
        }
        return found.documents
    }

    private func look(
        at place: AuditFindings.Place,
        _ found: inout VerifyProgress,
        _ work: WorkLimit
    ) async throws(DocketError) {
        let collections = try await store.collections(place.tenant, work: work)
        let named = collections.first { $0.name == place.collection }
        guard place.collection.isEmpty || named != nil else {
            throw .noCollection(place.collection)
        }
        switch place.part {
        case .documents(let after):
            guard var collection = named else { return }
            _ = try await verifier.compare(
                place.tenant,
                &collection,
                after: after,
                limit: IndexVerifier.sampleSlice,
                repairs: false,
                &found,
                work
            )
        case .strays:
            _ = try await verifier.findStrays(
                place.tenant,
                through: named,
                besides: collections,
                after: 0,
                repairs: false,
                &found,
                work
            )
        }
    }
}

/// What is counted of audits.
private struct AuditMetrics: Sendable {
    let failures: Counter
    let foreignPlaces: Gauge
    private let documents: Counter
    private let differences: [(kind: @Sendable (VerifyProgress) -> Int, counter: Counter)]

    init(_ registry: MetricsRegistry) {
        failures = registry.counter(
            "docket_audit_failures_total",
            help: "Audits that could not be made"
        )
        foreignPlaces = registry.gauge(
            "docket_audit_foreign_places_count",
            help: "Places where searches of a tenant reach what is not the tenant's"
        )
        documents = registry.counter(
            "docket_audit_documents_total",
            help: "Documents that audits compared with the truth"
        )
        let kinds: [(String, @Sendable (VerifyProgress) -> Int)] = [
            ("missing", { $0.missing }), ("extra", { $0.extra }), ("stale", { $0.stale }),
            ("foreign", { $0.foreign }),
        ]
        differences = kinds.map { kind, value in
            let counter = registry.counter(
                "docket_audit_differences_total",
                help: "Differences between the truth and the index that audits found",
                labels: [("kind", kind)]
            )
            return (value, counter)
        }
    }

    func add(_ found: VerifyProgress) {
        documents.add(found.documents)
        for (kind, counter) in differences { counter.add(kind(found)) }
    }
}
