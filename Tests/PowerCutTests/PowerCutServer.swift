import Foundation
import Synchronization
import Testing

/// A docketd of its own whose unsynced writes are lost when it is killed.
final class PowerCutServer {
    struct Ready: Decodable {
        var rpc: String
    }

    private static let program = URL(fileURLWithPath: CommandLine.arguments[0])
        .deletingLastPathComponent().appendingPathComponent("docketd-power-cut")

    let address: String
    private let process = Process()

    /// Starts on the data in `folder`; returns when calls are served.
    init(_ folder: TemporaryFolder, syncs: Bool) async throws {
        let ready = folder.path + "/ready"
        try? FileManager.default.removeItem(atPath: ready)
        process.executableURL = Self.program
        process.arguments =
            (syncs ? [] : ["--no-sync"]) + [
                "--data-dir", folder.path + "/data", "--listen", "127.0.0.1:0",
                "--http", "127.0.0.1:0", "--ready-file", ready, "--log-level", "error",
            ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        while true {
            if let data = FileManager.default.contents(atPath: ready),
                let text = try? JSONDecoder().decode(Ready.self, from: data)
            {
                address = text.rpc
                return
            }
            guard process.isRunning else { throw ServerEnded(status: process.terminationStatus) }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// The power goes.
    func cut() {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    deinit { if process.isRunning { cut() } }
}

struct ServerEnded: Error {
    let status: Int32
}

/// A folder that is removed at the end.
final class TemporaryFolder: Sendable {
    let path = FileManager.default.temporaryDirectory.path + "/docket-\(UUID().uuidString)"

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
