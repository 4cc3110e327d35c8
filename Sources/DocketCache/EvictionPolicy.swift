/// Which slot of a shard goes when room is needed: the one not used for the longest time, of all
/// tenants or of one.
struct EvictionPolicy: Sendable {
    private var recency = SlotLists()
    private var all = SlotLists.List()
    private var tenantRecency = SlotLists()
    private var tenantLists: [SlotLists.List] = []
    private var freeLists: [Int32] = []
    private var listOfTenant: [UInt64: Int32] = [:]
    private var listOfSlot: [Int32] = []

    /// A slot is filled for a tenant.
    mutating func inserted(_ slot: Int, tenant: UInt64) {
        let list = listOfTenant[tenant] ?? addList(for: tenant)
        if slot >= listOfSlot.count {
            listOfSlot.append(contentsOf: repeatElement(-1, count: slot + 1 - listOfSlot.count))
        }
        listOfSlot[slot] = list
        recency.pushFirst(slot, to: &all)
        tenantRecency.pushFirst(slot, to: &tenantLists[Int(list)])
    }

    /// A slot was looked up.
    mutating func used(_ slot: Int) {
        recency.moveFirst(slot, in: &all)
        tenantRecency.moveFirst(slot, in: &tenantLists[Int(listOfSlot[slot])])
    }

    /// A slot is emptied.
    mutating func removed(_ slot: Int, tenant: UInt64) {
        let list = listOfSlot[slot]
        recency.remove(slot, from: &all)
        tenantRecency.remove(slot, from: &tenantLists[Int(list)])
        if tenantLists[Int(list)].isEmpty {
            listOfTenant[tenant] = nil
            freeLists.append(list)
        }
    }

    /// The slot to empty next: one of `tenant`, or of any tenant when that is nil.
    func victim(of tenant: UInt64?) -> Int? {
        guard let tenant else { return all.isEmpty ? nil : Int(all.last) }
        guard let list = listOfTenant[tenant] else { return nil }
        return Int(tenantLists[Int(list)].last)
    }

    private mutating func addList(for tenant: UInt64) -> Int32 {
        let list = freeLists.popLast() ?? Int32(tenantLists.count)
        if Int(list) == tenantLists.count { tenantLists.append(SlotLists.List()) }
        listOfTenant[tenant] = list
        return list
    }
}
