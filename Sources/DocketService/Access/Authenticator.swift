package import DocketCore
internal import DocketCrypto
internal import DocketRuntime
internal import DocketSystem
internal import Synchronization

/// Turns the credential of a connection into what it allows.
///
/// The check digits are looked at first, then ids that were unknown a moment ago, then grants read
/// within the last 30 s, and only then the directory: an unauthenticated peer costs at most one
/// look-up of a key, and none when it guesses the same id again.
package final class Authenticator: Sendable {
    private struct Entry {
        var grant: Grant
        var secretHash: [UInt8]
    }

    private struct State {
        var grants: [String: Entry] = [:]
        var unknown: [String: MonotonicTime] = [:]
        /// Rises with each revocation: a key that was read before one may be the revoked key.
        var revocations: UInt64 = 0
    }

    private static let unknownMaximum = 4096
    private static let unknownLifetime = Duration.seconds(5)
    /// Times that a key is read again because another one was revoked meanwhile.
    private static let readings = 8

    private let directory: any TenantDirectory
    private let grantsMaximum: Int
    private let state = Mutex(State())

    /// Keeps `grantsMaximum` grants; beyond it those without connections go first.
    package init(directory: any TenantDirectory, grantsMaximum: Int = 10_000) {
        self.directory = directory
        self.grantsMaximum = grantsMaximum
    }

    /// The grant of the key that `credential` spells.
    ///
    /// - Throws: ``DocketError`` `unauthenticated`, the same for every kind of wrong key.
    package func grant(for credential: [UInt8]) async throws(DocketError) -> Grant {
        guard let key = APIKey(parsing: credential), !isKnownUnknown(key.id) else {
            throw Self.refusal
        }
        if let entry = state.withLock({ $0.grants[key.id] }) {
            return try check(entry.grant, storedHash: entry.secretHash, key)
        }
        for _ in 0..<Self.readings {
            let revocations = state.withLock { $0.revocations }
            let entry = try await read(key)
            _ = try check(entry.grant, storedHash: entry.secretHash, key)
            if let grant = keep(entry, ifStill: revocations) { return grant }
        }
        throw DocketError(.unavailable, "keys are being revoked, try again", isNotProcessed: true)
    }

    private func read(_ key: APIKey) async throws(DocketError) -> Entry {
        guard let record = try await directory.key(key.id) else {
            rememberUnknown(key.id)
            throw Self.refusal
        }
        var quota = Quota()
        if let tenant = record.tenant {
            guard let found = try await directory.tenant(tenant) else { throw Self.refusal }
            quota = found.quota
        }
        let grant = Grant(record, quota: quota)
        if record.revokedMicroseconds != nil { grant.revoke() }
        return Entry(grant: grant, secretHash: record.secretHash)
    }

    /// Reads every kept grant again: what was revoked, expired or changed elsewhere takes effect.
    package func refresh() async throws(DocketError) {
        let kept = state.withLock { Array($0.grants.values) }
        for entry in kept {
            let record = try await directory.key(entry.grant.keyID)
            guard let record, record.revokedMicroseconds == nil, !entry.grant.isOver else {
                revoke(entry.grant.keyID)
                continue
            }
            guard let tenant = record.tenant else { continue }
            guard let found = try await directory.tenant(tenant) else {
                revoke(entry.grant.keyID)
                continue
            }
            entry.grant.quota = found.quota
        }
    }

    /// Ends the grant of this key, if it is in use here.
    package func revoke(_ keyID: String) {
        let entry = state.withLock { state in
            state.revocations += 1
            return state.grants.removeValue(forKey: keyID)
        }
        entry?.grant.revoke()
    }

    /// Ends all grants of a tenant.
    package func revokeAll(of tenant: TenantID) {
        let ids = state.withLock { state in
            state.revocations += 1
            return state.grants.values.filter { $0.grant.tenant == tenant }.map(\.grant.keyID)
        }
        for id in ids { revoke(id) }
    }

    private static let refusal = DocketError(
        .unauthenticated,
        "the key is not valid",
        isNotProcessed: true
    )

    private func check(
        _ grant: Grant,
        storedHash: [UInt8],
        _ key: APIKey
    ) throws(DocketError) -> Grant {
        guard ConstantTime.equal(storedHash, key.secretHash), !grant.isOver else {
            throw Self.refusal
        }
        return grant
    }

    /// The grant, or the one that another connection of the same key has put there meanwhile; nil
    /// when a key was revoked since `revocations` were counted.
    private func keep(_ entry: Entry, ifStill revocations: UInt64) -> Grant? {
        state.withLock { state in
            guard state.revocations == revocations else { return nil }
            let id = entry.grant.keyID
            if let known = state.grants[id] { return known.grant }
            if state.grants.count >= grantsMaximum {
                let unused = state.grants.first { $0.value.grant.sessions == 0 }
                let leaving = unused ?? state.grants.first
                if let leaving { state.grants.removeValue(forKey: leaving.key)?.grant.revoke() }
            }
            state.grants[id] = entry
            return entry.grant
        }
    }

    private func isKnownUnknown(_ id: String) -> Bool {
        let now = MonotonicTime.now()
        return state.withLock { state in
            guard let until = state.unknown[id] else { return false }
            if until > now { return true }
            state.unknown[id] = nil
            return false
        }
    }

    private func rememberUnknown(_ id: String) {
        let until = MonotonicTime.now() + Self.unknownLifetime
        state.withLock { state in
            if state.unknown.count >= Self.unknownMaximum { state.unknown.removeAll() }
            state.unknown[id] = until
        }
    }
}
