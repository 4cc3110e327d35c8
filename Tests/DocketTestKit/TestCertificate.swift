/// A self-signed certificate for `localhost` and 127.0.0.1, in two files of a test's folder.
package struct TestCertificate: Sendable {
    package let file: String
    package let key: String

    /// Makes it anew, in place of one of that name.
    package init(_ folder: TestFolder, _ name: String) async throws {
        file = folder.path(name + ".crt")
        key = folder.path(name + ".key")
        let end = try await RunningProgram.run(
            "/usr/bin/env",
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out",
                file,
            ]
        )
        guard end.status == 0 else { throw LineMissing(text: "a certificate", lines: end.errors) }
    }
}
