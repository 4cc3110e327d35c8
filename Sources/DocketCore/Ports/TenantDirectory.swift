/// Who the tenants are and which keys they have: the part of the truth that is not any tenant's
/// own.
package protocol TenantDirectory: Sendable {
    /// Makes a tenant; its number was never used before.
    ///
    /// - Throws: ``DocketError`` `alreadyExists` for a name in use.
    func createTenant(
        named name: String,
        quota: Quota,
        work: WorkLimit
    ) async throws(DocketError) -> Tenant
    func tenants(work: WorkLimit) async throws(DocketError) -> [Tenant]
    /// nil when there is none.
    func tenant(_ id: TenantID, work: WorkLimit) async throws(DocketError) -> Tenant?
    func tenant(named name: String, work: WorkLimit) async throws(DocketError) -> Tenant?
    /// - Throws: ``DocketError`` `notFound`.
    func setQuota(_ quota: Quota, of id: TenantID, work: WorkLimit) async throws(DocketError)
    /// Deletes the tenant, its keys and all that it holds. False when there was none.
    func deleteTenant(_ id: TenantID, work: WorkLimit) async throws(DocketError) -> Bool

    /// Adds a key, its `secretHash` included. - Throws: `notFound` for an unknown tenant.
    func addKey(_ key: KeyRecord, work: WorkLimit) async throws(DocketError)
    /// Keys with their `secretHash`, revoked and expired ones too, in the order of `ids` and in one
    /// reading; nil for an unknown id, and for a key whose tenant is gone.
    func keys(_ ids: [String], work: WorkLimit) async throws(DocketError) -> [TenantKey?]
    /// The keys of a tenant, or of administration for nil, without hashes, revoked ones too.
    func keys(of tenant: TenantID?, work: WorkLimit) async throws(DocketError) -> [KeyRecord]
    /// Revokes a key now. False when there is none, or it is another tenant's.
    func revokeKey(
        _ id: String,
        of tenant: TenantID?,
        work: WorkLimit
    ) async throws(DocketError) -> Bool

    /// 32 random bytes made at the first start and shared by all servers of this directory: cursors
    /// are sealed with it.
    func serverSecret(work: WorkLimit) async throws(DocketError) -> [UInt8]
}

/// A key with what its tenant may hold.
package struct TenantKey: Sendable {
    package var record: KeyRecord
    /// The default one for a key of administration.
    package var quota: Quota

    package init(record: KeyRecord, quota: Quota) {
        self.record = record
        self.quota = quota
    }
}
