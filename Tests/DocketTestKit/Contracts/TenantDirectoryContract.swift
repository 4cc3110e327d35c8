internal import DocketCore
internal import Testing

/// What every ``TenantDirectory`` promises.
package enum TenantDirectoryContract {
    package static let cases: [ContractCase<any StoreUnderTest>] = [
        .init("tenants are found by number and name, and names are taken once", tenants),
        .init("a quota is changed for a tenant that is there", quotas),
        .init("a deleted tenant takes its keys along, and its number never comes again", deletion),
        .init("keys are kept, listed without hashes, and revoked once and for their tenant", keys),
        .init("many keys are read at once, in their order and with their quotas", manyKeys),
        .init("the secret is made once", secret),
        .init("work that is over is not done, and says why", endings),
    ]

    private static let work = WorkLimit()

    private static func key(_ id: String, _ tenant: TenantID?) -> KeyRecord {
        KeyRecord(
            id: id,
            tenant: tenant,
            scopes: [.read, .write],
            secretHash: [1, 2, 3],
            createdMicroseconds: 5,
            expiresMicroseconds: 6
        )
    }

    private static func tenants(_ test: any StoreUnderTest) async throws {
        let directory = test.directory
        let quota = Quota(documents: 5)
        let other = try await directory.createTenant(named: "other", quota: quota, work: work)
        #expect(other.quota == quota && other.name == "other")
        #expect(try await directory.tenants(work: work).map(\.name) == ["acme", "other"])
        #expect(try await directory.tenant(other.id, work: work)?.quota == quota)
        #expect(try await directory.tenant(named: "other", work: work)?.id == other.id)
        #expect(try await directory.tenant(named: "none", work: work) == nil)
        #expect(try await directory.tenant(TenantID(99), work: work) == nil)
        let taken = await thrownCode {
            _ = try await directory.createTenant(named: "other", quota: Quota(), work: work)
        }
        #expect(taken == .alreadyExists)
    }

    private static func quotas(_ test: any StoreUnderTest) async throws {
        let quota = Quota(documents: 1, bytes: 2, collections: 3)
        try await test.directory.setQuota(quota, of: test.tenant, work: work)
        #expect(try await test.directory.tenant(test.tenant, work: work)?.quota == quota)
        try await test.directory.setQuota(Quota(), of: test.tenant, work: work)
        #expect(try await test.directory.tenant(test.tenant, work: work)?.quota == Quota())
        let missing = await thrownCode {
            try await test.directory.setQuota(quota, of: TenantID(99), work: work)
        }
        #expect(missing == .notFound)
    }

    private static func deletion(_ test: any StoreUnderTest) async throws {
        try await test.add(Document(id: "a", title: "secret"))
        try await test.directory.addKey(key("k", test.tenant), work: work)
        #expect(try await test.directory.deleteTenant(test.tenant, work: work))
        #expect(try await !test.directory.deleteTenant(test.tenant, work: work))
        #expect(try await test.directory.keys(["k"], work: work)[0]?.record == nil)
        #expect(try await test.directory.tenants(work: work).isEmpty)
        let again = try await test.directory.createTenant(
            named: "acme",
            quota: Quota(),
            work: work
        )
        #expect(again.id > test.tenant)
        let code = await thrownCode { try await test.upload([Document(id: "b")]) }
        #expect(code == .notFound)
    }

    private static func keys(_ test: any StoreUnderTest) async throws {
        let (directory, tenant) = (test.directory, test.tenant)
        let mine = key("mine", tenant)
        try await directory.addKey(mine, work: work)
        try await directory.addKey(key("admin", nil), work: work)
        func revoked() async throws -> Int64? {
            try await directory.keys(["mine"], work: work)[0]?.record.revokedMicroseconds
        }
        #expect(try await directory.keys(["mine"], work: work)[0]?.record == mine)
        #expect(try await directory.keys(of: tenant, work: work).map(\.id) == ["mine"])
        #expect(try await directory.keys(of: nil, work: work).map(\.secretHash) == [[]])
        #expect(try await !directory.revokeKey("mine", of: nil, work: work))
        #expect(try await revoked() == nil)
        #expect(try await directory.revokeKey("mine", of: tenant, work: work))
        let first = try #require(try await revoked())
        #expect(try await directory.revokeKey("mine", of: tenant, work: work))
        #expect(try await revoked() == first)
        #expect(try await !directory.revokeKey("none", of: tenant, work: work))
        let unknown = await thrownCode {
            try await directory.addKey(key("x", TenantID(99)), work: work)
        }
        #expect(unknown == .notFound)
        let twice = await thrownCode { try await directory.addKey(mine, work: work) }
        #expect(twice == .alreadyExists)
    }

    private static func manyKeys(_ test: any StoreUnderTest) async throws {
        let quota = Quota(documents: 7)
        let other = try await test.stranger("other", quota: quota)
        for number in 0..<500 {
            let tenant = number.isMultiple(of: 2) ? test.tenant : other.tenant
            try await test.directory.addKey(key("k\(number)", tenant), work: work)
        }
        try await test.directory.addKey(key("admin", nil), work: work)
        let ids = ["none"] + (0..<499).reversed().map { "k\($0)" }
        let found = try await test.directory.keys(ids, work: work)
        #expect(found.map { $0?.record.id } == [nil] + Array(ids.dropFirst()))
        #expect(found.dropFirst().allSatisfy { $0?.record.secretHash == [1, 2, 3] })
        #expect(found[1]?.quota == Quota() && found[2]?.quota == quota)
        let admin = try await test.directory.keys(["admin", "admin"], work: work)
        #expect(admin.map { $0?.quota } == [Quota(), Quota()])
        #expect(try await test.directory.keys([], work: work).isEmpty)
    }

    private static func secret(_ test: any StoreUnderTest) async throws {
        let secret = try await test.directory.serverSecret(work: work)
        #expect(secret.count == 32 && Set(secret).count > 1)
        #expect(try await test.directory.serverSecret(work: work) == secret)
    }

    private static func endings(_ test: any StoreUnderTest) async throws {
        let stopped = WorkLimit()
        stopped.stop()
        let late = WorkLimit(deadlineNanoseconds: 1)
        for (work, code) in [(stopped, DocketError.Code.cancelled), (late, .deadlineExceeded)] {
            let thrown = await thrownCode {
                try await test.directory.addKey(key("k", test.tenant), work: work)
            }
            #expect(thrown == code)
            #expect(await thrownCode { _ = try await test.directory.tenants(work: work) } == code)
        }
        #expect(try await test.directory.keys(["k"], work: work)[0]?.record == nil)
    }
}
