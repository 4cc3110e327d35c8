import DocketCore
import DocketPostgres
import DocketSystem
import DocketTelemetry
import DocketTestKit
import Foundation
import Testing

@testable import DocketElasticsearch
@testable import DocketService

/// Changes that go to Elasticsearch and to OpenSearch, which comes and goes.
@Suite(
    "A second search engine",
    .needs(.postgres, .elasticsearch, .opensearch),
    .timeLimit(.minutes(5))
)
struct ClusterPairTests {
    private static func work() -> WorkLimit { WorkLimit(within: .seconds(60)) }

    /// A server that knows both.
    private struct Server {
        let test: ComposedStore
        let next: ElasticsearchIndex
        let twin: SearchServer
        let pair: ClusterPair
        let keeper: ClusterKeeper

        init() async throws {
            test = try await ComposedStore(on: .elasticsearch)
            twin = try await ComposedStore.server(.opensearch)
            var configuration = ElasticsearchConfiguration(urls: [twin.url])
            configuration.prefix = test.names.series.prefix
            configuration.replicas = 0
            let logger = Logger(test.log)
            next = try ElasticsearchIndex(configuration, log: logger)
            pair = ClusterPair(test.index, next: next, ledger: test.store, logger: logger)
            var limits = TwinLimits()
            limits.claim = .milliseconds(500)
            limits.poll = .milliseconds(20)
            limits.pause = .milliseconds(20)
            keeper = ClusterKeeper(
                pair,
                test.store,
                test.store,
                fills: true,
                limits: limits,
                registry: MetricsRegistry(),
                logger: logger
            )
            try await keeper.hear(work())
        }

        func serving(_ body: () async throws -> Void) async throws {
            let indexer = test.indexer(of: pair)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await indexer.run() }
                group.addTask { try? await keeper.run() }
                try await indexer.start()
                try await body()
                await indexer.stop(by: .now() + .seconds(30))
                group.cancelAll()
                try await group.waitForAll()
            }
        }

        func until(_ stage: TwinStage) async throws {
            while try await keeper.status(work: work()).twin?.stage != stage {
                try await Task.sleep(for: .milliseconds(10))
            }
        }

        func untilIndexed() async throws {
            while try await test.hasWork() { try await Task.sleep(for: .milliseconds(10)) }
        }

        /// Documents of the collection in the twin.
        func count() async throws -> Int {
            let reply = try await twin.request("GET", "/\(test.names.poolPattern)/_count")
            let json = try JSONSerialization.jsonObject(with: Data(reply.utf8)) as? [String: Any]
            return try #require(json?["count"] as? Int)
        }

        func close() async throws {
            next.close()
            try await twin.request(
                "DELETE",
                "/\(test.names.pool)?ignore_unavailable=true"
            )
            try await test.close()
        }
    }

    @Test("is filled while everything changes, and misses nothing")
    func filled() async throws {
        let server = try await Server()
        let test = server.test
        for start in stride(from: 0, to: 2500, by: 500) {
            try await test.upload((start..<start + 500).map { Document(id: "\($0)", title: "old") })
        }
        try await server.serving {
            try await server.untilIndexed()
            _ = try await server.keeper.begin(work: Self.work())
            for turn in 0..<10 {
                let start = turn * 100
                try await test.upload(
                    (start..<start + 50).map { Document(id: "\($0)", title: "new") }
                )
                try await test.upload([Document(id: "more \(turn)", title: "new")])
                try await test.delete("\(start + 60)")
            }
            try await server.until(.ready)
            try await server.untilIndexed()
            let clusters = try await server.keeper.switchOver(work: Self.work())
            #expect(clusters.searched == server.next.cluster)
            #expect(clusters.twin?.cluster == test.index.cluster)
            let plan = try test.plan(SearchRequest(collection: test.collection.name, query: "new"))
            let slice = try await server.pair.scan(
                test.tenant,
                plan,
                after: 0,
                without: RemovedDocuments(),
                work: Self.work()
            )
            #expect(slice.hits.count == 510 || slice.next != nil)
            #expect(try await server.count() == 2500 + 10 - 10)
            let sample = try await test.store.sample(1000, work: Self.work())
            #expect(sample.count > 500)
            let versions = try await server.next.versions(of: sample, work: Self.work())
            #expect(versions == sample.map { Optional($0.version) })
            // Nothing is rebuilt meanwhile, and no index is added.
            #expect(try await test.store.claimPool(for: .zero, work: Self.work()) == nil)
        }
        try await server.close()
    }

    @Test("that takes no writes holds nobody up, and is filled anew when it does")
    func away() async throws {
        let server = try await Server()
        let test = server.test
        try await test.upload([Document(id: "a", title: "x")])
        try await server.serving {
            try await server.untilIndexed()
            _ = try await server.keeper.begin(work: Self.work())
            try await server.until(.ready)
            try await server.twin.request("POST", "/\(test.names.pool)/_close")
            try await test.upload([Document(id: "b", title: "x")])
            try await server.untilIndexed()
            #expect(try await test.ids("x").sorted() == ["a", "b"])
            try await server.until(.away)
            let refusal = await #expect(throws: DocketError.self) {
                _ = try await server.keeper.switchOver(work: Self.work())
            }
            #expect(refusal?.code == .failedPrecondition)
            try await server.twin.request("POST", "/\(test.names.pool)/_open")
            try await server.until(.ready)
            #expect(try await server.count() == 2)
            _ = try await server.keeper.release(work: Self.work())
            try await test.upload([Document(id: "c", title: "x")])
            try await server.untilIndexed()
            #expect(try await server.count() == 2)
        }
        try await server.close()
    }

    @Test("with other documents than the first is not switched to")
    func gates() async throws {
        let server = try await Server()
        let test = server.test
        try await test.upload((0..<20).map { Document(id: "\($0)", title: "x") })
        try await server.serving {
            try await server.untilIndexed()
            _ = try await server.keeper.begin(work: Self.work())
            try await server.until(.ready)
            let name = IndexedIdentity(test.tenant, test.collection.number, 1).text
            try await server.twin.request(
                "DELETE",
                "/\(test.names.pool)/_doc/\(name)?routing=\(test.tenant.number)&refresh=true"
            )
            let refusal = await #expect(throws: DocketError.self) {
                _ = try await server.keeper.switchOver(work: Self.work())
            }
            #expect(refusal?.message.contains("has 20 documents in one, 19 in the other") == true)
        }
        try await server.close()
    }
}
