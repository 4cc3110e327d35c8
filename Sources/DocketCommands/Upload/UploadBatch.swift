package import DocketCore

/// Documents that go into one call, with the lines that they came from.
package struct UploadBatch: Sendable {
    /// What a call may hold; the server's own bounds are no lower unless it says so.
    package static let documentsMaximum = 1000
    /// Of the encoded documents: a little less than the 8 MiB that a call may have.
    static let weightMaximum = (8 << 20) - (64 << 10)
    /// Lines, most of which may hold no document.
    static let linesMaximum = 100_000

    package private(set) var documents: [Document] = []
    /// For each document its line.
    private(set) var lines: [Int] = []
    /// From the first to the last line, those without a document included.
    private(set) var lineRange: ClosedRange<Int>?
    /// Bytes of the input, for showing progress.
    private(set) var inputBytes = 0
    private var weight = 0

    package init() {}

    package var isEmpty: Bool { lineRange == nil }
    var lineCount: Int { lineRange?.count ?? 0 }

    /// Whether a call can take the document at all.
    static func canHold(_ document: Document) -> Bool { weight(of: document) <= weightMaximum }

    /// Whether the document still fits; the first one always does.
    package func fits(_ document: Document) -> Bool {
        documents.isEmpty
            || documents.count < Self.documentsMaximum
                && weight + Self.weight(of: document) <= Self.weightMaximum
    }

    /// Takes the line, which may hold no document.
    package mutating func add(_ document: Document?, line: Int, inputBytes added: Int) {
        lineRange = (lineRange?.lowerBound ?? line)...line
        inputBytes += added
        guard let document else { return }
        documents.append(document)
        lines.append(line)
        weight += Self.weight(of: document)
    }

    /// The ids of those that the reply says were accepted.
    func acceptedIDs(_ reply: UploadReply) -> [String] {
        let rejected = Set(reply.rejected.map(\.item))
        return documents.indices.lazy.filter { !rejected.contains($0) }.map { documents[$0].id }
    }

    /// Bytes of the encoded document, never too few.
    static func weight(of document: Document) -> Int {
        let tag = 6
        let text = document.id.utf8.count + document.title.utf8.count + document.body.utf8.count
        return document.attributes.reduce(text + 4 * tag) { sum, attribute in
            attribute.values.reduce(sum + attribute.name.utf8.count + 3 * tag) { sum, value in
                guard case .string(let string) = value else { return sum + 10 }
                return sum + string.utf8.count + tag
            }
        }
    }
}

/// A document that was not taken, and why.
struct RejectedLine: Hashable, Sendable {
    let line: Int
    let id: String
    let field: String
    let reason: String
}
