import DocketCore
import DocketTestKit
import Foundation
import Testing

@testable import DocketElasticsearch

/// Indices and aliases as engines keep them, and what becomes of ones that somebody changed.
@Suite(
    "Indices and aliases of a search engine",
    .timeLimit(.minutes(10)),
    .needs(.elasticsearch, .opensearch)
)
struct AdministrationTests {
    private static let engines = EngineTests.engines

    private static func request(
        _ kind: Engine.Kind,
        _ method: String,
        _ path: String,
        _ body: String? = nil
    ) async throws -> String {
        try await TestIndex.server(kind).request(method, path, body)
    }

    @Test("a tenant's alias has its filter and routing, up to so many aliases", arguments: engines)
    func aliases(_ kind: Engine.Kind) async throws {
        var test = try await TestIndex.make(kind) { $0.aliasesMaximum = 2 }
        for number in 1...3 as ClosedRange<UInt64> {
            test.tenant = TenantID(number)
            try await test.apply([Document(id: "a", title: "of \(number)")], from: number)
        }
        try await test.refresh()
        let aliases = try await Self.request(kind, "GET", "/\(test.names.pool)/_alias")
        for number in 1...3 as ClosedRange<UInt64> {
            let name = test.names.alias(of: TenantID(number))
            let filter = #""filter":{"term":{"tenant":"\#(number)"}}"#
            #expect(aliases.contains(name) == (number <= 2))
            #expect(aliases.contains(filter) == (number <= 2))
            test.tenant = TenantID(number)
            #expect(try await test.numbers("") == [number])
        }
        test.index.close()
    }

    @Test("an alias that somebody changed is not used, and made anew", arguments: engines)
    func changedAlias(_ kind: Engine.Kind) async throws {
        let test = try await TestIndex.make(kind)
        try await test.apply([Document(id: "a")])
        let alias = test.names.alias(of: test.tenant)
        _ = try await Self.request(
            kind,
            "POST",
            "/_aliases",
            #"{"actions":[{"add":{"index":"\#(test.names.pool)","alias":"\#(alias)"}}]}"#
        )
        let other = try TestIndex.make(on: test.url) { $0.prefix = test.names.series.prefix }
        try await other.refresh()
        #expect(other.log.messages.last == "the alias of a tenant was changed")
        #expect(try await other.numbers("") == [1])
        try await other.apply([Document(id: "b")], from: 2)
        let aliases = try await Self.request(kind, "GET", "/\(test.names.pool)/_alias/\(alias)")
        #expect(aliases.contains(#""filter":{"term":{"tenant":"1"}}"#))
        other.index.close()
        test.index.close()
    }

    @Test("a document planted under another tenant's alias never comes out", arguments: engines)
    func planted(_ kind: Engine.Kind) async throws {
        var test = try await TestIndex.make(kind)
        try await test.apply([Document(id: "a", title: "mine")])
        // A document of tenant 2 that says it is tenant 1's.
        _ = try await Self.request(
            kind,
            "PUT",
            "/\(test.names.pool)/_doc/2.1.8?routing=1",
            #"{"tenant":"1","collection":"1.1","number":8,"everything_stems":"mine"}"#
        )
        try await test.refresh()
        let page = try await test.search("mine")
        // It is named after its tenant, by which the check against the truth tells it.
        #expect(Set(page.hits.map(\.tenant)) == [TenantID(1), TenantID(2)])
        test.tenant = TenantID(2)
        #expect(try await test.numbers("mine") == [])
        test.index.close()
    }

