import DocketTestKit
import Testing

@testable import DocketServer

/// What becomes of the limit of open files.
@Suite("Open files of docketd", .timeLimit(.minutes(2)))
struct OpenFilesTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test("with many, the store and all connections have theirs")
    func many() {
        let plan = FilePlan(limit: 20_000, tenants: 256, connections: 10_000)
        #expect(plan.tenants == 256 && plan.connections == 10_000 && !plan.isShort)
    }

    @Test("with 1,024, half is the store's and hundreds of connections remain")
    func few() {
        let plan = FilePlan(limit: 1_024, tenants: 256, connections: 10_000)
        #expect(plan.tenants == 58 && plan.connections == 356 && plan.isShort)
        let modest = FilePlan(limit: 1_024, tenants: 256, connections: 100)
        #expect(modest.connections == 100 && !modest.isShort)
    }

    @Test("whatever the limit, the parts are within it", arguments: [0, 1, 64, 400, 4_096, 65_536])
    func parts(limit: Int) {
        let plan = FilePlan(limit: limit, tenants: 256, connections: 10_000)
        #expect(plan.tenants >= 1 && plan.connections >= 1)
        guard limit >= 400 else { return }
        #expect(plan.tenants * 6 + plan.connections < limit)
    }

    @Test("a server says at its start what the limit allows, and warns where that is less")
    func warning() async throws {
        let server = try await TestServer(
            folder,
            ["-c", "ulimit -n 1024 && exec \"$0\"", RunningProgram.path(of: "docketd")],
            program: "/bin/sh"
        )
        let serving = try await server.program.errors.first(containing: #""message":"serving""#)
        #expect(serving.contains(#""connections":356"#))
        #expect(serving.contains(#""open_files":1024"#))
        let warning = try await server.program.errors.first(containing: "fewer connections")
        #expect(warning.contains(#""level":"warning""#) && warning.contains(#""set":10000"#))
        let metrics = try server.get("/metrics")
        #expect(metrics.contains("\ndocket_connections_remaining_count 356.0\n"))
        #expect(metrics.contains("\ndocket_open_files_limit_count 1024.0\n"))
        try await #expect(server.stop().status == 0)
    }
}
