package import DocketCore
internal import DocketCrypto
internal import DocketRuntime
internal import DocketSystem
internal import Synchronization

/// Turns the credential of a connection into what it allows.
///
/// The check digits are looked at first, then credentials that were refused a moment ago, then
/// grants read within the last 30 s, and only then the directory: an unauthenticated peer costs at
/// most one look-up of a key, and none when it makes the same guess again.
///
/// A wrong secret of a key that lives, known here or not, is refused after the same work as an id
/// that nobody has: the time of a refusal does not tell which ids exist.
package final class Authenticator: Sendable {
    private struct Entry {
        var grant: Grant
        var secretHash: [UInt8]
    }

    private struct State {
        var grants: [String: Entry] = [:]
        /// Until when a credential is refused without a look-up.
        var refused: [Guess: MonotonicTime] = [:]
        /// Rises with each revocation: a key that was read before one may be the revoked key.
        var revocations: UInt64 = 0
    }

    /// A credential that no key has.
    private struct Guess: Hashable {
        var id: String
        var secretHash: [UInt8]

        init(_ key: APIKey) {
            id = key.id
            secretHash = key.secretHash
        }
    }

    private static let refusedMaximum = 4096
    private static let refusedLifetime = Duration.seconds(5)
    /// Compared with the secret of an id that nobody has; no secret has this hash.
    private static let noHash = [UInt8](repeating: 0, count: 32)
    /// Times that a key is read again because another one was revoked meanwhile.
    private static let readings = 8
    /// Time for the directory to say what it has of a credential.
    private static let readingTime = Duration.seconds(5)
    /// Grants that are read again with one question.
    private static let refreshedAtOnce = 500

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
        guard let key = APIKey(parsing: credential), !isRefused(key) else { throw Self.refusal }
        let known = state.withLock { $0.grants[key.id] }
        if let known, ConstantTime.equal(known.secretHash, key.secretHash) {
            guard !known.grant.isExpiredOrRevoked else { throw Self.refusal }
            return known.grant
        }
        for _ in 0..<Self.readings {
            let revocations = state.withLock { $0.revocations }
            let entry = try await read(key)
            guard !entry.grant.isExpiredOrRevoked else { throw Self.refusal }
            if let grant = keep(entry, ifStill: revocations) { return grant }
        }
        throw DocketError(.unavailable, "keys are being revoked, try again", isNotProcessed: true)
    }

    /// What the directory has of the key.
    ///
    /// The tenant's quota comes with it: nothing is read for a good secret that is not for a wrong
    /// one.
    private func read(_ key: APIKey) async throws(DocketError) -> Entry {
        let found = try await WorkLimit.within(Self.readingTime) { work throws(DocketError) in
            try await directory.keys([key.id], work: work).first ?? nil
        }
        let isSecret = ConstantTime.equal(found?.record.secretHash ?? Self.noHash, key.secretHash)
        guard let found, isSecret else {
            rememberRefused(key)
            throw Self.refusal
        }
        let grant = Grant(found.record, quota: found.quota)
        if found.record.revokedMicroseconds != nil { grant.revoke() }
        return Entry(grant: grant, secretHash: found.record.secretHash)
    }

    /// Reads every kept grant again: what was revoked, expired or changed elsewhere takes effect.
    package func refresh(work: WorkLimit) async throws(DocketError) {
        var kept = state.withLock { $0.grants.values.map(\.grant) }[...]
        while !kept.isEmpty {
            let batch = kept.prefix(Self.refreshedAtOnce)
            kept = kept.dropFirst(Self.refreshedAtOnce)
            let found = try await directory.keys(batch.map(\.keyID), work: work)
            for (grant, key) in zip(batch, found) {
                guard let key, key.record.revokedMicroseconds == nil, !grant.isExpiredOrRevoked
                else {
                    revoke(grant.keyID)
                    continue
                }
                grant.quota = key.quota
            }
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

    private func isRefused(_ key: APIKey) -> Bool {
        let now = MonotonicTime.now()
        let guess = Guess(key)
        return state.withLock { state in
            guard let until = state.refused[guess] else { return false }
            if until > now { return true }
            state.refused[guess] = nil
            return false
        }
    }

    private func rememberRefused(_ key: APIKey) {
        let until = MonotonicTime.now() + Self.refusedLifetime
        let guess = Guess(key)
        state.withLock { state in
            if state.refused.count >= Self.refusedMaximum { state.refused.removeAll() }
            state.refused[guess] = until
        }
    }
}
