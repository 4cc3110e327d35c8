/// A tenant as administration sees it.
public struct TenantDescription: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// What it may hold.
    public var quota: Quota
    /// When it was made, microseconds since 1970.
    public var createdMicroseconds: Int64

    /// A tenant with all that is shown of it.
    public init(name: String, quota: Quota, createdMicroseconds: Int64) {
        self.name = name
        self.quota = quota
        self.createdMicroseconds = createdMicroseconds
    }

    /// What is shown of a tenant.
    public init(_ tenant: Tenant) {
        self.init(
            name: tenant.name,
            quota: tenant.quota,
            createdMicroseconds: tenant.createdMicroseconds
        )
    }
}

/// A tenant to be made.
public struct CreateTenantRequest: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// What it may hold.
    public var quota: Quota

    /// A tenant to be made.
    public init(name: String, quota: Quota = Quota()) {
        self.name = name
        self.quota = quota
    }
}

/// A question for all tenants.
public struct ListTenantsRequest: Hashable, Sendable {
    /// The request; it has no parts.
    public init() {}
}

/// All tenants.
public struct ListTenantsReply: Hashable, Sendable {
    /// In the order they were made.
    public var tenants: [TenantDescription]

    /// A list of tenants.
    public init(tenants: [TenantDescription] = []) { self.tenants = tenants }
}

/// A new quota for a tenant.
public struct SetQuotaRequest: Hashable, Sendable {
    /// The tenant's name.
    public var tenant: String
    /// What it may hold from now on.
    public var quota: Quota

    /// Sets a quota.
    public init(tenant: String, quota: Quota) {
        self.tenant = tenant
        self.quota = quota
    }
}

/// A tenant to be deleted with all it holds.
public struct DeleteTenantRequest: Hashable, Sendable {
    /// Its name.
    public var name: String

    /// Deletes a tenant.
    public init(name: String) { self.name = name }
}

/// The tenant is gone.
public struct DeleteTenantReply: Hashable, Sendable {
    /// The reply; it has no parts.
    public init() {}
}

/// A key as listings show it.
public struct KeyDescription: Hashable, Sendable {
    /// Its public part.
    public var id: String
    /// The name of its tenant; empty for a key of administration.
    public var tenant: String
    /// What it may do.
    public var scopes: Scopes
    /// When it was made, microseconds since 1970.
    public var createdMicroseconds: Int64
    /// When it ends to be valid, microseconds since 1970.
    public var expiresMicroseconds: Int64?
    /// When it was revoked, microseconds since 1970.
    public var revokedMicroseconds: Int64?

    /// A key with all that is shown of it.
    public init(
        id: String,
        tenant: String,
        scopes: Scopes,
        createdMicroseconds: Int64,
        expiresMicroseconds: Int64? = nil,
        revokedMicroseconds: Int64? = nil
    ) {
        self.id = id
        self.tenant = tenant
        self.scopes = scopes
        self.createdMicroseconds = createdMicroseconds
        self.expiresMicroseconds = expiresMicroseconds
        self.revokedMicroseconds = revokedMicroseconds
    }

    /// What is shown of a key.
    public init(_ key: KeyRecord, tenantName: String) {
        self.init(
            id: key.id,
            tenant: tenantName,
            scopes: key.scopes,
            createdMicroseconds: key.createdMicroseconds,
            expiresMicroseconds: key.expiresMicroseconds,
            revokedMicroseconds: key.revokedMicroseconds
        )
    }
}

/// A key to be made.
public struct CreateKeyRequest: Hashable, Sendable {
    /// The name of its tenant; empty for a key of administration.
    public var tenant: String
    /// What it may do.
    public var scopes: Scopes
    /// How long it is valid; 0 for ever.
    public var lifetimeSeconds: UInt64

    /// A key to be made; by default it may do everything in its tenant.
    public init(
        tenant: String,
        scopes: Scopes = [.read, .write, .admin],
        lifetimeSeconds: UInt64 = 0
    ) {
        self.tenant = tenant
        self.scopes = scopes
        self.lifetimeSeconds = lifetimeSeconds
    }
}

/// A new key, whole.
public struct CreateKeyReply: Hashable, Sendable {
    /// What listings will show of it.
    public var key: KeyDescription
    /// The whole key, shown this once.
    public var secret: String

    /// A new key.
    public init(key: KeyDescription, secret: String) {
        self.key = key
        self.secret = secret
    }
}

/// A question for the keys of a tenant.
public struct ListKeysRequest: Hashable, Sendable {
    /// Its name; empty for the keys of administration.
    public var tenant: String

    /// Asks for keys.
    public init(tenant: String) { self.tenant = tenant }
}

/// The keys of a tenant.
public struct ListKeysReply: Hashable, Sendable {
    /// In the order they were made.
    public var keys: [KeyDescription]

    /// A list of keys.
    public init(keys: [KeyDescription] = []) { self.keys = keys }
}

/// A key to be revoked.
public struct RevokeKeyRequest: Hashable, Sendable {
    /// Its public part.
    public var id: String

    /// Revokes a key.
    public init(id: String) { self.id = id }
}

/// The key is revoked.
public struct RevokeKeyReply: Hashable, Sendable {
    /// The reply; it has no parts.
    public init() {}
}

/// A backup to be made on the server.
public struct BackupRequest: Hashable, Sendable {
    /// A folder of the server, new or empty.
    public var folder: String

    /// Asks for a backup.
    public init(folder: String) { self.folder = folder }
}

/// How far a backup has come.
public struct BackupProgress: Hashable, Sendable {
    /// Tenants that are copied.
    public var tenantsDone = 0
    /// Tenants in all.
    public var tenantsAll = 0
    /// Bytes written.
    public var bytes = 0

    /// Nothing done.
    public init() {}
}
