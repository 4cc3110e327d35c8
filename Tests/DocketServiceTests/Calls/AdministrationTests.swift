import DocketCore
import DocketMessages
import DocketRPC
import DocketRuntime
import DocketService
import DocketTestKit
import DocketWire
import Foundation
import Testing

@testable import DocketSQLite

@Suite("Administration", .timeLimit(.minutes(5)))
struct AdministrationTests {
    private func run(_ body: (TestService, TestClient) async throws -> Void) async throws {
        try await TestService.run { test in
            try await body(test, try await test.connect(test.key(nil, .admin)))
        }
    }

    private func makeTenant(_ client: TestClient, _ name: String) async throws {
        let _: TenantDescription = try await client.call(
            .createTenant,
            CreateTenantRequest(name: name, quota: Quota(documents: 9))
        )
    }

    private func makeKey(
        _ client: TestClient,
        _ request: CreateKeyRequest
    ) async throws -> CreateKeyReply {
        try await client.call(.createKey, request)
    }

    @Test("tenants are made, listed and deleted; names are unique and keep the rule")
    func tenants() async throws {
        try await run { _, client in
            for name in ["beta", "alpha"] { try await makeTenant(client, name) }
            let list: ListTenantsReply = try await client.call(.listTenants, ListTenantsRequest())
            #expect(list.tenants.map(\.name) == ["beta", "alpha"])
            #expect(list.tenants.first?.quota.documents == 9)
            let taken = await failure { try await makeTenant(client, "beta") }
            #expect(taken?.code == .alreadyExists)
            let error = await failure { try await makeTenant(client, "../etc") }
            #expect(error?.details.first?.field == "name")
            let _: DeleteTenantReply = try await client.call(
                .deleteTenant,
                DeleteTenantRequest(name: "beta")
            )
            let requests: [(DocketMethod, [UInt8])] = [
                (.deleteTenant, DeleteTenantRequest(name: "beta").encode()),
                (.setQuota, SetQuotaRequest(tenant: "beta", quota: Quota()).encode()),
                (.listKeys, ListKeysRequest(tenant: "beta").encode()),
            ]
            for (method, request) in requests {
                let gone = await failure { _ = try await client.raw(method, request) }
                #expect(gone?.code == .notFound)
            }
        }
    }

