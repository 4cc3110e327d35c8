import DocketCore
import Synchronization

/// An index in memory: entries that all match, with what the ports promise of pages and slices.
final class MemoryIndex: SearchIndex {
    struct Entry: Sendable {
        var number: UInt64
        var version: UInt64 = 1
        var score = 1.0
        var year: Double?
    }

    private struct State {
        var entries: [Entry] = []
        var failure: DocketError?
        var change: (@Sendable (inout [IndexHit]) -> Void)?
        var asked: [SearchPlan] = []
        var removed: [RemovedDocuments] = []
        var outcome: (@Sendable (IndexChange) throws(DocketError) -> IndexOutcome)?
        var applied: Set<UInt64> = []
        var visible: Set<UInt64> = []
        var bulks: [Int] = []
        var prepared: Set<TenantID> = []
    }

    static let place = IndexPlace(name: "shared")

    let tenant: TenantID
    private let state = Mutex(State())

    init(_ tenant: TenantID, _ entries: [Entry]) {
        self.tenant = tenant
        state.withLock { $0.entries = entries }
    }

    /// The plans that it was asked, scans included.
    var asked: [SearchPlan] { state.withLock { $0.asked } }

    /// What it was told to leave out, each time.
    var removed: [RemovedDocuments] { state.withLock { $0.removed } }

    /// Fails from now on, or answers again.
    func fail(with error: DocketError?) { state.withLock { $0.failure = error } }

    /// Changes what each answer says.
    func answer(with change: @escaping @Sendable (inout [IndexHit]) -> Void) {
        state.withLock { $0.change = change }
    }

    /// Says what becomes of each change.
    func apply(
        with outcome: @escaping @Sendable (IndexChange) throws(DocketError) -> IndexOutcome
    ) {
        state.withLock { $0.outcome = outcome }
    }

    /// Versions that searches find.
    var visible: Set<UInt64> { state.withLock { $0.visible } }

    /// Documents of each bulk.
    var bulks: [Int] { state.withLock { $0.bulks } }

    /// Tenants that have what they need.
    var prepared: Set<TenantID> { state.withLock { $0.prepared } }

    func update(_ entries: [Entry]) { state.withLock { $0.entries = entries } }

    /// No collection is of a series here.
    func canSearch(_ collection: Collection) -> Bool { collection.series == nil }

    func clusters(work: WorkLimit) async throws(DocketError) -> Set<String> { [] }

    func place(for tenant: TenantID, work: WorkLimit) async throws(DocketError) -> IndexPlace {
        state.withLock { _ = $0.prepared.insert(tenant) }
        return Self.place
    }

    func apply(
        _ changes: [IndexChange],
        work: WorkLimit
    ) async throws(DocketError) -> [IndexOutcome] {
        let outcome = state.withLock { state in
            state.bulks.append(changes.count)
            return state.outcome
        }
        var outcomes: [IndexOutcome] = []
        for change in changes {
            let became = try outcome?(change) ?? .applied
            outcomes.append(became)
            if became == .applied { state.withLock { _ = $0.applied.insert(change.version) } }
        }
        return outcomes
    }

    func refresh(_ places: Set<IndexPlace>, work: WorkLimit) async throws(DocketError) {
        let applied = state.withLock { $0.applied }
        await Task.yield()
        state.withLock { $0.visible.formUnion(applied) }
    }

    func search(
        _ tenant: TenantID,
        _ plan: SearchPlan,
        without removed: RemovedDocuments,
        work: WorkLimit
    ) async throws(DocketError) -> IndexPage {
        let matches = try matches(plan, removed)
        let ordered = matches.sorted { Self.precedes($0, $1, plan) }
        let behind = ordered.filter { Self.isBehind($0, plan) }
        return IndexPage(
            hits: hits(behind.prefix(plan.limit), plan, plan.collection.number),
            total: plan.total == .none
                ? .init(value: 0, isExact: false) : .init(value: matches.count),
            hasMore: behind.count > plan.limit,
            bestScore: matches.map(\.score).max() ?? 1
        )
    }

    func scan(
        _ tenant: TenantID,
        _ plan: SearchPlan,
        after number: UInt64,
        without removed: RemovedDocuments,
        work: WorkLimit
    ) async throws(DocketError) -> IndexSlice {
        let behind = try matches(plan, removed).filter { $0.number > number }
            .sorted { $0.number < $1.number }
        let slice = behind.prefix(plan.limit)
        return IndexSlice(
            hits: hits(slice, plan, plan.collection.number),
            next: slice.count < behind.count ? slice.last?.number : nil
        )
    }

    private func matches(
        _ plan: SearchPlan,
        _ removed: RemovedDocuments
    ) throws(DocketError) -> [Entry] {
        let (entries, failure) = state.withLock { state in
            state.asked.append(plan)
            state.removed.append(removed)
            return (state.entries, state.failure)
        }
        if let failure { throw failure }
        return entries.filter { !removed.numbers.contains($0.number) }
    }

    private func hits(
        _ entries: some Sequence<Entry>,
        _ plan: SearchPlan,
        _ collection: UInt32
    ) -> [IndexHit] {
        var hits = entries.map { entry in
            IndexHit(
                tenant: tenant,
                collection: collection,
                number: entry.number,
                version: entry.version,
                score: entry.score,
                sortValues: plan.sort.map { sort in
                    if case .slot = sort.key { entry.year.map { .number($0) } } else { nil }
                }
            )
        }
        state.withLock { $0.change }?(&hits)
        return hits
    }

    private static func precedes(_ left: Entry, _ right: Entry, _ plan: SearchPlan) -> Bool {
        if case .rest = plan.after { return left.number < right.number }
        switch plan.sort.first?.key {
        case .score: return (-left.score, left.number) < (-right.score, right.number)
        case .slot:
            return (left.year ?? .infinity, left.number) < (right.year ?? .infinity, right.number)
        case .number, nil: return left.number < right.number
        }
    }

    private static func isBehind(_ entry: Entry, _ plan: SearchPlan) -> Bool {
        switch plan.after {
        case nil: return true
        case .after(let values, let number):
            guard case .slot = plan.sort.first?.key else { return entry.number > number }
            var year = Double.infinity
            if case .number(let value)?? = values.first { year = value }
            return (year, number) < (entry.year ?? .infinity, entry.number)
        case .without(let shown): return !shown.numbers.contains(entry.number)
        case .rest(let number, let shown):
            return entry.number > number && !shown.numbers.contains(entry.number)
        }
    }
}
