internal import DocketTestKit
internal import Foundation
internal import Testing

/// The manifests and the image against docketd itself.
@Suite("Manifests", .needs(programs: "python3"), .timeLimit(.minutes(5)))
struct ManifestTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func container(_ file: String) async throws -> Manifests.Container {
        try #require(try await Manifests.pod(file)?.containers.first)
    }

    private func setting(_ key: String) throws -> String {
        try #require(Manifests.settings().first { $0.key == key }?.value, "\(key)")
    }

    /// The settings of a server that has everything, by their keys.
    private func settingsOfTests() async throws -> [String: String] {
        let certificate = try await TestCertificate(folder, "server")
        let environment = try await ExportedMetrics.settingsOfAllEngines(folder, on: .secured)
        var settings = ["tls-cert": certificate.file, "tls-key": certificate.key]
        for (name, value) in environment {
            let key = name.dropFirst("DOCKET_".count).lowercased().replacing("_", with: "-")
            settings[key] = value
        }
        return settings
    }

    @Test(
        "docketd starts on the settings, as either role",
        .needs(.postgres, .elasticsearch, .redis, .rabbitmq),
        arguments: ["api", "indexer"]
    )
    func settings(role: String) async throws {
        var replaced = try await settingsOfTests()
        let lines = try Manifests.settings().map { key, value in
            let here = replaced.removeValue(forKey: key)
            let isOfMachine = value.contains("/etc/docket/") || value.contains("://")
            #expect(isOfMachine == (here != nil), "\(key)")
            return "\(key) = \(here ?? value)\n"
        }
        // What tests alone need.
        #expect(Set(replaced.keys) == ["elasticsearch-prefix", "elasticsearch-replicas"])
        let file = try folder.write(
            lines.joined() + replaced.map { "\($0) = \($1)\n" }.joined(),
            to: "docketd.conf"
        )
        let arguments = try await container("base/\(role).yaml").args.map { argument in
            argument == "/etc/docket/docketd.conf" ? file : argument
        }
        #expect(arguments == ["--config", file, "--role", role])
        // Ports and folders that it would find in its pod.
        let server = try await TestServer(folder, arguments)
        #expect(try server.get("/readyz").hasPrefix("HTTP/1.1 200 "))
        #expect(server.address.isEmpty == (role == "indexer"))
        try await #expect(server.stop().status == 0)
    }

    @Test("the job brings an empty database to the schema", .needs(.postgres))
    func migration() async throws {
        let server = try await Engines.shared.postgres()
        let database = try await DocketDatabase.empty(on: server, in: folder)
        let address = "\(server.engine.host):\(server.engine.port)"
        let here = [
            "--postgres": "postgresql://postgres@\(address)/\(database.name)",
            "--postgres-password-file": try folder.write(server.password, to: "password"),
        ]
        let arguments = try await container("migrate/job.yaml").args.map { argument in
            let name = String(argument.prefix { $0 != "=" })
            return here[name].map { "\(name)=\($0)" } ?? argument
        }
        let end = try await RunningProgram.run("docketd", arguments)
        #expect(end.status == 0 && end.output.first?.hasSuffix(", was 0") == true, "\(end.errors)")
    }

    @Test("ports, probes and paths are those of the settings", arguments: ["api", "indexer"])
    func agreement(role: String) async throws {
        let container = try await container("base/\(role).yaml")
        let ports = Dictionary(
            uniqueKeysWithValues: (container.ports ?? []).map { ($0.name, $0.containerPort) }
        )
        #expect(try setting("http") == "0.0.0.0:\(ports["http"] ?? 0)")
        if role == "api" { #expect(try setting("listen") == "0.0.0.0:\(ports["rpc"] ?? 0)") }
        let probes = [container.startupProbe, container.livenessProbe, container.readinessProbe]
        #expect(probes.map { $0?.httpGet.path } == ["/readyz", "/healthz", "/readyz"])
        #expect(probes.allSatisfy { $0?.httpGet.port == "http" })
        let mounts = container.volumeMounts.map(\.mountPath)
        let page = try DeployFile.text("docs/OPERATIONS.md")
        for (key, value) in try Manifests.settings() where value.hasPrefix("/etc/docket/") {
            #expect(mounts.contains { value.hasPrefix($0 + "/") }, "\(key)")
            let secret = value.split(separator: "/").last ?? ""
            #expect(page.contains("--from-file=\(secret)=") || key.hasPrefix("tls-"), "\(key)")
        }
        if role == "api" { #expect(try mounts.contains(setting("data-dir"))) }
    }

    @Test("pods have the time to stop that docketd takes", arguments: ["api", "indexer"])
    func stopping(role: String) async throws {
        let pod = try #require(try await Manifests.pod("base/\(role).yaml"))
        let pause = pod.containers.first?.lifecycle?.preStop.sleep.seconds ?? 0
        #expect((pause > 0) == (role == "api"))
        let stop = try #require(Int(setting("stop-timeout").dropLast()))
        #expect(try setting("stop-timeout").hasSuffix("s"))
        #expect(pod.terminationGracePeriodSeconds ?? 0 >= pause + stop + 5)
    }

    @Test("the version of the image is docketd's")
    func version() async throws {
        let end = try await RunningProgram.run("docketd", ["--version"])
        let version = try #require(end.output.first?.split(separator: " ").last)
        for file in ["base", "migrate"] {
            let text = try DeployFile.text("\(Manifests.folder)/\(file)/kustomization.yaml")
            #expect(text.contains("newTag: \(version)\n"), "\(file)")
        }
    }

    @Test("the image has the libraries that the programs link", .needs(programs: "readelf", "dpkg"))
    func libraries() async throws {
        var needed: Set<String> = []
        for program in ["docketd", "docket"] {
            needed.formUnion(try await packages(of: RunningProgram.path(of: program)))
        }
        #expect(needed.contains("libuv1"))
        let lines = try DeployFile.text("deploy/Containerfile").split(separator: "\n")
        let start = try #require(lines.firstIndex { $0.contains("--no-install-recommends") })
        let end = try #require(lines[start...].firstIndex { $0.contains("&& rm") })
        let words = lines[(start + 1)..<end].joined(separator: " ").split(separator: " ")
        let named = Set(words.map(String.init).filter { $0 != "\\" && $0 != "ca-certificates" })
        #expect(named == needed)
    }

    /// The packages of the libraries that a program links, but for what every Debian has.
    private func packages(of program: String) async throws -> Set<String> {
        let header = try await RunningProgram.run("/usr/bin/env", ["readelf", "-d", program])
        let linked = header.output.compactMap { line in
            line.firstMatch(of: /NEEDED.*\[(.*)\]/).map { String($0.1) }
        }
        let found = try await RunningProgram.run("/usr/bin/env", ["ldd", program]).output
        var packages: Set<String> = []
        for name in linked where !name.hasPrefix("libswift") {
            let place = found.compactMap { line in
                line.firstMatch(of: /^\s*(\S+) => (\S+)/).flatMap { $0.1 == name ? $0.2 : nil }
            }.first
            guard let place else { continue }
            let file = URL(fileURLWithPath: String(place)).resolvingSymlinksInPath().path
            let owner = try await RunningProgram.run("/usr/bin/env", ["dpkg", "-S", file]).output
            if let package = owner.first?.split(separator: ":").first {
                packages.insert(String(package))
            }
        }
        return packages.subtracting(["libc6", "libgcc-s1", "libstdc++6"])
    }
}
