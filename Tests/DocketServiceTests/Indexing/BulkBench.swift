import DocketCore
import DocketSystem
import DocketTestKit
import Testing

@testable import DocketService

/// A schedule on a clock that the test moves, with what it asked for.
final class BulkBench {
    struct Release {
        var leases: [Lease]
        var delay: Duration
        var isAttempt: Bool
    }

    private(set) var schedule: BulkSchedule
    private(set) var now = MonotonicTime(nanoseconds: 1 << 40)
    private(set) var asked: (documents: Int, bytes: Int)?
    private(set) var bulks: [BulkSchedule.Bulk] = []
    private(set) var releases: [Release] = []
    private(set) var failures: [IndexFailure] = []
    private(set) var refreshes: [Set<IndexPlace>] = []
    private(set) var completions: [[AppliedChange]] = []
    private(set) var foundSince: [MonotonicTime] = []
    private(set) var hasEnded = false
    private var alarm: MonotonicTime?
    private var last: UInt64 = 0
    private let collection: Collection

    /// The outbox is looked into whenever it is filled.
    static var eager: BulkLimits {
        var limits = BulkLimits()
        limits.leaseSpacing = .zero
        return limits
    }

    init(_ limits: BulkLimits = eager, seed: UInt64 = 1) throws {
        schedule = BulkSchedule(limits, at: now, generator: SeededGenerator(seed: seed))
        collection = Collection(
            number: 1,
            name: "papers",
            schema: try CollectionSchema([]),
            schemaEpoch: 1,
            createdMicroseconds: 0
        )
    }

    static func applied(at now: MonotonicTime) throws -> AppliedChange {
        AppliedChange(
            lease: Lease(tenant: TenantID(1), number: 1, version: 1, token: 1),
            place: IndexPlace(name: "shared"),
            isRemoval: false,
            leased: now
        )
    }

    func apply(_ event: (inout BulkSchedule, MonotonicTime) -> [BulkSchedule.Action]) {
        for action in event(&schedule, now) {
            switch action {
            case .lease(let documents, let bytes): asked = (documents, bytes)
            case .send(let bulk): bulks.append(bulk)
            case .release(let leases, let delay, let isAttempt):
                releases.append(Release(leases: leases, delay: delay, isAttempt: isAttempt))
            case .fail(let failed): failures += failed
            case .refresh(let places): refreshes.append(places)
            case .complete(let changes, let found):
                completions.append(changes)
                foundSince.append(found)
            case .wake(let time): alarm = alarm.map { min($0, time) } ?? time
            case .end: hasEnded = true
            }
        }
    }

    func filled() { apply { $0.filled(at: $1) } }

    /// The outbox, which was empty, is filled and gives so many.
    func lease(_ count: Int, bytes: Int = 1000, attempts: Int = 0) {
        if asked != nil { answer(0) }
        filled()
        answer(count, bytes: bytes, attempts: attempts)
    }

    /// The outbox gives so many, the first of them with attempts.
    func answer(_ count: Int, bytes: Int = 1000, attempts: Int = 0) {
        guard let asked else {
            Issue.record("nothing was asked of the outbox")
            return
        }
        self.asked = nil
        let changes = (0..<min(count, asked.documents)).map { place in
            change(bytes: bytes, attempts: place == 0 ? attempts : 0)
        }
        apply { $0.leased(changes, at: $1) }
    }

    private func change(bytes: Int, attempts: Int) -> LeasedChange {
        last += 1
        let tenant = TenantID(1)
        return LeasedChange(
            lease: Lease(tenant: tenant, number: last, version: last, token: last),
            attempts: attempts,
            change: IndexChange(
                tenant: tenant,
                collection: collection,
                number: last,
                version: last,
                place: IndexPlace(name: "shared"),
                content: BoundDocument(
                    id: "d\(last)",
                    title: "",
                    body: "",
                    attributes: [],
                    bytes: bytes
                )
            )
        )
    }

    @discardableResult
    func takeBulks() -> [BulkSchedule.Bulk] {
        defer { bulks = [] }
        return bulks
    }

    /// One of those that were sent; the others are forgotten.
    func takeBulk(_ place: Int = 0) throws -> BulkSchedule.Bulk {
        try #require(takeBulks().dropFirst(place).first)
    }

    func takeRefresh() -> Bool {
        defer { refreshes = [] }
        return !refreshes.isEmpty
    }

    func takeCompletion() -> Bool {
        defer { completions = [] }
        return !completions.isEmpty
    }

    func sent(_ bulk: BulkSchedule.Bulk, _ outcome: IndexOutcome) {
        sent(bulk, bulk.changes.map { _ in outcome })
    }

    func sent(_ bulk: BulkSchedule.Bulk, _ outcomes: [IndexOutcome]) {
        apply { $0.sent(bulk.number, outcomes, at: $1) }
    }

    /// Time goes by, with the alarms that were set.
    func pass(_ duration: Duration) {
        let end = now + duration
        while let time = alarm, time <= end {
            now = max(now, time)
            alarm = nil
            apply { $0.tick(at: $1) }
        }
        now = end
    }
}
