internal import DocketCore
internal import Synchronization

/// Groups of documents that were read, and wait for the transactions that index them.
final class ReadGroups: Sendable {
    /// Tenants that have one; beyond, a group is read anew when its time comes.
    private static let countMaximum = 8

    private let groups = Mutex<[TenantID: IndexGroup]>([:])

    func take(_ tenant: TenantID) -> IndexGroup? {
        groups.withLock { $0.removeValue(forKey: tenant) }
    }

    func put(_ group: IndexGroup?, _ tenant: TenantID) {
        groups.withLock { groups in
            guard let group, groups.count < Self.countMaximum else { return }
            groups[tenant] = group
        }
    }
}
