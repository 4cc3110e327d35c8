internal import DocketCore

/// Some of the documents of a file, drawn while it is read: each is as likely as any other.
struct DocumentSample: Sendable {
    private let capacity: Int
    private var seen = 0
    private(set) var documents: [Document] = []

    /// A sample of at most `capacity` documents.
    init(capacity: Int) { self.capacity = capacity }

    /// Takes the next document of the file, or not.
    mutating func offer(_ document: Document, _ draw: inout SeededDraw) {
        seen += 1
        if documents.count < capacity { return documents.append(document) }
        let place = draw.number(below: seen)
        if place < capacity { documents[place] = document }
    }
}
