internal import DocketClient
internal import DocketCore
internal import DocketJSON

extension CommandContext {
    /// `admin backup DIR`.
    func runBackup() async throws {
        let isShown = console.isErrorTerminal && !isJSON
        let done = try await withClient { client in
            try await client.backup(into: operands[0]) { progress in
                guard isShown else { return }
                console.writeError("\r\(Self.text(progress))\u{1B}[K")
            }
        }
        if isShown { console.writeError("\r\u{1B}[K") }
        try answer {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("tenants", done.tenantsDone)
                writer.member("bytes", done.bytes)
            }
            return writer.text
        } text: {
            "\(Self.text(done)) in \(operands[0])\n"
        }
    }

    private static func text(_ progress: BackupProgress) -> String {
        "\(progress.tenantsDone) of \(progress.tenantsAll) tenants, "
            + NumberText.bytes(progress.bytes)
    }

    /// `admin restore DIR`: the server's own program does it, with the server stopped.
    func runRestore() throws {
        guard let directory = self[CommandSettings.dataDirectory] else {
            throw UsageError("admin restore needs --data-dir, the directory to be made")
        }
        let arguments = ["restore", operands[0], "--data-dir", directory]
        for program in CurrentProcess.siblings(named: "docketd") {
            CurrentProcess.become(program, arguments)
        }
        throw UsageError("docketd is neither beside docket nor on the PATH")
    }
}
