import DocketCore
import DocketCrypto
import DocketRuntime
import DocketSQLite
import DocketService
import DocketSystem
import DocketWire
import Synchronization
import Testing

/// Counts the questions about keys, and can hold one back.
final class WatchedDirectory: TenantDirectory {
    private let inner: any TenantDirectory
    private let asked = Mutex<[Int]>([])
    private let tenants = Atomic<Int>(0)
    private let afterKeys = Mutex<(@Sendable () async -> Void)?>(nil)

    init(_ inner: any TenantDirectory) { self.inner = inner }

    /// How many keys each question was about.
    var keyQuestions: [Int] { asked.withLock { $0 } }
    var keyLookups: Int { keyQuestions.count }
    var tenantLookups: Int { tenants.load(ordering: .relaxed) }

    /// Runs once, between the next look-up of keys and its answer.
    func beforeAnswering(_ body: @escaping @Sendable () async -> Void) {
        afterKeys.withLock { $0 = body }
    }

    func keys(_ ids: [String], work: WorkLimit) async throws(DocketError) -> [TenantKey?] {
        asked.withLock { $0.append(ids.count) }
        let keys = try await inner.keys(ids, work: work)
        await afterKeys.withLock { $0.take() }?()
        return keys
    }

    func createTenant(
        named name: String,
        quota: Quota,
        work: WorkLimit
    ) async throws(DocketError) -> Tenant {
        try await inner.createTenant(named: name, quota: quota, work: work)
    }
    func tenants(work: WorkLimit) async throws(DocketError) -> [Tenant] {
        try await inner.tenants(work: work)
    }
    func tenant(_ id: TenantID, work: WorkLimit) async throws(DocketError) -> Tenant? {
        tenants.add(1, ordering: .relaxed)
        return try await inner.tenant(id, work: work)
    }
    func tenant(named name: String, work: WorkLimit) async throws(DocketError) -> Tenant? {
        try await inner.tenant(named: name, work: work)
    }
    func setQuota(_ quota: Quota, of id: TenantID, work: WorkLimit) async throws(DocketError) {
        try await inner.setQuota(quota, of: id, work: work)
    }
    func deleteTenant(_ id: TenantID, work: WorkLimit) async throws(DocketError) -> Bool {
        try await inner.deleteTenant(id, work: work)
    }
    func addKey(_ key: KeyRecord, work: WorkLimit) async throws(DocketError) {
        try await inner.addKey(key, work: work)
    }
    func keys(of tenant: TenantID?, work: WorkLimit) async throws(DocketError) -> [KeyRecord] {
        try await inner.keys(of: tenant, work: work)
    }
    func revokeKey(
        _ id: String,
        of tenant: TenantID?,
        work: WorkLimit
    ) async throws(DocketError) -> Bool {
        try await inner.revokeKey(id, of: tenant, work: work)
    }
    func serverSecret(work: WorkLimit) async throws(DocketError) -> [UInt8] {
        try await inner.serverSecret(work: work)
    }
}

@Suite("Authenticator", .timeLimit(.minutes(5)))
struct AuthenticatorTests {
    private func code(
        _ authenticator: Authenticator,
        _ credential: [UInt8]
    ) async -> DocketError? {
        await failure { _ = try await authenticator.grant(for: credential) }
    }

    private func bytes(_ key: APIKey) -> [UInt8] { Array(key.text.utf8) }

    @Test("a good key gives its tenant, scopes and quota")
    func good() async throws {
        try await TestService.run { test in
            let tenant = try await test.tenant("acme", quota: Quota(documents: 7))
            let key = try await test.key(tenant, [.read])
            let grant = try await test.service.authenticator.grant(for: bytes(key))
            #expect(grant.tenant == tenant)
            #expect(grant.scopes == .read)
            #expect(grant.quota.documents == 7)
            #expect(grant.keyID == key.id)
        }
    }

    @Test("every kind of wrong key gets the same refusal")
    func refusals() async throws {
        try await TestService.run { test in
            let authenticator = test.service.authenticator
            let tenant = try await test.tenant("acme")
            let expired = try await test.key(tenant, expires: WallClock.microseconds() - 1)
            let revoked = try await test.key(tenant)
            #expect(try await test.store.revokeKey(revoked.id, of: tenant, work: WorkLimit()))
            var mistyped = bytes(try await test.key(tenant))
            mistyped.swapAt(4, 5)
            mistyped[20] ^= 1
            var errors: Set<DocketError> = []
            for credential in [[], bytes(expired), bytes(revoked), bytes(APIKey()), mistyped] {
                let error = try #require(await code(authenticator, credential))
                #expect(error.code == .unauthenticated)
                #expect(error.isNotProcessed)
                errors.insert(error)
            }
            #expect(errors.count == 1)
        }
    }

    /// A credential of this id with a secret that is not the key's.
    private func forged(_ id: String, _ digit: String = "a") -> [UInt8] {
        let body = "\(APIKey.prefix)\(id)\(String(repeating: digit, count: 64))"
        return Array((body + Hexadecimal.text(CRC32.bigEndianBytes(of: Array(body.utf8)))).utf8)
    }

