import DocketClient
import DocketCore
import DocketRuntime
import DocketTelemetry
import DocketTestKit
import Synchronization
import Testing

@testable import DocketLoad

/// A server of which nothing is real: it counts, and answers as it is told.
final class InventedServer: Sendable {
    let searched = Mutex<[String: Int]>([:])
    let uploaded = Mutex<[[Document]]>([])

    func calls(
        _ searches: Int,
        _ uploads: Int,
        failingQuery: String? = nil
    ) throws -> OfferedCalls {
        OfferedCalls(
            mix: try #require(CallMix(searches: searches, uploads: uploads)),
            requests: ["a", "b", "c"].map { SearchRequest(collection: "books", query: $0) },
            batches: [[Document(id: "1"), Document(id: "2")], [Document(id: "3")]],
            search: { [self] request throws(DocketError) in
                searched.withLock { $0[request.query, default: 0] += 1 }
                guard request.query != failingQuery else {
                    throw DocketError(.resourceExhausted, "full")
                }
                return request.query == "a" ? .l1 : .engine
            },
            upload: { [self] documents throws(DocketError) in
                uploaded.withLock { $0.append(documents) }
                return UploadReply(
                    accepted: documents.count - 1,
                    rejected: [
                        Rejection(
                            item: 0,
                            id: documents[0].id,
                            error: DocketError(.invalidArgument, "bad")
                        )
                    ]
                )
            }
        )
    }
}

@Suite("Load run", .timeLimit(.minutes(5)))
struct LoadRunTests {
    private let server = InventedServer()

    @Test("makes every call of an open loop once and counts what became of each")
    func open() async throws {
        let run = LoadRun(
            calls: try server.calls(2, 1, failingQuery: "b"),
            pace: .open(rate: 30_000, inFlightMaximum: 1_000_000),
            duration: .milliseconds(20),
            executor: try ThreadExecutor(name: "calls")
        )
        let result = try await run.run()
        let searches = result.tally.searches
        let uploads = result.tally.uploads
        #expect(searches.count == 400)
        #expect(searches.failures == [.resourceExhausted: 133])
        #expect(searches.sources == [.l1: 134, .engine: 133])
        #expect(searches.latency.count == 267)
        #expect(uploads.count == 200)
        #expect(uploads.documentsAccepted == 100)
        #expect(uploads.documentsRejected == 200)
        #expect(result.tally.lateness.count == 600)
        #expect(result.notOffered == 0)
        #expect(result.elapsed >= .milliseconds(20))
        #expect(!result.isInterrupted)
        #expect(server.searched.withLock { $0 } == ["a": 134, "b": 133, "c": 133])
    }

    @Test("counts latency from the time a call was meant for, not from when it began")
    func intended() async throws {
        // The first call holds the one thread for 50 ms, while all others fall due.
        let isFirst = Mutex(true)
        let calls = OfferedCalls(
            mix: try #require(CallMix(searches: 1, uploads: 0)),
            requests: [SearchRequest(collection: "books")],
            batches: [],
            search: { _ throws(DocketError) in
                let stalls = isFirst.withLock { isFirst in
                    defer { isFirst = false }
                    return isFirst
                }
                let end = ContinuousClock.now + .milliseconds(stalls ? 50 : 0)
                while ContinuousClock.now < end {}
                return .engine
            },
            upload: { _ throws(DocketError) in UploadReply() }
        )
        let run = LoadRun(
            calls: calls,
            pace: .open(rate: 10_000, inFlightMaximum: 1_000_000),
            duration: .milliseconds(10),
            executor: try ThreadExecutor(name: "calls")
        )
        let result = try await run.run()
        let latency = result.tally.searches.latency
        #expect(latency.count == 100)
        // The last one was meant for 9.9 ms; none ends before the 50 ms are over.
        #expect(latency.minimum >= 40_000_000)
        // Whether they begin before or after the stall, all of them cannot be in time.
        #expect(result.tally.lateness.maximum >= 9_000_000)
    }

    @Test("has no more calls in flight than the bound, and counts what it does not offer")
    func bound() async throws {
        let gate = Gate()
        let flying = Mutex((now: 0, most: 0))
        let calls = OfferedCalls(
            mix: try #require(CallMix(searches: 1, uploads: 0)),
            requests: [SearchRequest(collection: "books")],
            batches: [],
            search: { _ throws(DocketError) in
                flying.withLock {
                    $0.now += 1
                    $0.most = max($0.most, $0.now)
                }
                await gate.pass()
                flying.withLock { $0.now -= 1 }
                return .engine
            },
            upload: { _ throws(DocketError) in UploadReply() }
        )
        let run = LoadRun(
            calls: calls,
            pace: .open(rate: 10_000, inFlightMaximum: 7),
            duration: .milliseconds(20),
            executor: try ThreadExecutor(name: "calls")
        )
        async let result = run.run()
        await gate.arrived(7)
        gate.open()
        let measured = try await result
        #expect(measured.tally.searches.count + measured.notOffered == 200)
        #expect(flying.withLock { $0.most } == 7)
    }

    @Test("has each caller of a closed loop make its next call after its last")
    func closed() async throws {
        let flying = Mutex((now: 0, most: 0))
        let calls = OfferedCalls(
            mix: try #require(CallMix(searches: 1, uploads: 0)),
            requests: [SearchRequest(collection: "books")],
            batches: [],
            search: { _ throws(DocketError) in
                flying.withLock {
                    $0.now += 1
                    $0.most = max($0.most, $0.now)
                }
                await Task.yield()
                flying.withLock { $0.now -= 1 }
                return .l1
            },
            upload: { _ throws(DocketError) in UploadReply() }
        )
        let run = LoadRun(
            calls: calls,
            pace: .closed(callers: 5),
            duration: .milliseconds(30),
            executor: try ThreadExecutor(name: "calls")
        )
        let result = try await run.run()
        #expect(flying.withLock { $0.most } == 5)
        #expect(result.tally.searches.count >= 5)
        #expect(LoadVerdict.warnings(result).isEmpty)
    }

    @Test("ends early when it is cancelled, and leaves out the calls that were given up")
    func cancelled() async throws {
        let gate = Gate()
        let calls = OfferedCalls(
            mix: try #require(CallMix(searches: 1, uploads: 0)),
            requests: [SearchRequest(collection: "books")],
            batches: [],
            search: { _ throws(DocketError) in
                await gate.pass()
                throw DocketError(.cancelled, "given up")
            },
            upload: { _ throws(DocketError) in UploadReply() }
        )
        let run = LoadRun(
            calls: calls,
            pace: .open(rate: 10, inFlightMaximum: 10),
            duration: .seconds(3600),
            executor: try ThreadExecutor(name: "calls")
        )
        let result = try await withThrowingTaskGroup(of: LoadResult.self) { group in
            group.addTask { try await run.run() }
            await gate.arrived(1)
            group.cancelAll()
            gate.open()
            return try #require(try await group.next())
        }
        #expect(result.isInterrupted)
        #expect(result.tally.searches.count == 0)
        #expect(LoadVerdict.warnings(result) == ["the run was interrupted"])
    }
}
