/// Who the tenants are and which keys they have: the part of the truth that is not any tenant's
/// own.
package protocol TenantDirectory: Sendable {
    /// Makes a tenant; its number was never used before.
    ///
    /// - Throws: ``DocketError`` `alreadyExists` for a name in use.
    func createTenant(named name: String, quota: Quota) async throws(DocketError) -> Tenant
    func tenants() async throws(DocketError) -> [Tenant]
    /// nil when there is none.
    func tenant(_ id: TenantID) async throws(DocketError) -> Tenant?
    func tenant(named name: String) async throws(DocketError) -> Tenant?
    /// - Throws: ``DocketError`` `notFound`.
    func setQuota(_ quota: Quota, of id: TenantID) async throws(DocketError)
    /// Deletes the tenant, its keys and all that it holds. False when there was none.
    func deleteTenant(_ id: TenantID) async throws(DocketError) -> Bool

    /// Adds a key, its `secretHash` included. - Throws: `notFound` for an unknown tenant.
    func addKey(_ key: KeyRecord) async throws(DocketError)
    /// The key with its `secretHash`, revoked and expired ones too; nil for an unknown id.
    func key(_ id: String) async throws(DocketError) -> KeyRecord?
    /// The keys of a tenant, or of administration for nil, without hashes, revoked ones too.
    func keys(of tenant: TenantID?) async throws(DocketError) -> [KeyRecord]
    /// Revokes a key now. False when there is none, or it is another tenant's.
    func revokeKey(_ id: String, of tenant: TenantID?) async throws(DocketError) -> Bool

    /// 32 random bytes made at the first start and shared by all servers of this directory: cursors
    /// are sealed with it.
    func serverSecret() async throws(DocketError) -> [UInt8]
}
