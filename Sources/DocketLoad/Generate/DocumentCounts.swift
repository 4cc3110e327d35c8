internal import DocketCommands
internal import DocketCore

/// Learns what the documents of a file are like.
struct DocumentCounts: Sendable {
    private static let distinctMaximum = 200_000
    /// As many as a collection may have.
    private static let attributesMaximum = 64

    private(set) var documents = 0
    private(set) var titles = TextCounts(capacity: distinctMaximum)
    private(set) var bodies = TextCounts(capacity: distinctMaximum)
    /// In the order in which the file names them.
    private(set) var attributes: [(name: String, counts: AttributeCounts)] = []
    private var places: [String: Int] = [:]
    private var draw: SeededDraw

    init(_ draw: SeededDraw) { self.draw = draw }

    /// - Throws: ``UsageError`` for what no collection can hold: too many attributes, or values of
    ///   one attribute of different types.
    mutating func add(_ document: Document) throws(UsageError) {
        documents += 1
        titles.add(document.title, &draw)
        bodies.add(document.body, &draw)
        for attribute in document.attributes { try add(attribute) }
    }

    private mutating func add(_ attribute: Attribute) throws(UsageError) {
        guard let value = attribute.values.first else { return }
        let kind = AttributeCounts.Kind(value)
        let place: Int
        if let known = places[attribute.name] {
            place = known
        } else {
            place = try addPlace(for: attribute.name, kind)
        }
        let known = attributes[place].counts.kind
        guard kind == known else {
            let name = PlainText.shortened(attribute.name, to: 64)
            throw UsageError("attributes.\(name) is a \(kind) here, and was a \(known) before")
        }
        attributes[place].counts.add(attribute, &draw)
    }

    private mutating func addPlace(
        for name: String,
        _ kind: AttributeCounts.Kind
    ) throws(UsageError) -> Int {
        guard attributes.count < Self.attributesMaximum else {
            throw UsageError("attributes are over \(Self.attributesMaximum), counting all lines")
        }
        places[name] = attributes.count
        attributes.append((name, AttributeCounts(kind)))
        return attributes.count - 1
    }
}
