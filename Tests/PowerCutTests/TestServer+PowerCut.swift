import DocketClient
import DocketTestKit
import Foundation

extension TestServer {
    /// A docketd whose unsynced writes are lost when it is killed, on the data of the one before.
    static func losingUnsynced(_ folder: TestFolder, _ flags: String...) async throws -> TestServer
    {
        try await TestServer(
            folder,
            flags + ["--log-level", "error"],
            program: "docketd-power-cut"
        )
    }

    /// The power goes.
    func cutPower() async throws {
        program.signal(SIGKILL)
        _ = try await program.end()
    }

    /// A tenant with a collection `papers`, and its key.
    static func preparedKey(_ folder: TestFolder) async throws -> String {
        let server = try await losingUnsynced(folder)
        let key = try await server.makeTenant("acme")
        try await server.client(key) { client in
            _ = try await client.createCollection("papers")
        }
        try await server.cutPower()
        return key
    }
}