    @Test("a wrong secret is refused after as many look-ups as an unknown id")
    func equalWork() async throws {
        try await TestService.run { test in
            let directory = WatchedDirectory(test.store)
            let authenticator = Authenticator(directory: directory)
            let tenant = try await test.tenant("acme")
            let (inUse, other) = (try await test.key(tenant), try await test.key(tenant))
            _ = try await authenticator.grant(for: bytes(inUse))
            var work: Set<[Int]> = []
            for id in [inUse.id, other.id, APIKey().id] {
                let before = (directory.keyLookups, directory.tenantLookups)
                for digit in ["a", "b", "a"] {
                    #expect(await code(authenticator, forged(id, digit))?.code == .unauthenticated)
                }
                work.insert([
                    directory.keyLookups - before.0, directory.tenantLookups - before.1,
                ])
            }
            #expect(work == [[2, 0]])
            // What was guessed keeps nobody out.
            _ = try await authenticator.grant(for: bytes(inUse))
            _ = try await authenticator.grant(for: bytes(other))
        }
    }

    @Test("the right id with another key's secret is refused, also when the grant is known")
    func wrongSecret() async throws {
        try await TestService.run { test in
            let authenticator = test.service.authenticator
            let tenant = try await test.tenant("acme")
            let good = try await test.key(tenant)
            let forged = forged(good.id)
            #expect(APIKey(parsing: forged)?.id == good.id)
            #expect(await code(authenticator, forged)?.code == .unauthenticated)
            _ = try await authenticator.grant(for: bytes(good))
            #expect(await code(authenticator, forged)?.code == .unauthenticated)
        }
    }

    @Test("a known key and a known wrong one cost no look-up")
    func lookups() async throws {
        try await TestService.run { test in
            let directory = WatchedDirectory(test.store)
            let authenticator = Authenticator(directory: directory)
            let key = try await test.key(try await test.tenant("acme"))
            for _ in 0..<5 { _ = try await authenticator.grant(for: bytes(key)) }
            #expect(directory.keyLookups == 1)
            let unknown = APIKey()
            for _ in 0..<5 { _ = await code(authenticator, bytes(unknown)) }
            #expect(directory.keyLookups == 2)
            _ = await code(authenticator, Array("dk_nothing".utf8))
            #expect(directory.keyLookups == 2)
        }
    }

    @Test("a key revoked while it is read does not come into use")
    func revokedMeanwhile() async throws {
        try await TestService.run { test in
            let directory = WatchedDirectory(test.store)
            let authenticator = Authenticator(directory: directory)
            let tenant = try await test.tenant("acme")
            let key = try await test.key(tenant)
            directory.beforeAnswering {
                _ = try? await test.store.revokeKey(key.id, of: tenant, work: WorkLimit())
                authenticator.revoke(key.id)
            }
            #expect(await code(authenticator, bytes(key))?.code == .unauthenticated)
            #expect(directory.keyLookups == 2)
        }
    }

    @Test("the sweep ends what was revoked or deleted elsewhere, and takes new quotas")
    func refresh() async throws {
        try await TestService.run { test in
            let authenticator = test.service.authenticator
            let (acme, gone) = (try await test.tenant("acme"), try await test.tenant("gone"))
            let keys = (
                try await test.key(acme), try await test.key(acme), try await test.key(gone)
            )
            let kept = try await authenticator.grant(for: bytes(keys.0))
            let revoked = try await authenticator.grant(for: bytes(keys.1))
            let orphan = try await authenticator.grant(for: bytes(keys.2))
            _ = try await test.store.revokeKey(keys.1.id, of: acme, work: WorkLimit())
            _ = try await test.store.deleteTenant(gone, work: WorkLimit())
            try await test.store.setQuota(Quota(documents: 3), of: acme, work: WorkLimit())
            #expect(!revoked.isRevoked && !orphan.isRevoked)
            try await authenticator.refresh(work: WorkLimit())
            #expect(revoked.isRevoked && orphan.isRevoked)
            #expect(!kept.isRevoked)
            #expect(kept.quota.documents == 3)
            #expect(await code(authenticator, bytes(keys.1))?.code == .unauthenticated)
        }
    }

    @Test("the sweep reads 500 keys with one question")
    func sweepQuestions() async throws {
        try await TestService.run { test in
            let directory = WatchedDirectory(test.store)
            let authenticator = Authenticator(directory: directory)
            let tenant = try await test.tenant("acme")
            for _ in 0..<501 {
                _ = try await authenticator.grant(for: bytes(try await test.key(tenant)))
            }
            let before = directory.keyLookups
            try await authenticator.refresh(work: WorkLimit())
            #expect(directory.keyQuestions.dropFirst(before) == [500, 1])
            #expect(directory.tenantLookups == 0)
        }
    }

    @Test("all connections of a key share one grant")
    func shared() async throws {
        try await TestService.run { test in
            let authenticator = test.service.authenticator
            let key = bytes(try await test.key(try await test.tenant("acme")))
            let grants = try await withThrowingTaskGroup(of: Grant.self) { group in
                for _ in 0..<20 { group.addTask { try await authenticator.grant(for: key) } }
                return try await group.reduce(into: [Grant]()) { $0.append($1) }
            }
            for grant in grants { #expect(grant === grants[0]) }
        }
    }

    @Test("beyond the grants that are kept, those without connections go first")
    func eviction() async throws {
        try await TestService.run { test in
            let tenant = try await test.tenant("acme")
            let used = try await test.key(tenant)
            let client = try await test.connect(used)
            let authenticator = Authenticator(directory: test.store, grantsMaximum: 1)
            let first = try await authenticator.grant(for: bytes(used))
            let second = try await authenticator.grant(for: bytes(try await test.key(tenant)))
            #expect(first.isRevoked && !second.isRevoked)
            // The service's own authenticator has not lost the connection's grant.
            try await client.create()
        }
    }
}
