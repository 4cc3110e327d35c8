/// The unit of isolation, by a number that is never used again.
///
/// It is a parameter of every port and never ambient; it comes from the credential alone.
public struct TenantID: Hashable, Comparable, Sendable {
    /// The number, from 1.
    public let number: UInt64

    /// The tenant with this number.
    public init(_ number: UInt64) { self.number = number }

    /// Orders by number, that is by creation.
    public static func < (left: TenantID, right: TenantID) -> Bool { left.number < right.number }
}

/// A tenant as administration sees it.
public struct Tenant: Hashable, Sendable {
    /// Its number.
    public var id: TenantID
    /// Its name, unique among the living; see ``ResourceName``.
    public var name: String
    /// What it may hold.
    public var quota: Quota
    /// When it was made, microseconds since 1970.
    public var createdMicroseconds: Int64

    /// A tenant with all that is known of it.
    public init(id: TenantID, name: String, quota: Quota, createdMicroseconds: Int64) {
        self.id = id
        self.name = name
        self.quota = quota
        self.createdMicroseconds = createdMicroseconds
    }
}

/// What a tenant may hold; nil is no bound.
public struct Quota: Hashable, Sendable {
    /// Documents over all collections.
    public var documents: Int?
    /// Bytes of titles, bodies and attributes over all collections.
    public var bytes: Int?
    /// Collections, by default 100.
    public var collections: Int?

    /// A quota; by default only collections are bounded.
    public init(documents: Int? = nil, bytes: Int? = nil, collections: Int? = 100) {
        self.documents = documents
        self.bytes = bytes
        self.collections = collections
    }
}

/// What a key may do.
public struct Scopes: OptionSet, Hashable, Sendable {
    /// The bits as they are stored.
    public let rawValue: UInt32

    /// Scopes from stored bits.
    public init(rawValue: UInt32) { self.rawValue = rawValue }

    /// Search, Stream, Get, Status, Watch, Suggest and the list of collections.
    public static let read = Scopes(rawValue: 1)
    /// Upload and Delete.
    public static let write = Scopes(rawValue: 2)
    /// The tenant's own collections; for a key without a tenant, all administration.
    public static let admin = Scopes(rawValue: 4)

    /// The names in use, in the order of the bits.
    public static let names: [(name: String, scope: Scopes)] = [
        ("read", .read), ("write", .write), ("admin", .admin),
    ]
}

/// What the directory knows of an API key; the secret itself is stored nowhere.
public struct KeyRecord: Hashable, Sendable {
    /// The public part of the key, by which it is looked up, listed and revoked.
    public var id: String
    /// Whose key it is; nil for a key of administration.
    public var tenant: TenantID?
    /// What it may do.
    public var scopes: Scopes
    /// SHA-256 of the secret part, 32 bytes; empty in listings.
    public var secretHash: [UInt8]
    /// When it was made, microseconds since 1970.
    public var createdMicroseconds: Int64
    /// When it ends to be valid, microseconds since 1970.
    public var expiresMicroseconds: Int64?
    /// When it was revoked, microseconds since 1970.
    public var revokedMicroseconds: Int64?

    /// A key with all that is known of it.
    public init(
        id: String,
        tenant: TenantID?,
        scopes: Scopes,
        secretHash: [UInt8],
        createdMicroseconds: Int64,
        expiresMicroseconds: Int64? = nil,
        revokedMicroseconds: Int64? = nil
    ) {
        self.id = id
        self.tenant = tenant
        self.scopes = scopes
        self.secretHash = secretHash
        self.createdMicroseconds = createdMicroseconds
        self.expiresMicroseconds = expiresMicroseconds
        self.revokedMicroseconds = revokedMicroseconds
    }
}

/// The rule for names of tenants, collections and attributes.
public enum ResourceName: Sendable {
    /// What is wrong with `name`, or nil: 1 to 64 of `a-z`, `0-9`, `_` and `-`, a letter first.
    public static func fault(in name: String, limit: Int = Limits().nameBytes) -> String? {
        let bytes = name.utf8
        guard let first = bytes.first else { return "must not be empty" }
        guard bytes.count <= limit else {
            return "is \(bytes.count) bytes, the limit is \(limit)"
        }
        guard (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else {
            return "must begin with a letter a to z"
        }
        let isAllowed = bytes.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        return isAllowed ? nil : "may hold only a to z, 0 to 9, _ and -"
    }
}
