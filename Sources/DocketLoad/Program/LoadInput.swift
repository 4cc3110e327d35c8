internal import DocketCommands
internal import DocketCore
internal import DocketJSON

/// Reads the files of a load, line by line, within bounds.
enum LoadInput {
    /// Searches of a run; the rest of a longer file is left out.
    static let queriesMaximum = 1_000_000
    /// Documents of a run that are held; the rest of a longer file is left out.
    static let documentsMaximum = 200_000

    /// The searches of a file.
    ///
    /// - Throws: ``UsageError`` that names the line, `InputError`.
    static func requests(
        _ file: String,
        in collection: String,
        limit: Int
    ) async throws -> [SearchRequest] {
        var requests: [SearchRequest] = []
        var reader = QueryLineReader()
        try await forEachLine(of: file, byteMaximum: QueryLine.byteMaximum) { line in
            do {
                let query = try reader.read(line.bytes)
                requests.append(try query.request(in: collection, limit: limit))
            } catch let error as UsageError {
                throw UsageError("\(file):\(line.number): \(error.message)")
            } catch let error as DocketError {
                throw UsageError("\(file):\(line.number): \(error.message)")
            }
            return requests.count < queriesMaximum
        }
        guard !requests.isEmpty else { throw UsageError("\(file): holds no query") }
        return requests
    }

    /// The documents of a file in batches of at most `size`, each small enough for one call.
    ///
    /// - Throws: ``UsageError`` that names the line, `InputError`.
    static func batches(
        _ file: String,
        of size: Int,
        _ attributes: [AttributeDefinition]
    ) async throws -> [[Document]] {
        var batches: [[Document]] = []
        var batch = UploadBatch()
        var count = 0
        try await forEachDocument(of: file, attributes) { document, line in
            if batch.documents.count >= size || !batch.fits(document) {
                batches.append(batch.documents)
                batch = UploadBatch()
            }
            batch.add(document, line: line, inputBytes: 0)
            count += 1
            return count < documentsMaximum
        }
        if !batch.isEmpty { batches.append(batch.documents) }
        guard !batches.isEmpty else { throw UsageError("\(file): holds no document") }
        return batches
    }

    /// Calls `body` with each document of a file and its line, until it says false.
    static func forEachDocument(
        of file: String,
        _ attributes: [AttributeDefinition],
        _ body: (Document, Int) -> Bool
    ) async throws {
        var reader = DocumentReader(attributes)
        let byteMaximum = DocumentReader.lineBytesMaximum
        try await forEachLine(of: file, byteMaximum: byteMaximum) { line in
            switch reader.read(line.bytes) {
            case .document(let document): return body(document, line.number)
            case .rejected(_, let field, let reason):
                throw UsageError("\(file):\(line.number): \(field) \(reason)")
            }
        }
    }

    /// Calls `body` with each line that is not empty, until it says false.
    private static func forEachLine(
        of file: String,
        byteMaximum: Int,
        _ body: ((number: Int, bytes: [UInt8])) throws -> Bool
    ) async throws {
        let input = try InputFileHandle([file])
        var splitter = LineSplitter(byteMaximum: byteMaximum)
        var isAtEnd = false
        while !isAtEnd {
            let chunk = try await input.next()
            isAtEnd = chunk.isEmpty
            let lines = isAtEnd ? splitter.finish().map { [$0] } ?? [] : splitter.append(chunk[...])
            for line in lines {
                guard let bytes = line.bytes else {
                    let limit = NumberText.grouped(byteMaximum)
                    throw UsageError("\(file):\(line.number): is longer than \(limit) bytes")
                }
                guard bytes.contains(where: { $0 != UInt8(ascii: " ") }) else { continue }
                guard try body((line.number, bytes)) else { return }
            }
        }
    }
}
