internal import DocketCommands
internal import DocketSettings

extension LoadProgram {
    /// Documents of a file that are learned from; the rest of a longer one is left out.
    private static let learnedMaximum = 200_000
    private static let countMaximum = 10_000_000_000
    /// Bytes that are written at once.
    private static let chunkBytes = 256 << 10

    /// `generate N`.
    func generateDocuments(_ invocation: Invocation) async throws {
        let text = invocation.operands[0]
        guard let count = Int(text), (1...Self.countMaximum).contains(count) else {
            let maximum = NumberText.grouped(Self.countMaximum)
            throw UsageError("N: \"\(text)\" is not a whole number from 1 to \(maximum)")
        }
        let seed = UInt64(invocation.values[LoadSettings.seed])
        var documents = try await draw(like: invocation.values[LoadSettings.like], seed: seed)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(2 * Self.chunkBytes)
        for _ in 0..<count {
            documents.appendLine(to: &bytes)
            guard bytes.count >= Self.chunkBytes else { continue }
            try Task.checkCancellation()
            try console.write(String(decoding: bytes, as: UTF8.self))
            bytes.removeAll(keepingCapacity: true)
        }
        try console.write(String(decoding: bytes, as: UTF8.self))
    }

    private func draw(like file: String?, seed: UInt64) async throws -> DocumentDraw {
        guard let file else { return .plain(seed: seed) }
        // Learned with one seed, so that another one draws of the same vocabulary.
        var learned = DocumentCounts(SeededDraw(seed: 0))
        try await LoadInput.forEachDocument(of: file) { document, line in
            do throws(UsageError) {
                try learned.add(document)
            } catch {
                throw UsageError("\(file):\(line): \(error.message)")
            }
            return learned.documents < Self.learnedMaximum
        }
        guard learned.documents > 0 else { throw UsageError("\(file): holds no document") }
        return DocumentDraw(learned, seed: seed)
    }
}
