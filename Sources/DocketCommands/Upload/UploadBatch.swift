package import DocketCore

/// Documents that go into one call, each id once, with the lines that they came from.
package struct UploadBatch: Sendable {
    /// What a call may hold; the server's own bounds are no lower unless it says so.
    package static let documentsMaximum = 1000
    /// Of the encoded documents: a little less than the 8 MiB that a call may have.
    static let weightMaximum = (8 << 20) - (64 << 10)

    package private(set) var documents: [Document] = []
    /// For each document its line, ascending.
    private(set) var lines: [Int] = []
    /// Bytes of the input, for showing progress.
    private(set) var inputBytes = 0
    private var weight = 0
    private var ids: Set<String> = []
    private let capacity: Int

    /// An empty batch of at most `capacity` documents.
    package init(capacity: Int = documentsMaximum) { self.capacity = capacity }

    /// Whether a call can take the document at all.
    static func canHold(_ document: Document) -> Bool { weight(of: document) <= weightMaximum }

    /// Whether the document still fits; the first one always does.
    package func fits(_ document: Document) -> Bool {
        documents.isEmpty
            || documents.count < capacity
                && weight + Self.weight(of: document) <= Self.weightMaximum
    }

    /// Whether a document of this id is in it.
    func holds(_ id: String) -> Bool { ids.contains(id) }

    func hasCommonID(with other: UploadBatch) -> Bool { !ids.isDisjoint(with: other.ids) }

    /// Takes the document of a line, whose id it does not hold.
    package mutating func add(_ document: Document, line: Int, inputBytes added: Int) {
        documents.append(document)
        lines.append(line)
        // Those without an id are refused one by one, not kept apart.
        if !document.id.isEmpty { ids.insert(document.id) }
        inputBytes += added
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
