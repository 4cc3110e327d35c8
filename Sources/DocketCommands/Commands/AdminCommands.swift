internal import DocketClient
internal import DocketCore
internal import DocketJSON

extension CommandContext {
    /// `admin backup DIR`.
    func runBackup() async throws {
        let done = try await withProgress { client, show in
            try await client.backup(into: operands[0]) { show(Self.text($0)) }
        }
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

    /// `admin retry-failed [TENANT [COLLECTION]]`.
    func runRetryFailed() async throws {
        let names = operands + ["", ""]
        let documents = try await withProgress { client, show in
            try await client.retryFailed(ofTenant: names[0], in: names[1]) { progress in
                show(Self.queuedText(progress.documents))
            }
        }
        try answer {
            var writer = JSONWriter()
            writer.object { $0.member("documents", documents) }
            return writer.text
        } text: {
            "\(Self.queuedText(documents))\n"
        }
    }

    private static func queuedText(_ documents: Int) -> String {
        "\(NumberText.grouped(documents)) documents queued again"
    }

    /// `admin rebuild TENANT COLLECTION`.
    func runRebuild() async throws {
        let isAll = self[CommandSettings.isAll]
        guard operands.count == (isAll ? 0 : 2) else {
            throw UsageError("name a tenant and one of its collections, or give --all")
        }
        let documents = try await withProgress { client, show in
            let shown = { (progress: RebuildProgress) in
                let all = NumberText.grouped(max(progress.documents, progress.all))
                let done = "\(NumberText.grouped(progress.documents)) of \(all) documents"
                show(progress.isSwitched ? done + ", emptying the old index" : done)
            }
            return isAll
                ? try await client.rebuildAll(progress: shown)
                : try await client.rebuild(operands[1], ofTenant: operands[0], progress: shown)
        }
        try answer {
            var writer = JSONWriter()
            writer.object { $0.member("documents", documents) }
            return writer.text
        } text: {
            (isAll ? "everything" : operands[1])
                + " rebuilt: \(NumberText.grouped(documents)) documents\n"
        }
    }

    /// Runs `body`, which shows how far it is in one line of a terminal.
    func withProgress<Value: Sendable>(
        _ body: (DocketClient, (String) -> Void) async throws -> Value
    ) async throws -> Value {
        let isShown = console.isErrorTerminal && !isJSON
        let console = console
        defer { if isShown { console.writeError("\r\u{1B}[K") } }
        return try await withClient { client in
            try await body(client) { text in
                if isShown { console.writeError("\r\(text)\u{1B}[K") }
            }
        }
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
