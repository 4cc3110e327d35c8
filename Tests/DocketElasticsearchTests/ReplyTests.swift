import DocketCore
import DocketTestKit
import Foundation
import Testing

@testable import DocketElasticsearch

/// Replies that no engine should give.
@Suite("Replies of a search engine", .timeLimit(.minutes(5)))
struct ReplyTests {
    private static let names = {
        var configuration = ElasticsearchConfiguration(urls: [])
        configuration.prefix = "fake"
        return IndexNames(configuration.series)
    }()

    private static func index(
        _ script: @escaping @Sendable (FakeEngine.Request) -> FakeEngine.Reply
    ) throws -> (TestIndex, FakeEngine) {
        let engine = try FakeEngine.prepared(names, script)
        var test = try TestIndex.make(on: engine.url) { $0.prefix = names.series.prefix }
        test.fake = engine
        return (test, engine)
    }

    private static func answer(_ body: String) throws -> (TestIndex, FakeEngine) {
        try index { _ in .answer(status: 200, body: body) }
    }

    private static func hit(
        index: String = names.pool,
        id: String = "1.1.7",
        sort: String = "[7]"
    ) -> String {
        """
        {"timed_out":false,"_shards":{"failed":0},"hits":{"total":{"value":1,"relation":"eq"},\
        "hits":[{"_index":"\(index)","_id":"\(id)","_version":3,"sort":\(sort)}]}}
        """
    }

    @Test("a whole reply is read")
    func whole() async throws {
        let (test, engine) = try Self.answer(Self.hit())
        let page = try await test.search("")
        #expect(page.hits.map(\.number) == [7])
        #expect(page.hits.map(\.version) == [3])
        test.index.close()
        #expect(engine.connections == 1)
    }

    @Test("a hit of another tenant says so, and one of a foreign index fails the reply")
    func foreign() async throws {
        let (test, _) = try Self.answer(Self.hit(id: "2.1.7"))
        #expect(try await test.search("").hits.map(\.tenant) == [TenantID(2)])
        test.index.close()
        for body in [
            Self.hit(index: "other"), Self.hit(index: Self.names.pool + "1"),
            Self.hit(id: "1.1"), Self.hit(id: "1.1.07"), Self.hit(id: "1.1.8"),
            Self.hit(sort: "[]"), Self.hit(sort: "[7,7]"),
        ] {
            let (test, _) = try Self.answer(body)
            await #expect(throws: DocketError.wrongReply) { try await test.search("") }
            test.index.close()
        }
    }

