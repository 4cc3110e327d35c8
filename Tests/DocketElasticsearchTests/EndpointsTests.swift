import DocketCore
import DocketSystem
import DocketTestKit
import Testing

@testable import DocketElasticsearch

@Suite("Nodes of a search engine", .timeLimit(.minutes(5)))
struct EndpointsTests {
    @Test("a node that failed does not serve until it has answered")
    func serving() {
        var endpoints = Endpoints(["a", "b"])
        let now = MonotonicTime(nanoseconds: 0)
        #expect(endpoints.isServing(0) && endpoints.isServing(1))
        endpoints.settle(0, .failed, at: now)
        #expect(!endpoints.isServing(0) && endpoints.isServing(1))
        endpoints.settle(0, .answered, at: now)
        #expect(endpoints.isServing(0))
    }

    private static let start = MonotonicTime(nanoseconds: 1_000_000_000_000)

    @Test("are asked in turns, and one that failed comes back after a while by one request")
    func turns() throws {
        var endpoints = Endpoints(["a", "b", "c"])
        let now = Self.start
        #expect((0..<4).map { _ in endpoints.choose(at: now) } == [0, 1, 2, 0])
        endpoints.settle(1, .failed, at: now)
        #expect((0..<4).map { _ in endpoints.choose(at: now) } == [2, 0, 2, 0])
        #expect(endpoints.choose(at: now, without: [0, 2]) == nil)
        let later = now + .milliseconds(250)
        #expect(endpoints.choose(at: later) == 1)
        #expect((0..<2).map { _ in endpoints.choose(at: later) } == [2, 0])
        endpoints.settle(1, .answered, at: later)
        #expect(endpoints.choose(at: later) == 1)
    }

    @Test("stay away longer with each failure, up to 15 s")
    func longer() {
        var endpoints = Endpoints(["a"])
        var now = Self.start
        var last = Duration.zero
        for _ in 0..<12 {
            #expect(endpoints.choose(at: now) == 0)
            // Others that were under way count once.
            endpoints.settle(0, .failed, at: now)
            endpoints.settle(0, .failed, at: now)
            #expect(endpoints.choose(at: now) == nil)
            last = endpoints.pause(at: now)
            now = now + .seconds(15)
        }
        #expect(last >= .milliseconds(7500))
        #expect(last <= .seconds(15))
        // A request that was ended tells nothing, and the next one tries again.
        #expect(endpoints.choose(at: now) == 0)
        #expect(endpoints.choose(at: now) == nil)
        endpoints.settle(0, .unknown, at: now)
        #expect(endpoints.choose(at: now) == 0)
    }

    @Test("are tried by another request when the first takes long, whatever becomes of that")
    func longTrial() {
        var endpoints = Endpoints(["a"])
        let now = Self.start
        endpoints.settle(0, .failed, at: now)
        let trial = now + .seconds(1)
        #expect(endpoints.choose(at: trial) == 0)
        #expect(endpoints.choose(at: trial) == nil)
        #expect(endpoints.pause(at: trial) == .seconds(1))
        let next = trial + .seconds(1)
        #expect(endpoints.choose(at: next) == 0)
        #expect(endpoints.choose(at: next) == nil)
        endpoints.settle(0, .answered, at: next)
        #expect((0..<2).map { _ in endpoints.choose(at: next) } == [0, 0])
    }

    @Test("a slow one is left out while another serves, the last one never")
    func slow() {
        var endpoints = Endpoints(["a", "b"])
        let now = Self.start
        endpoints.settle(0, .late, at: now)
        #expect((0..<2).map { _ in endpoints.choose(at: now) } == [1, 1])
        endpoints.settle(1, .late, at: now)
        #expect(endpoints.choose(at: now) == 1)
        // Left out for a failure, and slow when it is tried: it serves.
        var single = Endpoints(["a"])
        single.settle(0, .failed, at: now)
        let later = now + .seconds(1)
        #expect(single.choose(at: later) == 0)
        single.settle(0, .late, at: later)
        #expect((0..<2).map { _ in single.choose(at: later) } == [0, 0])
    }

    private static func client(_ engines: [FakeEngine]) throws -> EngineClient {
        try EngineClient(ElasticsearchConfiguration(urls: engines.map(\.url)))
    }

    private static let request = HTTPRequest(method: .get, path: "/x")

    @Test("the next one answers when one breaks or says that it cannot")
    func failover() async throws {
        let replies: [FakeEngine.Reply] = [
            .end, .answer(status: 503, body: ""), .answer(status: 502, body: ""),
        ]
        for reply in replies {
            let bad = try FakeEngine { _ in reply }
            let good = try FakeEngine { _ in .answer(status: 429, body: "busy") }
            let client = try Self.client([bad, good])
            for _ in 0..<4 {
                let reply = try await client.send(Self.request, work: TestIndex.work())
                #expect(reply.status == 429)
            }
            #expect(good.requests.count == 4)
            #expect(bad.requests.count < 4)
            client.close()
        }
    }

    @Test("a refused port, a wrong address and a full queue are errors that say so")
    func refused() async throws {
        let port = try FakeEngine { _ in .end }.url
        let client = try EngineClient(ElasticsearchConfiguration(urls: [port]))
        let error = await #expect(throws: DocketError.self) {
            try await client.send(Self.request, work: TestIndex.work())
        }
        #expect(error?.code == .unavailable)
        #expect((error?.retryAfter ?? .zero) > .zero)
        client.close()
        for url in [
            "", "ftp://x", "http://", "https:///", "http://u:p@x", "http://x/path", "http://x?y",
            "http://x y", "http://x\r\nA: b", "localhost:9200",
        ] {
            let error = #expect(throws: DocketError.self) {
                try EngineClient(ElasticsearchConfiguration(urls: [url]))
            }
            #expect(error?.code == .failedPrecondition, "\(url)")
        }
        #expect(throws: DocketError.self) { try EngineClient(ElasticsearchConfiguration(urls: [])) }
    }
}
