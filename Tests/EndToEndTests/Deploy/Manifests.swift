internal import Foundation

/// What the tests read of the manifests for Kubernetes.
enum Manifests {
    static let folder = "deploy/kubernetes"
    static let settingsFile = folder + "/base/docketd.conf"

    /// A document of a manifest.
    struct Page: Decodable {
        struct Metadata: Decodable { var name: String }

        struct Spec: Decodable { var template: Template? }

        struct Template: Decodable { var spec: Pod }

        var kind: String
        var metadata: Metadata
        var spec: Spec?
    }

    struct Pod: Decodable {
        var terminationGracePeriodSeconds: Int?
        var containers: [Container]
    }

    struct Container: Decodable {
        struct Port: Decodable {
            var name: String
            var containerPort: Int
        }

        struct Probe: Decodable {
            struct Get: Decodable {
                var path: String
                var port: String
            }

            var httpGet: Get
        }

        struct Lifecycle: Decodable { var preStop: Stop }

        struct Stop: Decodable { var sleep: Pause }

        struct Pause: Decodable { var seconds: Int }

        struct Mount: Decodable { var mountPath: String }

        var args: [String]
        var ports: [Port]?
        var startupProbe: Probe?
        var livenessProbe: Probe?
        var readinessProbe: Probe?
        var lifecycle: Lifecycle?
        var volumeMounts: [Mount]
    }

    /// The pod of the Deployment or Job in a file.
    static func pod(_ file: String) async throws -> Pod? {
        try await DeployFile.documents("\(folder)/\(file)", as: Page.self)
            .compactMap { $0.spec?.template?.spec }.first
    }

    /// The keys of the file of settings, in its order, with their values.
    static func settings() throws -> [(key: String, value: String)] {
        try DeployFile.text(settingsFile).split(separator: "\n").compactMap { line in
            guard !line.hasPrefix("#"), let sign = line.range(of: " = ") else { return nil }
            return (String(line[..<sign.lowerBound]), String(line[sign.upperBound...]))
        }
    }
}
