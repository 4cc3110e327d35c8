internal import DocketTestKit
internal import Foundation
internal import Synchronization

/// One process of a rehearsal, which may be killed and comes back at the same address.
final class RehearsedServer: Sendable {
    let role: String
    private let folder: TestFolder
    private let settings: [String: String]
    private let running: Mutex<TestServer>

    /// Starts it.
    init(_ role: String, _ settings: [String: String]) async throws {
        self.role = role
        self.settings = settings
        folder = try TestFolder()
        running = Mutex(try await Self.start(role, settings, folder))
    }

    private static func start(
        _ role: String,
        _ settings: [String: String],
        _ folder: TestFolder,
        at address: String = "127.0.0.1:0"
    ) async throws -> TestServer {
        try await TestServer(folder, ["--role", role, "--listen", address], environment: settings)
    }

    var server: TestServer { running.withLock { $0 } }

    /// Returns once the process is gone.
    func kill() async throws {
        let server = server
        server.program.signal(SIGKILL)
        _ = try await server.program.end()
    }

    /// Lets it end what it has begun; returns its exit status.
    func stop() async throws -> Int32 { try await server.stop().status }

    /// Stops the process where it is, until ``thaw()``.
    func freeze() { server.program.signal(SIGSTOP) }

    func thaw() { server.program.signal(SIGCONT) }

    /// Starts it again after ``kill()`` or ``stop()``; returns once it serves.
    func restart() async throws {
        let address = server.address
        let next = try await Self.start(
            role,
            settings,
            folder,
            at: address.isEmpty ? "127.0.0.1:0" : address
        )
        running.withLock { $0 = next }
    }
}
