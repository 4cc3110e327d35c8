internal import DocketCore
internal import DocketRuntime
internal import DocketSystem

/// Makes a key; its secret is in this reply and nowhere else.
struct CreateKeyMethod: UnaryMethod {
    /// Longest life of a key that ends: 100 years.
    private static let lifetimeMaximum: UInt64 = 100 * 366 * 86_400

    let directory: any TenantDirectory

    func answer(
        _ request: CreateKeyRequest,
        _ caller: Caller
    ) async throws(DocketError) -> CreateKeyReply {
        guard request.lifetimeSeconds <= Self.lifetimeMaximum else {
            throw .invalid(
                "lifetime_s",
                "is over \(Self.lifetimeMaximum), the limit",
                limit: Int(Self.lifetimeMaximum)
            )
        }
        var tenant: TenantID?
        if !request.tenant.isEmpty {
            tenant = try await directory.tenantOrError(named: request.tenant, caller.work).id
        } else if request.scopes != .admin {
            throw .invalid("scopes", "a key without a tenant has the scope admin and no other")
        }
        let now = WallClock.microseconds()
        let key = APIKey()
        var record = KeyRecord(
            id: key.id,
            tenant: tenant,
            scopes: request.scopes,
            secretHash: key.secretHash,
            createdMicroseconds: now
        )
        if request.lifetimeSeconds > 0 {
            record.expiresMicroseconds = now + Int64(request.lifetimeSeconds) * 1_000_000
        }
        try await directory.addKey(record, work: caller.work)
        let description = KeyDescription(record, tenantName: request.tenant)
        return CreateKeyReply(key: description, secret: key.text)
    }
}

struct ListKeysMethod: UnaryMethod {
    let directory: any TenantDirectory

    func answer(
        _ request: ListKeysRequest,
        _ caller: Caller
    ) async throws(DocketError) -> ListKeysReply {
        var tenant: TenantID?
        if !request.tenant.isEmpty {
            tenant = try await directory.tenantOrError(named: request.tenant, caller.work).id
        }
        let keys = try await directory.keys(of: tenant, work: caller.work)
        let descriptions = keys.map { KeyDescription($0, tenantName: request.tenant) }
        return ListKeysReply(keys: descriptions)
    }
}

/// Revokes a key: its connections here end within seconds, elsewhere within 30 s.
struct RevokeKeyMethod: UnaryMethod {
    let directory: any TenantDirectory
    let authenticator: Authenticator

    func answer(
        _ request: RevokeKeyRequest,
        _ caller: Caller
    ) async throws(DocketError) -> RevokeKeyReply {
        let work = caller.work
        guard let found = try await directory.keys([request.id], work: work).first,
            let key = found?.record,
            try await directory.revokeKey(key.id, of: key.tenant, work: work)
        else { throw DocketError.missing("id", "there is no such key") }
        authenticator.revoke(key.id)
        return RevokeKeyReply()
    }
}
