/// One value of an attribute.
public enum AttributeValue: Hashable, Sendable {
    /// For keyword and text attributes, at most 1 KiB of UTF-8; for time attributes as RFC 3339.
    case string(String)
    /// For number attributes; finite.
    case number(Double)
    /// For boolean attributes.
    case boolean(Bool)
    /// For time attributes, microseconds since 1970.
    case time(microseconds: Int64)
}

extension AttributeValue: ExpressibleByStringLiteral, ExpressibleByFloatLiteral,
    ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral
{
    /// A string value.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A number value.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// A number value.
    public init(integerLiteral value: Int64) { self = .number(Double(value)) }
    /// A boolean value.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
}

/// A named attribute of a document with its values, at least one, all of one type.
public struct Attribute: Hashable, Sendable {
    /// The name in the collection's schema.
    public var name: String
    /// The values in the order given; at most 256.
    public var values: [AttributeValue]

    /// An attribute with several values.
    public init(_ name: String, _ values: [AttributeValue]) {
        self.name = name
        self.values = values
    }

    /// An attribute with one value.
    public init(_ name: String, _ value: AttributeValue) { self.init(name, [value]) }
}

/// What a caller uploads and gets back.
public struct Document: Hashable, Sendable {
    /// The caller's own id, unique in the collection; 1 to 512 bytes of UTF-8 without NUL.
    public var id: String
    /// At most 2 KiB.
    public var title: String
    /// The text that is searched.
    public var body: String
    /// At most 64, each name once.
    public var attributes: [Attribute]

    /// A document; title, body and attributes may be empty.
    public init(id: String, title: String = "", body: String = "", attributes: [Attribute] = []) {
        self.id = id
        self.title = title
        self.body = body
        self.attributes = attributes
    }

    /// The values of the attribute of this name, empty when it has none.
    public subscript(name: String) -> [AttributeValue] {
        attributes.first { $0.name == name }?.values ?? []
    }
}

extension Document {
    /// About what it takes in a reply.
    package var bytes: Int {
        attributes.reduce(32 + id.utf8.count + title.utf8.count + body.utf8.count) {
            sum,
            attribute in
            attribute.values.reduce(sum + attribute.name.utf8.count) { sum, value in
                guard case .string(let string) = value else { return sum + 8 }
                return sum + 8 + string.utf8.count
            }
        }
    }
}

/// How far a document is on its way into the index.
public enum DocumentState: UInt8, Hashable, Sendable, CaseIterable {
    /// Accepted and durable, not yet visible to search at its newest version.
    case indexing = 1
    /// Visible to search at its newest version.
    case indexed = 2
    /// The newest version cannot be indexed; hidden from search until a newer one replaces it.
    case failed = 3
    /// Deleted; search no longer shows it, the index still holds it.
    case deleting = 4
    /// Deleted everywhere.
    case deleted = 5

    /// The name used in text, as `indexing`.
    public var name: String { "\(self)" }
}

/// The state of one document.
public struct DocumentStatus: Hashable, Sendable {
    /// The document's id.
    public var id: String
    /// Its state.
    public var state: DocumentState
    /// The newest version.
    public var version: UInt64
    /// The newest version that search shows; 0 when it shows none.
    public var indexedVersion: UInt64
    /// Why it failed, empty otherwise.
    public var error: String
    /// When its first version was accepted, microseconds since 1970.
    public var createdMicroseconds: Int64
    /// When its state last changed, microseconds since 1970.
    public var updatedMicroseconds: Int64

    /// A status with all its parts.
    public init(
        id: String,
        state: DocumentState,
        version: UInt64,
        indexedVersion: UInt64,
        error: String = "",
        createdMicroseconds: Int64,
        updatedMicroseconds: Int64
    ) {
        self.id = id
        self.state = state
        self.version = version
        self.indexedVersion = indexedVersion
        self.error = error
        self.createdMicroseconds = createdMicroseconds
        self.updatedMicroseconds = updatedMicroseconds
    }
}

/// How many documents of a collection are in which state.
public struct StateCounts: Hashable, Sendable {
    /// Accepted, not yet visible.
    public var indexing = 0
    /// Visible.
    public var indexed = 0
    /// Failed for good.
    public var failed = 0
    /// Deleted, still to be taken out of the index.
    public var deleting = 0
    /// Bytes of titles, bodies and attributes of all that are not deleted.
    public var bytes = 0

    /// All zero.
    public init() {}
}

/// How far the index is behind a tenant's changes.
public struct IndexingLag: Hashable, Sendable {
    /// A document is to be found this long after its upload.
    package static let goal = Duration.seconds(300)

    /// Changes that wait to be indexed.
    public var waiting = 0
    /// How long the oldest of those that come next has waited.
    public var oldest = Duration.zero
    /// Documents that could be found within 5 minutes.
    public var inTime = 0
    /// Documents for which it took longer.
    public var late = 0

    /// Nothing waits.
    public init() {}

    /// Of the documents that could be found, those within 5 minutes: 0 to 1, 1 for none.
    public var share: Double {
        inTime + late == 0 ? 1 : Double(inTime) / Double(inTime + late)
    }
}
