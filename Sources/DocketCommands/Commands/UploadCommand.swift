internal import DocketClient
internal import DocketCore

extension CommandContext {
    /// `upload COLLECTION [FILE...|-]`.
    func runUpload() async throws -> ExitStatus {
        let files = operands.count > 1 ? Array(operands.dropFirst()) : ["-"]
        let input: InputFiles
        do {
            input = try InputFiles(files, holdsDocuments: true)
        } catch {
            throw InputError(message: "no thread to read with")
        }
        try await input.checkStarts()
        let waits = self[CommandSettings.waits]
        let totalBytes = InputFiles.totalBytes(of: files)
        return try await withClient { client in
            var uploader = Uploader(
                UploadTarget(client, collection: operands[0]),
                input: input,
                fromLine: self[CommandSettings.fromLine],
                waits: waits,
                display: UploadDisplay(console, totalBytes: totalBytes)
            )
            do {
                try await uploader.run()
            } catch let error as UsageError where uploader.acknowledgedLine == nil {
                throw error
            } catch {
                uploader.clearDisplay()
                try show(uploader, hasWaited: waits)
                console.writeErrorLine(resumption(after: uploader.acknowledgedLine))
                throw error
            }
            try show(uploader, hasWaited: waits)
            return uploader.totals.status
        }
    }

    private func resumption(after line: Int?) -> String {
        guard let line else { return "docket: no line was acknowledged" }
        return "docket: all lines up to \(line) are acknowledged, "
            + "go on with --from-line \(line + 1)"
    }

    private func show(_ uploader: Uploader, hasWaited: Bool) throws {
        try answer {
            uploader.totals.json
        } text: {
            uploader.totals.text(elapsed: uploader.display.elapsed, hasWaited: hasWaited)
        }
    }
}