    @Test("a new key opens its tenant at once, and is listed without its secret")
    func keys() async throws {
        try await run { test, client in
            try await makeTenant(client, "acme")
            let reply = try await makeKey(
                client,
                CreateKeyRequest(tenant: "acme", scopes: [.read, .admin], lifetimeSeconds: 60)
            )
            let opened = try await test.connect(credential: Array(reply.secret.utf8))
            try await opened.create()
            let error = await failure { try await opened.upload([Document(id: "a")]) }
            #expect(error?.code == .permissionDenied)
            let (body, _) = try await client.raw(
                .listKeys,
                ListKeysRequest(tenant: "acme").encode()
            )
            let listed = try #require(try ListKeysReply.reading(body).keys.first)
            #expect(listed == reply.key)
            #expect(listed.tenant == "acme")
            let life = (listed.expiresMicroseconds ?? 0) - listed.createdMicroseconds
            #expect(life == 60_000_000)
            let secret = reply.secret.dropFirst(15).prefix(64)
            #expect(!String(decoding: body, as: UTF8.self).contains(secret))
            let record = try #require(
                try await test.store.keys([listed.id], work: WorkLimit())[0]?.record
            )
            #expect(!record.secretHash.isEmpty)
            #expect(record.secretHash != Array(secret.utf8))
        }
    }

    @Test("keys that make no sense are refused by field")
    func wrongKeys() async throws {
        try await run { _, client in
            try await makeTenant(client, "acme")
            let wrong: [(CreateKeyRequest, DocketError.Code)] = [
                (CreateKeyRequest(tenant: "none"), .notFound),
                (CreateKeyRequest(tenant: "", scopes: [.read]), .invalidArgument),
                (CreateKeyRequest(tenant: "", scopes: [.read, .admin]), .invalidArgument),
                (CreateKeyRequest(tenant: "acme", lifetimeSeconds: .max), .invalidArgument),
            ]
            for (request, code) in wrong {
                let error = await failure { _ = try await makeKey(client, request) }
                #expect(error?.code == code, "\(request)")
            }
            var writer = ByteWriter()
            writer.appendField(1, "acme")
            writer.appendField(2, "root")
            let body = writer.bytes
            let error = await failure { _ = try await client.raw(.createKey, body) }
            #expect(error?.code == .invalidArgument)
            #expect(error?.details.first?.field == "scopes")
            // Unset: everything of the tenant, or administration.
            let all = try await makeKey(client, CreateKeyRequest(tenant: "acme", scopes: []))
            #expect(all.key.scopes == [.read, .write, .admin])
            let administrator = try await makeKey(client, CreateKeyRequest(tenant: "", scopes: []))
            #expect(administrator.key.scopes == .admin)
            #expect(administrator.key.tenant.isEmpty)
        }
    }

    @Test("a revoked key stays listed as such; an unknown one is not found")
    func revoke() async throws {
        try await run { test, client in
            try await makeTenant(client, "acme")
            let key = try await makeKey(client, CreateKeyRequest(tenant: "acme"))
            for _ in 0..<2 {
                let _: RevokeKeyReply = try await client.call(
                    .revokeKey,
                    RevokeKeyRequest(id: key.key.id)
                )
            }
            let list: ListKeysReply = try await client.call(
                .listKeys,
                ListKeysRequest(tenant: "acme")
            )
            #expect(list.keys.first?.revokedMicroseconds != nil)
            let credential = Array(key.secret.utf8)
            let error = await failure { _ = try await test.connect(credential: credential) }
            #expect(error?.code == .unauthenticated)
            let unknown = RevokeKeyRequest(id: "000000000000").encode()
            let other = await failure { _ = try await client.raw(.revokeKey, unknown) }
            #expect(other?.code == .notFound)
        }
    }

    @Test("what failed is queued again: of all tenants, of one, or of one collection")
    func retryFailed() async throws {
        try await run { test, client in
            var tenants: [TenantID] = []
            for (name, collections) in [("acme", ["papers", "notes"]), ("museum", ["papers"])] {
                let (user, tenant) = try await test.client(name)
                tenants.append(tenant)
                for collection in collections {
                    try await user.create(collection)
                    try await user.upload([Document(id: "bad")], to: collection)
                }
                let file = try ConnectionHandle(
                    path: test.store.shared.path(of: tenant),
                    creates: false,
                    vfs: nil
                )
                try file.execute("UPDATE contents SET attributes = x'0102'")
            }
            for (request, parts) in [
                (RetryFailedRequest(), [1, 2, 3, 3]),
                (RetryFailedRequest(tenant: "acme"), [1, 2, 2]),
                (RetryFailedRequest(tenant: "museum", collection: "papers"), [1, 1]),
                (RetryFailedRequest(tenant: "museum"), [0]),
            ] {
                if parts != [0] { for tenant in tenants { try await test.index(tenant) } }
                try await #expect(retry(client, request) == parts)
            }
            for (request, code) in [
                (RetryFailedRequest(collection: "papers"), DocketError.Code.invalidArgument),
                (RetryFailedRequest(tenant: "nobody"), .notFound),
                (RetryFailedRequest(tenant: "acme", collection: "none"), .notFound),
            ] {
                let body = request.encode()
                let error = await failure { _ = try await client.raw(.retryFailed, body) }
                #expect(error?.code == code)
            }
        }
    }

    /// The documents that each part of the reply says.
    private func retry(_ client: TestClient, _ request: RetryFailedRequest) async throws -> [Int] {
        let call = try await client.connection.open(
            CallMeta(method: DocketMethod.retryFailed.rawValue)
        )
        try await call.send(request.encode(), isLast: true)
        var parts: [Int] = []
        while let part = try await call.receive() {
            parts.append(try RetryFailedProgress.reading(part).documents)
        }
        await call.close()
        return parts
    }

    @Test("a backup tells how far it is, and can be opened as a store")
    func backup() async throws {
        try await run { test, client in
            let (user, tenant) = try await test.client()
            try await user.create()
            try await user.upload([Document(id: "a", title: "tea")])
            try await test.index(tenant)
            let folder = try TestFolder()
            let path = folder.path + "/copy"
            let call = try await client.connection.open(
                CallMeta(method: DocketMethod.backup.rawValue)
            )
            try await call.send(BackupRequest(folder: path).encode(), isLast: true)
            var last = BackupProgress()
            while let part = try await call.receive() { last = try BackupProgress.reading(part) }
            await call.close()
            #expect(last.tenantsDone == 1 && last.tenantsAll == 1 && last.bytes > 0)
            let copy = try await EmbeddedStore.open(EmbeddedConfiguration(directory: path))
            let collection = try await copy.collection(
                tenant,
                named: "papers",
                work: WorkLimit()
            )
            let status = try await copy.statuses(
                tenant,
                in: collection,
                ids: ["a"],
                work: WorkLimit()
            )
            #expect(status.first??.state == .indexed)
            await copy.close()
            let missing = BackupRequest(folder: "").encode()
            let error = await failure { _ = try await client.raw(.backup, missing) }
            #expect(error?.details.first?.field == "folder")
        }
    }
}
