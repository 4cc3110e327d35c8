/// A control plane of Kubernetes: what is applied is checked, admitted, scheduled and scaled, and
/// no container runs.
package struct KubernetesCluster: Sendable {
    package let engine: Engine

    /// Runs one command of kubectl, as the cluster's administrator.
    ///
    /// - Parameter command: The command and its arguments, parted by spaces.
    /// - Returns: The lines of the answer.
    /// - Throws: ``EngineFailed`` when the command fails.
    @discardableResult
    package func kubectl(_ command: String) async throws -> [String] {
        let words = command.split(separator: " ").map(String.init)
        let end = try await RunningProgram.run(engine.directory + "/cluster/kubectl", words)
        guard end.status == 0 else {
            throw EngineFailed(kind: engine.kind, lines: end.output + end.errors)
        }
        return end.output
    }
}
