internal import DocketClient
internal import DocketTestKit
internal import Testing

/// Elasticsearch on a disk of its own, which somebody else fills.
@Suite(
    "Elasticsearch's disk full under load",
    .serialized,
    .needs(.postgres, .elasticsearch, .redis),
    .needsDisk,
    .rehearsed,
    .timeLimit(.minutes(30))
)
struct DiskFaultTests {
    /// No other suite's: their disk is filled.
    private static let engines = Engines()

    private static func rehearsal() async throws -> Rehearsal {
        try await Rehearsal(on: engines, disk: "256m")
    }

    @Test("three percent left, so that indices take no writes: uploads and searches go on")
    func crowded() async throws {
        let rehearsal = try await Self.rehearsal()
        let engine = rehearsal.elasticsearch.engine
        let disk = DiskWatermarks(server: rehearsal.elasticsearch)
        try await disk.watch()
        let told = try await rehearsal.run("4: Elasticsearch's disk full but for 3 %") {
            try await engine.crowd()
            try await disk.until(isBlocked: true)
        } isFelt: {
            $0.isAnswered
        } end: {
            try await engine.drain()
            try await disk.until(isBlocked: false)
        }
        told.expectUnfelt()
    }

    @Test("not a byte left, so that Elasticsearch loses its master: cached searches are flagged")
    func full() async throws {
        let rehearsal = try await Self.rehearsal()
        let engine = rehearsal.elasticsearch.engine
        let told = try await rehearsal.run("4: Elasticsearch's disk full to the last byte") {
            try await engine.fill()
        } isFelt: {
            $0.isDegraded
        } end: {
            try await engine.drain()
        }
        told.expectDegraded([.unavailable, .deadlineExceeded])
    }
}
