internal import DocketTestKit
internal import Foundation
internal import Testing

/// The manifests on a real control plane.
@Suite("Kubernetes", .needs(.kubernetes), .timeLimit(.minutes(5)))
struct KubernetesTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    /// A copy of the manifests, with one folder more for the base with a component.
    private func copy(_ component: String) throws -> String {
        let copy = folder.path("kubernetes")
        try FileManager.default.copyItem(
            atPath: DeployFile.path(Manifests.folder),
            toPath: copy
        )
        try FileManager.default.createDirectory(
            atPath: copy + "/whole",
            withIntermediateDirectories: true
        )
        try folder.write(
            "resources: [../base]\ncomponents: [../components/\(component)]\n",
            to: "kubernetes/whole/kustomization.yaml"
        )
        return copy
    }

    /// Waits until a number of the cluster is large enough.
    private func wait(
        _ cluster: KubernetesCluster,
        for count: Int,
        of path: String,
        in object: String
    ) async throws {
        while true {
            let line = try await cluster.kubectl(
                "-n docket get \(object) -o jsonpath={\(path)}"
            ).first
            if Int(line ?? "") ?? 0 >= count { return }
            try await Task.sleep(for: .milliseconds(200))
        }
    }

    @Test("takes them, admits their pods, rolls them when settings change, and scales with load")
    func fleet() async throws {
        let cluster = try await Engines.shared.kubernetes()
        let copy = try copy("metrics")
        try await cluster.kubectl("apply -f \(copy)/base/namespace.yaml")
        for part in ["base", "migrate", "whole"] {
            try await cluster.kubectl("apply --dry-run=server -k \(copy)/\(part)")
        }
        try await cluster.kubectl("apply -k \(copy)/migrate")
        try await cluster.kubectl(
            "-n docket wait --for=condition=complete --timeout=2m job/docket-migrate"
        )
        try await cluster.kubectl("apply -k \(copy)/whole")
        // The namespace admits no pod with rights, and the autoscalers see to the least numbers.
        try await wait(cluster, for: 5, of: ".status.readyReplicas", in: "deploy/docket-api")
        try await wait(cluster, for: 2, of: ".status.readyReplicas", in: "deploy/docket-indexer")
        let metrics = try await cluster.kubectl(
            "-n docket get hpa -o jsonpath={.items[*].spec.metrics[*].type}"
        )
        #expect(metrics == ["Resource Pods Pods Resource External"])

        let settings = try folder.text("kubernetes/base/docketd.conf")
        try folder.write(settings + "log-level = warning\n", to: "kubernetes/base/docketd.conf")
        try await cluster.kubectl("apply -k \(copy)/whole")
        let path = ".metadata.annotations.deployment\\.kubernetes\\.io/revision"
        try await wait(cluster, for: 2, of: path, in: "deploy/docket-api")
        try await cluster.kubectl(
            "-n docket rollout status --timeout=2m deployment/docket-api"
        )

        try await cluster.kubectl(
            "patch clusterresourceusage load --type=json --patch-file "
                + folder.write(Self.load, to: "load.json")
        )
        try await wait(cluster, for: 6, of: ".status.readyReplicas", in: "deploy/docket-api")
    }

    /// Has each pod report nine tenths of a processor.
    private static let load = """
        [{"op": "replace", "path": "/spec/usages/0/usage/cpu/value", "value": "900m"}]
        """

    @Test("has the operator of Prometheus scrape all processes, by the label of the alert rules")
    func monitoring() async throws {
        let cluster = try await Engines.shared.kubernetes()
        let pages = try await cluster.kubectl("kustomize \(copy("monitoring"))/whole")
        #expect(pages.contains("kind: PodMonitor"))
        #expect(pages.contains("  jobLabel: app.kubernetes.io/name"))
    }
}
