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
        let input = try InputFiles([file], holdsDocuments: false)
        try await forEachLine(of: file, input, byteMaximum: QueryLine.byteMaximum) { line in
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
    /// An id that comes again has its last line alone: calls have no order among each other.
    ///
    /// - Throws: ``UsageError`` that names the line, `InputError`.
    static func batches(
        _ file: String,
        of size: Int
    ) async throws -> [[Document]] {
        var documents: [Document] = []
        var places: [String: Int] = [:]
        try await forEachDocument(of: file) { document, _ in
            if let place = places[document.id] {
                documents[place] = document
            } else {
                places[document.id] = documents.count
                documents.append(document)
            }
            return documents.count < documentsMaximum
        }
        guard !documents.isEmpty else { throw UsageError("\(file): holds no document") }
        var batches: [[Document]] = []
        var batch = UploadBatch(capacity: size)
        for document in documents {
            if !batch.fits(document) {
                batches.append(batch.documents)
                batch = UploadBatch(capacity: size)
            }
            batch.add(document, line: 0, inputBytes: 0)
        }
        return batches + [batch.documents]
    }

    /// Calls `body` with each document of a file and its line, until it says false.
    static func forEachDocument(
        of file: String,
        _ body: (Document, Int) throws -> Bool
    ) async throws {
        var reader = DocumentReader()
        let input = try InputFiles([file], holdsDocuments: true)
        let byteMaximum = DocumentReader.lineBytesMaximum
        try await forEachLine(of: file, input, byteMaximum: byteMaximum) { line in
            switch reader.read(line.bytes) {
            case .document(let document): return try body(document, line.number)
            case .rejected(_, let field, let reason):
                throw UsageError("\(file):\(line.number): \(field) \(reason)")
            }
        }
    }

    /// Calls `body` with each line that is not empty, until it says false.
    private static func forEachLine(
        of file: String,
        _ input: InputFiles,
        byteMaximum: Int,
        _ body: ((number: Int, bytes: [UInt8])) throws -> Bool
    ) async throws {
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
