import DocketCore
import DocketRuntime
import DocketService
import DocketSystem
import DocketTestKit
import Synchronization

/// The store's search, counted; it can be held back after it has read, or made to fail.
final class GatedSearch: DocumentSearch {
    private struct State {
        var gate: Gate?
        var failure: DocketError?
        var hangs = false
        var works: [WorkLimit] = []
    }

    private let inner = Mutex<(any DocumentSearch)?>(nil)
    private let state = Mutex(State())

    func attach(_ search: any DocumentSearch) { inner.withLock { $0 = search } }

    /// Searches so far.
    var count: Int { state.withLock { $0.works.count } }

    /// What the searches were told to stop by, in order.
    var works: [WorkLimit] { state.withLock { $0.works } }

    /// The next search stops here after it has read.
    func hold(at gate: Gate) { state.withLock { $0.gate = gate } }

    /// Searches fail from now on.
    func fail(with error: DocketError?) { state.withLock { $0.failure = error } }

    /// The next search finds nothing until it is told to stop, or its time is over.
    func hang() { state.withLock { $0.hangs = true } }

    func search(
        _ tenant: TenantID,
        _ plan: SearchPlan,
        work: WorkLimit
    ) async throws(DocketError) -> SearchPage {
        let (gate, failure, hangs) = state.withLock { state in
            state.works.append(work)
            defer { state.hangs = false }
            return (state.gate.take(), state.failure, state.hangs)
        }
        if hangs {
            while true {
                if let end = work.ending(at: MonotonicTime.now().nanoseconds) { throw end }
                await Task.yield()
            }
        }
        if let failure { throw failure }
        let page = try await attached().search(tenant, plan, work: work)
        await gate?.passUncancelled()
        return page
    }

    func scan(
        _ tenant: TenantID,
        _ plan: SearchPlan,
        after number: UInt64,
        work: WorkLimit
    ) async throws(DocketError) -> ScanSlice {
        try await attached().scan(tenant, plan, after: number, work: work)
    }

    func suggest(
        _ tenant: TenantID,
        _ plan: SuggestPlan,
        work: WorkLimit
    ) async throws(DocketError) -> SuggestReply {
        try await attached().suggest(tenant, plan, work: work)
    }

    private func attached() throws(DocketError) -> any DocumentSearch {
        guard let search = inner.withLock({ $0 }) else {
            throw DocketError(.unavailable, "no search is attached")
        }
        return search
    }
}

extension TestService.Options {
    /// Searches pass through `search`.
    mutating func search(through search: GatedSearch) {
        backends = { backends in
            search.attach(backends.search)
            backends.search = search
        }
    }
}
