internal import DocketClient
internal import DocketTestKit
internal import Foundation
internal import Testing

/// TLS of docketd, whose certificate changes while it serves.
@Suite("The certificate of docketd", .timeLimit(.minutes(2)))
struct CertificateTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func server(_ flags: [String] = []) async throws -> TestServer {
        try await TestServer(
            folder,
            ["--tls-cert", folder.path("server.crt"), "--tls-key", folder.path("server.key")]
                + flags
        )
    }

    /// A client that believes this certificate alone.
    private func trusting(
        _ certificate: String,
        identity: TestCertificate? = nil
    ) -> ClientConfiguration {
        var configuration = ClientConfiguration()
        configuration.attempts = 1
        configuration.tls = ClientTLS(
            authoritiesFile: certificate,
            identity: identity.map { .init(certificateFile: $0.file, keyFile: $0.key) }
        )
        return configuration
    }

    private func reaches(
        _ server: TestServer,
        _ configuration: ClientConfiguration
    ) async throws -> Bool {
        do {
            try await server.client(server.administratorKey, configuration) {
                _ = try await $0.tenants()
            }
            return true
        } catch let error as DocketError where error.isUnreachable {
            return false
        }
    }

    /// A certificate of the server, and a copy of it for clients to believe.
    private func makeCertificate(_ name: String) async throws -> String {
        let certificate = try await TestCertificate(folder, "server")
        try FileManager.default.copyItem(atPath: certificate.file, toPath: folder.path(name))
        return folder.path(name)
    }

    @Test("calls are taken over TLS alone")
    func onlyTLS() async throws {
        let certificate = try await makeCertificate("first")
        let server = try await server()
        #expect(try await reaches(server, trusting(certificate)))
        var plain = ClientConfiguration()
        plain.attempts = 1
        #expect(try await !reaches(server, plain))
        #expect(try await reaches(server, trusting(certificate)))
    }

    @Test("with --tls-client-ca only clients with a certificate of theirs get in")
    func clientCertificates() async throws {
        let certificate = try await makeCertificate("first")
        let known = try await TestCertificate(folder, "known")
        let stranger = try await TestCertificate(folder, "stranger")
        let server = try await server(["--tls-client-ca", known.file])
        #expect(try await reaches(server, trusting(certificate, identity: known)))
        #expect(try await !reaches(server, trusting(certificate)))
        #expect(try await !reaches(server, trusting(certificate, identity: stranger)))
    }

    @Test("SIGHUP has a new certificate read; connections that are open go on")
    func hangup() async throws {
        let first = try await makeCertificate("first")
        let server = try await server()
        try await server.client(server.administratorKey, trusting(first)) { old in
            _ = try await old.tenants()
            let second = try await makeCertificate("second")
            server.program.signal(SIGHUP)
            _ = try await server.program.errors.first(containing: "certificate was read again")
            #expect(try await reaches(server, trusting(second)))
            #expect(try await !reaches(server, trusting(first)))
            _ = try await old.tenants()
        }
    }

    @Test("a certificate that cannot be read leaves the old one, and the log says why")
    func brokenCertificate() async throws {
        let first = try await makeCertificate("first")
        let server = try await server()
        try folder.write("no certificate", to: "server.crt")
        server.program.signal(SIGHUP)
        let line = try await server.program.errors.first(containing: "the old one stays")
        #expect(line.contains("server.crt"))
        #expect(try await reaches(server, trusting(first)))
        let second = try await makeCertificate("second")
        server.program.signal(SIGHUP)
        _ = try await server.program.errors.first(containing: "certificate was read again")
        #expect(try await reaches(server, trusting(second)))
    }

    @Test("a certificate whose content changes is read again without being asked")
    func changedContent() async throws {
        _ = try await makeCertificate("first")
        let server = try await server()
        let second = try await makeCertificate("second")
        _ = try await server.program.errors.first(containing: "certificate was read again")
        #expect(try await reaches(server, trusting(second)))
    }
}
