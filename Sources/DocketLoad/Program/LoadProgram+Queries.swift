internal import DocketCommands
internal import DocketCore
internal import DocketSettings

extension LoadProgram {
    /// Documents from which queries are drawn.
    private static let sampleMaximum = 20_000

    /// `queries FILE`.
    func drawQueries(_ invocation: Invocation) async throws {
        guard let schema = invocation.values[LoadSettings.schema] else {
            throw UsageError("give --schema FILE: what can be filtered depends on it")
        }
        let attributes = try ArgumentSyntax.schema(file: schema)
        let file = invocation.operands[0]
        var draw = SeededDraw(seed: UInt64(invocation.values[LoadSettings.seed]))
        var sample = Reservoir<Document>(capacity: Self.sampleMaximum)
        try await LoadInput.forEachDocument(of: file) { document, _ in
            sample.offer(document, &draw)
            return true
        }
        guard !sample.elements.isEmpty else { throw UsageError("\(file): holds no document") }
        var queries = QueryDraw(sample.elements, attributes, draw)
        for _ in 0..<invocation.values[LoadSettings.count] {
            try console.writeLine(queries.next().text)
        }
    }
}
