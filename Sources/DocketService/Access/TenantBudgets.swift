package import DocketCore
package import DocketRPC
internal import Synchronization

/// The byte budgets for incomplete messages: one for each tenant, all inside that of the process.
package final class TenantBudgets: Sendable {
    private let tenantMaximum: Int
    private let process: ByteBudget
    private let budgets = Mutex<[TenantID?: ByteBudget]>([:])

    package init(tenant: Int, process: Int) {
        tenantMaximum = tenant
        self.process = ByteBudget(maximum: process)
    }

    /// The tenant's budget, or that of administration for nil.
    package func budget(of tenant: TenantID?) -> ByteBudget {
        budgets.withLock { budgets in
            if let budget = budgets[tenant] { return budget }
            // Those that nobody uses cost nothing to make again.
            if budgets.count >= 10_000 { budgets = budgets.filter { $0.value.used > 0 } }
            let budget = ByteBudget(maximum: tenantMaximum, inside: process)
            budgets[tenant] = budget
            return budget
        }
    }
}