    @Test("scores come with the order by score, and are asked for in any other")
    func scores() async throws {
        let (test, engine) = try Self.answer(Self.hit(sort: "[2.5,7]"))
        let page = try await test.search("zebra")
        #expect(page.hits.map(\.score) == [2.5])
        #expect(page.bestScore == 2.5)
        _ = try await test.search("zebra") { $0.sort = [SortKey("year")] }
        test.index.close()
        let asked = engine.requests.suffix(2).map { request in
            String(decoding: request.body, as: UTF8.self).contains(#""track_scores":true"#)
        }
        #expect(asked == [false, true])
    }

    @Test("a part of an index is no answer")
    func parts() async throws {
        let bodies: [(String, DocketError.Code)] = [
            (#"{"timed_out":true,"_shards":{"failed":0}}"#, .deadlineExceeded),
            (#"{"timed_out":false,"_shards":{"failed":1}}"#, .unavailable),
            (#"{"timed_out":false}"#, .internalError), ("{", .internalError),
            ("[]", .internalError), ("", .internalError),
        ]
        for (body, code) in bodies {
            let (test, _) = try Self.answer(body)
            let error = await #expect(throws: DocketError.self) { try await test.search("") }
            #expect(error?.code == code, "\(body)")
            test.index.close()
        }
    }

    @Test("a bulk's reply speaks of just the documents that were sent")
    func bulks() async throws {
        let place = Self.names.pool
        func item(_ id: String, _ index: String = place) -> String {
            #"{"index":{"_index":"\#(index)","_id":"\#(id)","status":201}}"#
        }
        let documents = [Document(id: "a"), Document(id: "b")]
        let good = "{\"items\":[\(item("1.1.1")),\(item("1.1.2"))]}"
        let (test, _) = try Self.index { request in
            .answer(status: request.path == "/_aliases" ? 500 : 200, body: good)
        }
        let changes = try BulkTests.changes(documents, in: test.collection, place: place)
        #expect(
            try await test.index.apply(changes, work: TestIndex.work()) == [.applied, .applied]
        )
        test.index.close()
        for items in [
            [item("1.1.1")], [item("1.1.2"), item("1.1.1")],
            [item("1.1.1"), item("1.1.2"), item("1.1.3")], [item("1.1.1"), item("1.1.2", "x")],
            [item("1.1.1"), "{}"], [],
        ] {
            let (test, _) = try Self.answer("{\"items\":[\(items.joined(separator: ","))]}")
            let error = await #expect(throws: DocketError.self) {
                try await test.index.apply(changes, work: TestIndex.work())
            }
            #expect(error?.code == .internalError)
            test.index.close()
        }
    }

    @Test("a bulk that the engine refuses whole is later, in halves, or an error")
    func wholeBulks() async throws {
        let changes = try BulkTests.changes(
            [Document(id: "a"), Document(id: "b")],
            in: try TestIndex.collection(number: 1),
            place: Self.names.pool
        )
        let expected: [(Int, String, [IndexOutcome]?)] = [
            (429, "es_rejected_execution_exception", [.busy, .busy]),
            (403, "cluster_block_exception", [.held, .held]),
            (
                413, "",
                [
                    .refused(reason: "the document is longer than the search engine takes"),
                    .refused(reason: "the document is longer than the search engine takes"),
                ]
            ),
            (403, "security_exception", nil), (400, "illegal_argument_exception", nil),
        ]
        for (status, type, outcomes) in expected {
            let (test, _) = try Self.index { _ in
                .answer(status: status, body: #"{"error":{"type":"\#(type)"}}"#)
            }
            let found = try? await test.index.apply(changes, work: TestIndex.work())
            #expect(found == outcomes, "\(status) \(type)")
            test.index.close()
        }
    }

    @Test("a reply beyond the cap, a redirect and an index that is gone are errors")
    func refused() async throws {
        let long = String(repeating: " ", count: HTTPRequest.replyBytesDefault + 1)
        let (test, _) = try Self.answer(long)
        let error = await #expect(throws: DocketError.self) { try await test.search("") }
        #expect(error?.message == "the search engine's reply is too long")
        test.index.close()
        let other = try FakeEngine { _ in .answer(status: 200, body: Self.hit()) }
        let (moved, _) = try Self.index { _ in
            .answer(status: 307, body: "", headers: "Location: \(other.url)/\r\n")
        }
        await #expect(throws: DocketError.self) { try await moved.search("") }
        #expect(other.requests.isEmpty)
        moved.index.close()
        let (gone, engine) = try Self.index { _ in .answer(status: 404, body: "{}") }
        let missing = await #expect(throws: DocketError.self) { try await gone.search("") }
        #expect(missing?.code == .unavailable)
        // It is not made anew: an empty one would hide what was lost.
        await #expect(throws: DocketError.self) { try await gone.search("") }
        #expect(!engine.requests.contains { $0.method == "PUT" })
        gone.index.close()
    }

    @Test("a changed mapping and a version that is not served are named in one line")
    func changed() async throws {
        let expected: [(String, String, String)] = [
            (
                #"{"number":"6.8.0"}"#, "fake",
                "Elasticsearch 6.8.0 is not served: Docket needs Elasticsearch 7.10 to 9 or "
                    + "OpenSearch 1 to 3"
            ),
            (
                #"{"number":"8.1.0"}"#, "other",
                "an index of the search engine is missing"
            ),
            (#"{}"#, "fake", "what answers is neither Elasticsearch nor OpenSearch"),
        ]
        for (version, prefix, message) in expected {
            let engine = try FakeEngine.prepared(Self.names, version: version) { _ in
                .answer(status: 200, body: "{}")
            }
            let test = try TestIndex.make(on: engine.url) { $0.prefix = prefix }
            let error = await #expect(throws: DocketError.self) {
                try await test.index.prepare(work: TestIndex.work())
            }
            #expect(error?.message == message)
            test.index.close()
        }
    }
}
