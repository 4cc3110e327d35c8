package import DocketClient
internal import Foundation

/// A docketd of the test's own, on free ports, with its data in the test's folder.
package final class TestServer: Sendable {
    private struct Ready: Decodable {
        /// nil for a server that takes no calls.
        var rpc: String?
        var http: String
        var pid: Int32
    }

    package let program: RunningProgram
    package let folder: TestFolder
    /// Where calls are taken; empty for a server that takes none.
    package let address: String
    /// Where health and metrics are shown.
    package let http: String

    /// Starts it with `flags`, which win over `defaults`; returns when calls are served.
    ///
    /// - Parameters:
    ///   - folder: Where its data are, also those of a server before it.
    ///   - flags: Of the command line.
    ///   - environment: Settings that win over `defaults`.
    ///   - name: The program, which takes what docketd takes.
    /// - Throws: ``ServerEnded`` when it ends before it is ready.
    package init(
        _ folder: TestFolder,
        _ flags: [String] = [],
        environment: [String: String] = [:],
        program name: String = "docketd"
    ) async throws {
        let file = folder.path("ready")
        try? FileManager.default.removeItem(atPath: file)
        program = try RunningProgram(
            name,
            flags,
            environment: Self.defaults(folder).merging(environment) { $1 }
        )
        self.folder = folder
        while true {
            if let data = FileManager.default.contents(atPath: file),
                let ready = try? JSONDecoder().decode(Ready.self, from: data)
            {
                (address, http) = (ready.rpc ?? "", ready.http)
                return
            }
            guard program.isRunning else {
                throw ServerEnded(errors: try await program.end().errors)
            }
            try await Task.sleep(for: .milliseconds(2))
        }
    }

    /// Settings of a server with `data` and `ready` in a folder, on free ports.
    package static func defaults(_ folder: TestFolder) -> [String: String] {
        [
            "DOCKET_DATA_DIR": folder.path("data"), "DOCKET_READY_FILE": folder.path("ready"),
            "DOCKET_LISTEN": "127.0.0.1:0", "DOCKET_HTTP": "127.0.0.1:0",
        ]
    }

    package var administratorKey: String {
        get throws { try folder.text("data/admin.key").trimmingCharacters(in: .newlines) }
    }

    /// Runs `body` with a client of the server.
    package func client<Value>(
        _ key: String,
        _ configuration: ClientConfiguration = ClientConfiguration(),
        _ body: (DocketClient) async throws -> Value
    ) async throws -> Value {
        try await withDocketClient(
            addresses: [address],
            key: key,
            configuration: configuration,
            body
        )
    }

    /// Makes a tenant; returns a key of it.
    package func makeTenant(_ name: String) async throws -> String {
        try await client(administratorKey) { client in
            try await client.createTenant(name)
            return try await client.createKey(forTenant: name).secret
        }
    }

    /// The answer to a GET, as it stands on the wire.
    package func get(_ path: String) throws -> String {
        guard let port = UInt16(http.split(separator: ":").last ?? ""),
            let exchange = SocketExchange(port: port)
        else { throw HTTPUnreached(address: http) }
        exchange.send("GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return exchange.readAll()
    }

    /// Asks it to end, and waits until it has.
    package func stop() async throws -> RunningProgram.End {
        program.signal(SIGTERM)
        return try await program.end()
    }
}

extension DocketClient {
    /// Waits until nothing of the collection is left to index.
    package func waitUntilIndexed(_ collection: String) async throws {
        while true {
            let counts = try await status(in: collection).collections.first?.counts
            if let counts, counts.indexing + counts.deleting == 0 { return }
            try await Task.sleep(for: .milliseconds(2))
        }
    }
}

/// The server ended before it was ready.
package struct ServerEnded: Error {
    let errors: [String]
}

/// Nothing listens there.
package struct HTTPUnreached: Error {
    let address: String
}
