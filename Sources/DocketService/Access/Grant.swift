package import DocketCore
internal import DocketRuntime
internal import DocketSystem
internal import Synchronization

/// What one API key allows, shared by all connections that came with it.
///
/// It is looked at on every call, so a revoked key stops its connections' calls at once on this
/// server, and the connections themselves soon after.
package final class Grant: Sendable {
    package let keyID: String
    /// Whose data the key opens; nil for a key of administration.
    package let tenant: TenantID?
    package let scopes: Scopes
    private let expiresMicroseconds: Int64?
    private let quotaNow: Mutex<Quota>
    private let revoked = Atomic<Bool>(false)
    private let sessionsNow = Atomic<Int>(0)

    package init(_ key: KeyRecord, quota: Quota) {
        keyID = key.id
        tenant = key.tenant
        scopes = key.scopes
        expiresMicroseconds = key.expiresMicroseconds
        quotaNow = Mutex(quota)
    }

    /// What the tenant may hold, as last read from the directory.
    package var quota: Quota {
        get { quotaNow.withLock { $0 } }
        set { quotaNow.withLock { $0 = newValue } }
    }

    /// Ends the grant for all its connections.
    package func revoke() { revoked.store(true, ordering: .relaxed) }

    package var isRevoked: Bool { revoked.load(ordering: .relaxed) }

    /// Whether the key is revoked or has expired.
    package var isExpiredOrRevoked: Bool {
        isRevoked || expiresMicroseconds.map { $0 <= WallClock.microseconds() } ?? false
    }

    /// Connections that came with the key.
    var sessions: Int { sessionsNow.load(ordering: .relaxed) }

    func sessionBegan() { sessionsNow.add(1, ordering: .relaxed) }

    func sessionEnded() { sessionsNow.subtract(1, ordering: .relaxed) }
}
