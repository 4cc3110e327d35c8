import DocketCore
import DocketMessages
import DocketRuntime
import DocketWire
import Synchronization
import Testing

@testable import DocketService

/// Where something was done.
private final class NotedPlace: Sendable {
    let loop: EventLoop
    let isOnLoop = Mutex<Bool?>(nil)

    init(_ loop: EventLoop) { self.loop = loop }
}

/// Notes where it is freed.
private final class FreedValue: Sendable {
    let place: NotedPlace

    init(_ place: NotedPlace) { self.place = place }

    deinit { place.isOnLoop.withLock { $0 = place.loop.isCurrent } }
}

private struct NotingReply: SizedReply {
    let bytes: Int
    let place: NotedPlace
    var part: FreedValue?

    static func decode(_ body: RawSpan) throws(DocketError) -> NotingReply {
        throw DocketError(.unimplemented, "is only written")
    }

    func encode() -> [UInt8] {
        place.isOnLoop.withLock { $0 = place.loop.isCurrent }
        return []
    }

    func roughBytes(upTo limit: Int) -> Int { bytes }
}

private actor LoopResident {
    nonisolated let loop: EventLoop
    nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    init(_ loop: EventLoop) { self.loop = loop }

    func run<Value: Sendable>(
        _ body: @Sendable (EventLoop) async throws -> Value
    ) async throws -> Value { try await body(loop) }
}

@Suite("What a turn may do", .timeLimit(.minutes(1)))
struct TurnBudgetTests {
    private static let few = TurnBudget.bytes
    private static let many = TurnBudget.bytes + 1

    /// Runs `body` in a task of an actor that lives on an event loop, as calls do.
    private func onLoop<Value: Sendable>(
        _ body: @Sendable @escaping (EventLoop, TurnBudget) async throws -> Value
    ) async throws -> Value {
        let group = try EventLoopGroup(count: 1)
        try group.start()
        defer {
            group.stop()
            group.join()
        }
        let threads = try FairThreads.forLargeCalls(1)
        defer { threads.shutdown() }
        let turn = TurnBudget(threads, of: TenantID(1))
        return try await LoopResident(group.loops[0]).run { try await body($0, turn) }
    }

    @Test("few bytes are worked on in the turn, many beside the loop", arguments: [few, many])
    func work(_ bytes: Int) async throws {
        let isOnLoop = try await onLoop { loop, turn in
            try await turn.run(on: bytes) { () throws(DocketError) in loop.isCurrent }
        }
        #expect(isOnLoop == (bytes == Self.few))
    }

    @Test("a reply is encoded by its bytes here or beside the loop", arguments: [few, many])
    func encoding(_ bytes: Int) async throws {
        let isOnLoop = try await onLoop { loop, turn in
            let place = NotedPlace(loop)
            _ = try await turn.encode(NotingReply(bytes: bytes, place: place))
            return place.isOnLoop.withLock { $0 }
        }
        #expect(isOnLoop == (bytes == Self.few))
    }

    @Test("what was made of few bytes is freed in the turn, of many beside the loop")
    func freeing() async throws {
        for (bytes, isExpected) in [
            (TurnBudget.freedBytes, true), (TurnBudget.freedBytes + 1, false),
        ] {
            let isOnLoop = try await onLoop { loop, turn in
                let place = NotedPlace(loop)
                await turn.free(FreedValue(place), of: bytes)
                return place.isOnLoop.withLock { $0 }
            }
            #expect(isOnLoop == isExpected)
        }
    }

    @Test("a large reply is freed where it was encoded")
    func freeingReplies() async throws {
        let isOnLoop = try await onLoop { loop, turn in
            let place = NotedPlace(loop)
            let encoded = NotedPlace(loop)
            _ = try await turn.encode(
                NotingReply(bytes: Self.many, place: encoded, part: FreedValue(place))
            )
            return place.isOnLoop.withLock { $0 }
        }
        #expect(isOnLoop == false)
    }

    @Test("a reply is known to be large before it is encoded, and a small one to be small")
    func sizes() {
        func documents(_ count: Int, _ body: Int) -> [VersionedDocument] {
            (0..<count).map { number in
                let document = Document(
                    id: "d\(number)",
                    title: "tea",
                    body: String(repeating: "x", count: body),
                    attributes: [Attribute("author", Array(repeating: "Knuth", count: 8))]
                )
                return VersionedDocument(document: document, version: 1, state: .indexed)
            }
        }
        for (count, body) in [(1, 0), (10, 200), (20, 1000), (1, 100_000), (1000, 4000)] {
            let part = StreamPart(documents: documents(count, body))
            let hits = part.documents.map { Hit(document: $0.document, version: 1, score: 1) }
            let rejected = (0..<count).map { item in
                Rejection(
                    item: item,
                    id: String(repeating: "i", count: min(512, body)),
                    error: .invalid("title", "is missing")
                )
            }
            var search = SearchReply(total: .init(value: count, isExact: true))
            search.hits = hits
            var get = GetReply()
            get.documents = part.documents
            let upload = UploadReply(
                versions: Array(repeating: 1 << 40, count: count),
                rejected: rejected
            )
            let replies: [any SizedReply] = [part, search, get, upload]
            for reply in replies {
                let bytes = reply.encode().count
                let rough = reply.roughBytes(upTo: .max)
                #expect(
                    2 * rough + 256 >= bytes && rough <= 2 * bytes + 256,
                    "\(rough) for \(bytes)"
                )
                let isLarge = reply.roughBytes(upTo: Self.few) > Self.few
                #expect(isLarge == (rough > Self.few))
            }
        }
    }
}