    @Test("an index with another mapping is named, and not used", arguments: engines)
    func changedMapping(_ kind: Engine.Kind) async throws {
        let test = try await TestIndex.make(kind)
        try await test.index.prepare(work: TestIndex.work())
        _ = try await Self.request(
            kind,
            "PUT",
            "/\(test.names.pool)/_mapping",
            #"{"properties":{"extra":{"type":"keyword"}}}"#
        )
        let other = try TestIndex.make(on: test.url) { $0.prefix = test.names.series.prefix }
        let error = await #expect(throws: DocketError.self) {
            try await other.index.prepare(work: TestIndex.work())
        }
        #expect(error?.code == .failedPrecondition)
        #expect(error?.message.hasSuffix("its mapping differs at properties.extra.type") == true)
        other.index.close()
        test.index.close()
    }

    @Test("blocks and closed indices hold writes, and blame no document", arguments: engines)
    func held(_ kind: Engine.Kind) async throws {
        let test = try await TestIndex.make(kind)
        let documents = [Document(id: "a"), Document(id: "b")]
        try await test.apply(documents)
        let settings = "/\(test.names.pool)/_settings"
        for block in ["write", "read_only", "read_only_allow_delete"] {
            let body = #"{"index.blocks.\#(block)":true}"#
            _ = try await Self.request(kind, "PUT", settings, body)
            #expect(try await test.apply(documents, version: 2) == [.held, .held], "\(block)")
            #expect(try await test.remove([1], version: 3) == [.held], "\(block)")
            let end = #"{"index.blocks.\#(block)":null}"#
            _ = try await Self.request(kind, "PUT", settings, end)
        }
        _ = try await Self.request(kind, "POST", "/\(test.names.pool)/_close")
        #expect(try await test.apply(documents, version: 2) == [.held, .held])
        _ = try await Self.request(kind, "POST", "/\(test.names.pool)/_open")
        #expect(try await test.apply(documents, version: 4) == [.applied, .applied])
        test.index.close()
    }

    @Test(
        "several shards rank as one, and their facets say when they may be wrong",
        arguments: engines
    )
    func shards(_ kind: Engine.Kind) async throws {
        var test = try await TestIndex.make(kind) { $0.shards = 3 }
        for number in 1...9 as ClosedRange<UInt64> {
            test.tenant = TenantID(number)
            let documents = (0..<number).map { place in
                Document(
                    id: "\(place)",
                    title: place == 0 ? "rare word" : "word",
                    attributes: [Attribute("author", .string("\(place % 3)"))]
                )
            }
            try await test.apply(documents, from: 100 * number)
        }
        try await test.refresh()
        for number in 1...9 as ClosedRange<UInt64> {
            test.tenant = TenantID(number)
            let page = try await test.search("rare word") { $0.facets = [FacetRequest("author")] }
            #expect(page.total == .init(value: Int(number)))
            #expect(page.hits.first?.number == 100 * number)
            #expect(page.facets[0].reduce(0) { $0 + $1.count } == Int(number))
            #expect(!page.isApproximate)
        }
        test.index.close()
    }
}

@Suite(
    "A search engine with TLS and keys",
    .timeLimit(.minutes(10)),
    .needs(.elasticsearch)
)
struct SecuredEngineTests {
    /// What a key of Docket has to be allowed, and no more.
    private static func role(_ prefix: String) -> String {
        """
        {"name":"docket","role_descriptors":{"docket":{"cluster":["monitor"],"indices":[{\
        "names":["\(prefix)-*"],"privileges":["create_index","manage","write","read"]}]}}}
        """
    }

    @Test("is used by a key of least privilege, or by a user; others are refused in one line")
    func access() async throws {
        let settings = ["action.auto_create_index=false"]
        let server = try await Engines.shared.elasticsearchSecured(settings: settings)
        let access = try #require(server.access)
        let folder = try TestFolder()
        let prefix = "key-" + UUID().uuidString.lowercased()
        let made = try await server.request("POST", "/_security/api_key", Self.role(prefix))
        let json = try JSONSerialization.jsonObject(with: Data(made.utf8))
        let key = try #require((json as? [String: Any])?["encoded"] as? String)
        let keyFile = try folder.write(key, to: "key")
        let password = try folder.write(access.password, to: "password")
        let wrong = try folder.write("wrong", to: "wrong")
        let expected: [(EngineCredentials, isServed: Bool)] = [
            (.apiKey(file: keyFile), true), (.password(user: access.user, file: password), true),
            (.password(user: access.user, file: wrong), false), (.none, false),
        ]
        for (credentials, isServed) in expected {
            let test = try TestIndex.make(on: server.url) {
                $0.prefix = prefix
                $0.caFile = access.authority
                $0.credentials = credentials
            }
            if isServed {
                #expect(try await test.apply([Document(id: "a", title: "x")]) == [.applied])
                try await test.refresh()
                #expect(try await test.numbers("x") == [1])
            } else {
                let error = await #expect(throws: DocketError.self) { try await test.refresh() }
                #expect(error?.message == "the search engine refuses the server's credentials")
            }
            test.index.close()
        }
    }

    @Test("is not trusted without its authority")
    func untrusted() async throws {
        let settings = ["action.auto_create_index=false"]
        let server = try await Engines.shared.elasticsearchSecured(settings: settings)
        let test = try TestIndex.make(on: server.url)
        let error = await #expect(throws: DocketError.self) { try await test.refresh() }
        #expect(error?.message == "the search engine's certificate is not trusted")
        test.index.close()
        let missing = try TestIndex.make(on: server.url) { $0.caFile = "/nowhere/ca.pem" }
        let fault = await #expect(throws: DocketError.self) { try await missing.refresh() }
        #expect(fault?.message == "the file with the search engine's authority cannot be read")
        missing.index.close()
    }
}
