package import DocketCore
internal import Synchronization

/// Bounds the calls under way: for the process, and for each tenant when the process is half full.
///
/// Cached answers never come here; they are given in the turn that read them.
package final class Admission: Sendable {
    private struct State {
        var all = 0
        var byTenant: [TenantID: Int] = [:]
    }

    /// Calls under way in the whole process.
    package let maximum: Int
    /// A tenant's calls once half of `maximum` is taken: a quarter of it.
    package let tenantMaximum: Int
    private let state = Mutex(State())

    package init(maximum: Int = 4096) {
        self.maximum = maximum
        tenantMaximum = max(4, maximum / 4)
    }

    /// Takes a place for a call, or says why there is none.
    package func enter(_ tenant: TenantID?) -> DocketError? {
        let isFull = state.withLock { state in
            guard state.all < maximum else { return true }
            if let tenant {
                let own = state.byTenant[tenant, default: 0]
                if own >= tenantMaximum, state.all >= maximum / 2 { return true }
                state.byTenant[tenant] = own + 1
            }
            state.all += 1
            return false
        }
        guard isFull else { return nil }
        return DocketError(
            .resourceExhausted,
            "too many calls are under way",
            retryAfter: .milliseconds(Int.random(in: 100...500)),
            isNotProcessed: true
        )
    }

    /// Gives the place back.
    package func leave(_ tenant: TenantID?) {
        state.withLock { state in
            state.all -= 1
            guard let tenant, let own = state.byTenant[tenant] else { return }
            state.byTenant[tenant] = own > 1 ? own - 1 : nil
        }
    }

    /// Calls under way, for the metrics.
    package var underWay: Int { state.withLock { $0.all } }
}
