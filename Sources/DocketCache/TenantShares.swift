/// Who uses how many bytes of the cache, and who gives way when it is full: the bound of all, and
/// each tenant's share of it.
///
/// Tenants are known by their places, from 0.
struct TenantShares: Sendable {
    /// Ranks of usage for each doubling of it: tenants within a fifth of one another are alike.
    private static let ranksPerDoubling = 4

    let limit: Int
    /// What a tenant may use while the cache is full.
    let share: Int
    private(set) var bytes = 0
    private var used: [Int] = []
    /// Tenants by the rank of what they use.
    private var ranked: [SlotLists.List]
    private var lists = SlotLists()

    init(limit: Int, sharePercent: Int) {
        self.limit = limit
        share = limit / 100 * sharePercent
        ranked = Array(
            repeating: SlotLists.List(),
            count: Self.ranksPerDoubling * (Int.bitWidth + 1)
        )
    }

    var isOver: Bool { bytes > limit }

    func bytes(of tenant: Int) -> Int { tenant < used.count ? used[tenant] : 0 }

    /// Charges a tenant with `weight` bytes, which may be negative.
    mutating func charge(_ tenant: Int, _ weight: Int) {
        if tenant >= used.count {
            used.append(contentsOf: repeatElement(0, count: tenant + 1 - used.count))
        }
        let (old, new) = (used[tenant], used[tenant] + weight)
        used[tenant] = new
        bytes += weight
        let (from, to) = (Self.rank(old), Self.rank(new))
        guard from != to else { return }
        if old > 0 { lists.remove(tenant, from: &ranked[from]) }
        if new > 0 { lists.pushFirst(tenant, to: &ranked[to]) }
    }

    /// The tenant to take from for the sake of `tenant`; nil when nobody uses anything.
    ///
    /// It is `tenant` itself, if it uses more than its share or if nobody uses more; otherwise one
    /// of those that use most. So no tenant loses anything to one that is larger.
    func givingWay(to tenant: Int) -> Int? {
        let own = bytes(of: tenant)
        if own > share { return tenant }
        guard let top = ranked.lastIndex(where: { !$0.isEmpty }) else { return nil }
        return own > 0 && Self.rank(own) >= top ? tenant : Int(ranked[top].last)
    }

    /// Rises with the bytes, by `ranksPerDoubling` steps for each doubling.
    private static func rank(_ bytes: Int) -> Int {
        guard bytes > 0 else { return 0 }
        let doublings = Int.bitWidth - 1 - bytes.leadingZeroBitCount
        let fraction = doublings < 2 ? 0 : bytes >> (doublings - 2) & 3
        return ranksPerDoubling * doublings + fraction + 1
    }
}
