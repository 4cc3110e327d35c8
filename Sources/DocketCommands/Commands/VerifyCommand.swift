internal import DocketClient
internal import DocketCore
internal import DocketJSON

extension CommandContext {
    /// `admin verify TENANT [COLLECTION] [--sample N] [--repair]`.
    func runVerify() async throws -> ExitStatus {
        let names = operands + [""]
        let request = VerifyRequest(
            tenant: names[0],
            collection: names[1],
            sample: self[CommandSettings.sample],
            repairs: self[CommandSettings.repairs]
        )
        let found = try await withProgress { client, show in
            try await client.verify(request) { progress in
                let all = NumberText.grouped(max(progress.documents, progress.all))
                show("\(NumberText.grouped(progress.documents)) of \(all) documents")
            }
        }
        try answer {
            Self.json(found)
        } text: {
            Self.text(found)
        }
        return found.differences == found.repaired ? .allWell : .someRejected
    }

    private static func json(_ found: VerifyProgress) -> String {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("documents", found.documents)
            writer.member("waiting", found.waiting)
            writer.member("missing", found.missing)
            writer.member("extra", found.extra)
            writer.member("stale", found.stale)
            writer.member("foreign", found.foreign)
            writer.member("repaired", found.repaired)
        }
        return writer.text
    }

    private static func text(_ found: VerifyProgress) -> String {
        var lines = ["\(NumberText.grouped(found.documents)) documents compared"]
        if found.waiting > 0 { lines[0] += ", \(NumberText.grouped(found.waiting)) wait" }
        let kinds = [
            (found.missing, "missing in the index"),
            (found.extra, "in the index and not in the truth"),
            (found.stale, "of another version in the index"),
            (found.foreign, "of another tenant under this one's name"),
        ]
        lines += kinds.filter { $0.0 > 0 }.map { "\(NumberText.grouped($0.0)) \($0.1)" }
        if found.differences == 0 { lines.append("no differences") }
        if found.repaired > 0 { lines.append("\(NumberText.grouped(found.repaired)) put right") }
        return lines.joined(separator: "\n") + "\n"
    }
}
