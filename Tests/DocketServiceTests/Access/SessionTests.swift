import DocketCore
import DocketMessages
import DocketRuntime
import DocketService
import DocketSystem
import DocketWire
import Testing

@testable import DocketRPC

@Suite("Sessions", .timeLimit(.minutes(5)))
struct SessionTests {
    private func head(_ method: DocketMethod) -> CallHead {
        CallHead(
            stream: 1,
            meta: CallMeta(method: method.rawValue),
            priority: .interactive,
            isWhole: true,
            rawLength: 0,
            arrived: .now(),
            deadline: .distantFuture
        )
    }

    private func session(_ test: TestService, _ key: APIKey) async throws -> any CallSession {
        try await test.service.open(
            ConnectionInfo(
                credential: Array(key.text.utf8),
                agent: "",
                peer: PeerAddress(host: "127.0.0.1", port: 1, isLoopback: true),
                isSecure: false
            )
        )
    }

    @Test("each method asks for its scope, and administration for a key without a tenant")
    func scopes() async throws {
        try await TestService.run { test in
            let tenant = try await test.tenant("acme")
            let all: [Scopes] = [.read, .write, .admin, [.read, .write, .admin]]
            for scopes in all {
                let session = try await session(test, test.key(tenant, scopes))
                for method in DocketMethod.allCases where method.isServed {
                    let isAllowed =
                        !method.needsAdministration
                        && !scopes.isDisjoint(with: method.allowingScopes)
                    let status = session.admit(head(method))
                    #expect(status?.code == (isAllowed ? nil : .permissionDenied), "\(method)")
                    if status == nil { session.ended(head(method), .ok) }
                }
            }
            let administrator = try await session(test, test.key(nil, .admin))
            for method in DocketMethod.allCases where method.isServed {
                let status = administrator.admit(head(method))
                let expected: StatusCode? = method.needsAdministration ? nil : .permissionDenied
                #expect(status?.code == expected, "\(method)")
                if status == nil { administrator.ended(head(method), .ok) }
            }
            #expect(test.service.admission.underWay == 0)
        }
    }

    @Test("each method that is announced as served has what serves it")
    func served() async throws {
        try await TestService.run { test in
            let tenant = try await test.connect(test.key(test.tenant("acme")))
            let administrator = try await test.connect(test.key(nil, .admin))
            for method in DocketMethod.allCases where method.isServed {
                let client = method.needsAdministration ? administrator : tenant
                // Bytes that are no message of any method.
                let error = await failure { _ = try await client.raw(method, [0xFF]) }
                #expect(error?.code == .invalidArgument, "\(method): \(String(describing: error))")
            }
        }
    }

    @Test("methods that are not served, or not known, say so by name", arguments: [2, 6, 999])
    func unserved(_ number: UInt16) async throws {
        try await TestService.run { test in
            let (client, _) = try await test.client()
            let error = await failure {
                _ = try await client.connection.call(CallMeta(method: number), [])
            }
            #expect(error?.code == .unimplemented)
            let name = DocketMethod(rawValue: number)?.name ?? "999"
            #expect(error?.message.contains(name) == true)
        }
    }

    @Test("keys of other machines travel in TLS only, unless the server was told otherwise")
    func plaintext() async throws {
        try await TestService.run { test in
            let key = try await test.key(try await test.tenant("acme"))
            func open(isSecure: Bool) async -> DocketError? {
                await failure {
                    _ = try await test.service.open(
                        ConnectionInfo(
                            credential: Array(key.text.utf8),
                            agent: "",
                            peer: PeerAddress(host: "192.0.2.1", port: 1, isLoopback: false),
                            isSecure: isSecure
                        )
                    )
                }
            }
            #expect(await open(isSecure: false)?.code == .unauthenticated)
            #expect(await open(isSecure: true) == nil)
        }
    }

    @Test("A17: a unary call of two messages is refused, and the connection goes on")
    func twoMessages() async throws {
        try await TestService.run { test in
            let client = try await test.connect(test.key(test.tenant("acme")))
            try await client.create()
            let request = SearchRequest(collection: "papers", query: "tea").encode()
            let meta = CallMeta(method: DocketMethod.search.rawValue)
            let call = try await client.connection.open(meta)
            try await call.send(request, isLast: false)
            try await call.send(request, isLast: true)
            let error = await failure { _ = try await call.receive() }
            #expect(error?.code == .invalidArgument)
            #expect(error?.message.contains("more than one message") == true)
            await call.close()
            #expect(try await client.search("tea").reply.hits.isEmpty)
        }
    }

    @Test("a revoked key ends its session at once: no call, no cached reply, no new connection")
    func revocation() async throws {
        try await TestService.run { test in
            let tenant = try await test.tenant("acme")
            let key = try await test.key(tenant)
            let client = try await test.connect(key)
            try await client.create()
            try await client.upload([Document(id: "a", title: "tea")])
            try await test.index(tenant)
            _ = try await client.search("tea")
            #expect(try await client.search("tea").meta.origin.source == .l1)
            let session = try await session(test, key)
            let administrator = try await test.connect(test.key(nil, .admin))
            let _: RevokeKeyReply = try await administrator.call(
                .revokeKey,
                RevokeKeyRequest(id: key.id)
            )
            // By this the connection's own tick closes it.
            #expect(session.isRevoked)
            #expect(session.admit(head(.status))?.code == .unauthenticated)
            // The tick may have closed the connection before this call.
            let error = await failure { _ = try await client.search("tea") }
            #expect(error?.code == .unauthenticated || error?.code == .unavailable)
            let refused = await failure { _ = try await test.connect(key) }
            #expect(refused?.code == .unauthenticated)
        }
    }

    @Test("a key whose time ends takes its sessions along")
    func expiry() async throws {
        try await TestService.run { test in
            let tenant = try await test.tenant("acme")
            func record(_ expires: Int64) -> KeyRecord {
                KeyRecord(
                    id: "k",
                    tenant: tenant,
                    scopes: .read,
                    secretHash: [],
                    createdMicroseconds: 0,
                    expiresMicroseconds: expires
                )
            }
            let now = WallClock.microseconds()
            #expect(Grant(record(now - 1), quota: Quota()).isExpiredOrRevoked)
            #expect(!Grant(record(now + 60_000_000), quota: Quota()).isExpiredOrRevoked)
            let key = try await test.key(tenant, expires: now + 200_000)
            let session = try await session(test, key)
            while WallClock.microseconds() < now + 200_000 { await Task.yield() }
            #expect(session.isRevoked)
            #expect(session.admit(head(.search))?.code == .unauthenticated)
        }
    }
}
