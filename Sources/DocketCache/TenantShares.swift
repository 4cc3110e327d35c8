/// Who uses how many bytes of the cache: the bound of all, and each tenant's share of it.
struct TenantShares: Sendable {
    enum Charge: Equatable, Sendable {
        case done
        /// There is no room: evict a key of this tenant, or of any when it is nil, and try again.
        case full(evict: UInt64?)
    }

    let limit: Int
    /// What a tenant may use while the cache is full.
    let share: Int
    private(set) var bytes = 0
    private var used: [UInt64: Int] = [:]
    /// Tenants above their share; never more than fit into the whole.
    private var above: Set<UInt64> = []

    init(limit: Int, sharePercent: Int) {
        self.limit = limit
        share = limit / 100 * sharePercent
    }

    /// Takes `weight` bytes for a tenant if there is room.
    mutating func charge(_ tenant: UInt64, _ weight: Int) -> Charge {
        let own = used[tenant, default: 0]
        guard bytes + weight <= limit else {
            return .full(evict: own + weight > share ? tenant : above.first)
        }
        bytes += weight
        set(tenant, own + weight)
        return .done
    }

    mutating func release(_ tenant: UInt64, _ weight: Int) {
        bytes -= weight
        set(tenant, used[tenant, default: 0] - weight)
    }

    func bytes(of tenant: UInt64) -> Int { used[tenant, default: 0] }

    private mutating func set(_ tenant: UInt64, _ own: Int) {
        used[tenant] = own > 0 ? own : nil
        if own > share { above.insert(tenant) } else { above.remove(tenant) }
    }
}
