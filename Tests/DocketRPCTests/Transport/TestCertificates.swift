internal import DocketRPC
internal import Foundation

/// Certificates made for one test, in a directory that goes with it.
final class TestCertificates {
    let directory: URL

    init() throws {
        directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("docket-tls-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    func path(_ name: String) -> String { directory.appendingPathComponent(name).path }

    /// A self-signed certificate for `localhost` and 127.0.0.1, in place of one of that name.
    @discardableResult
    func make(_ name: String) throws -> TLSConfiguration.Identity {
        let identity = TLSConfiguration.Identity(
            certificateFile: path(name + ".crt"),
            keyFile: path(name + ".key")
        )
        try openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
            "-days", "2", "-subj", "/CN=localhost", "-addext",
            "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", identity.keyFile, "-out",
            identity.certificateFile,
        ])
        return identity
    }

    func write(_ text: String, to path: String) throws {
        try text.write(toFile: path, atomically: true, encoding: .utf8)
    }
}

struct CommandFailed: Error {
    let output: String
}

/// Runs `openssl` with nothing on its standard input and returns what it says.
@discardableResult
func openssl(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    let output = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CommandFailed(output: text) }
    return text
}
