/// Documents to be stored together.
public struct UploadRequest: Hashable, Sendable {
    /// The collection's name.
    public var collection: String
    /// 1 to 1,000, each id once.
    public var documents: [Document]

    /// An upload of documents to a collection.
    public init(collection: String, documents: [Document]) {
        self.collection = collection
        self.documents = documents
    }
}

/// One document of a batch that was refused, where the others went in.
public struct Rejection: Hashable, Sendable {
    /// Its place in the batch, from 0.
    public var item: Int
    /// Its id, as given.
    public var id: String
    /// What is wrong with it.
    public var error: DocketError

    /// A refused document.
    public init(item: Int, id: String, error: DocketError) {
        self.item = item
        self.id = id
        self.error = error
    }

    /// The field at fault, or empty.
    public var field: String { error.details.first?.field ?? "" }

    /// What is wrong with the field, with its limit.
    public var reason: String { error.details.first?.reason ?? error.message }
}

/// What became of an upload; what was accepted is durable.
public struct UploadReply: Hashable, Sendable {
    /// Documents accepted, their state now `indexing`.
    public var accepted: Int
    /// By place in the batch; 0 for a refused one.
    public var versions: [UInt64]
    /// In the order of the batch.
    public var rejected: [Rejection]

    /// A reply with all its parts.
    public init(accepted: Int = 0, versions: [UInt64] = [], rejected: [Rejection] = []) {
        self.accepted = accepted
        self.versions = versions
        self.rejected = rejected
    }
}

/// Documents asked for by id.
public struct GetRequest: Hashable, Sendable {
    /// The collection's name.
    public var collection: String
    /// 1 to 1,000.
    public var ids: [String]
    /// What comes back: `title`, `body`, attributes; nil for everything.
    public var fields: [String]?

    /// A request for documents by id.
    public init(collection: String, ids: [String], fields: [String]? = nil) {
        self.collection = collection
        self.ids = ids
        self.fields = fields
    }
}

/// A document with its version and state.
public struct VersionedDocument: Hashable, Sendable {
    /// The document.
    public var document: Document
    /// The version shown.
    public var version: UInt64
    /// Its state.
    public var state: DocumentState

    /// A document as the store holds it.
    public init(document: Document, version: UInt64, state: DocumentState) {
        self.document = document
        self.version = version
        self.state = state
    }
}

extension StoredDocument {
    /// What a caller sees of it.
    package var `public`: VersionedDocument {
        VersionedDocument(document: document, version: version, state: state)
    }
}

/// Documents found by id.
public struct GetReply: Hashable, Sendable {
    /// The newest versions, in the order asked.
    public var documents: [VersionedDocument] = []
    /// Ids that are not there.
    public var missing: [String] = []
    /// Ids that did not fit into this reply: ask again for these.
    public var left: [String] = []

    /// An empty reply.
    public init() {}
}

/// Documents to be deleted: by id, or all that match.
public struct DeleteRequest: Hashable, Sendable {
    /// The collection's name.
    public var collection: String
    /// 1 to 1,000; or none and a filter.
    public var ids: [String]
    /// All that match it go, in slices.
    public var filter: Filter?
    /// Of the last reply, to go on with the next slice.
    public var cursor: [UInt8]

    /// A request to delete.
    public init(
        collection: String,
        ids: [String] = [],
        filter: Filter? = nil,
        cursor: [UInt8] = []
    ) {
        self.collection = collection
        self.ids = ids
        self.filter = filter
        self.cursor = cursor
    }
}

/// What was deleted.
public struct DeleteReply: Hashable, Sendable {
    /// Documents deleted by this call.
    public var deleted = 0
    /// Ids that were not there.
    public var missing: [String] = []
    /// Set when a delete by filter is not done: ask again with it.
    public var cursor: [UInt8] = []

    /// An empty reply.
    public init() {}
}

/// Asks for the states of documents.
public struct StatusRequest: Hashable, Sendable {
    /// The collection's name; empty for the counts of all.
    public var collection: String
    /// At most 1,000; none for the counts alone.
    public var ids: [String]

    /// A request for statuses.
    public init(collection: String = "", ids: [String] = []) {
        self.collection = collection
        self.ids = ids
    }
}

/// How many documents of a collection are in which state.
public struct CollectionStatus: Hashable, Sendable {
    /// The collection's name.
    public var name: String
    /// The counts.
    public var counts: StateCounts

    /// A collection's counts.
    public init(name: String, counts: StateCounts) {
        self.name = name
        self.counts = counts
    }
}

/// The states of documents.
public struct StatusReply: Hashable, Sendable {
    /// In the order asked, the known ones.
    public var documents: [DocumentStatus] = []
    /// Ids never seen.
    public var missing: [String] = []
    /// The counts of the collection, or of all.
    public var collections: [CollectionStatus] = []
    /// How far the index is behind the tenant's changes.
    public var lag = IndexingLag()

    /// An empty reply.
    public init() {}
}

/// A question for every match, or every document.
public struct StreamRequest: Hashable, Sendable {
    /// The collection's name.
    public var collection: String
    /// The words; empty for none.
    public var query: String
    /// Which documents match: by default, those with some of the words.
    public var match: SearchRequest.Match
    /// Conditions on attributes.
    public var filter: Filter?
    /// Of the last part received: goes on after it.
    public var cursor: [UInt8]
    /// What comes back; nil for everything.
    public var fields: [String]?
    /// Whether words that no document has are searched as they are, not corrected.
    public var exactWords: Bool

    /// A stream from the beginning, or from a cursor.
    public init(
        collection: String,
        query: String = "",
        match: SearchRequest.Match = .any,
        filter: Filter? = nil,
        cursor: [UInt8] = [],
        fields: [String]? = nil,
        exactWords: Bool = false
    ) {
        self.collection = collection
        self.query = query
        self.match = match
        self.filter = filter
        self.cursor = cursor
        self.fields = fields
        self.exactWords = exactWords
    }
}

/// Some documents of a stream, in the order of their numbers.
public struct StreamPart: Hashable, Sendable {
    /// The documents.
    public var documents: [VersionedDocument]
    /// Goes on after this part, on any server.
    public var cursor: [UInt8]
    /// Terms of the query that did not count, as in ``SearchReply``; with the first part of a call.
    public var ignoredTerms: [String]
    /// Words that were corrected, as in ``SearchReply``; with the first part of a call.
    public var corrections: [Correction]

    /// A part of a stream.
    public init(
        documents: [VersionedDocument] = [],
        cursor: [UInt8] = [],
        ignoredTerms: [String] = [],
        corrections: [Correction] = []
    ) {
        self.documents = documents
        self.cursor = cursor
        self.ignoredTerms = ignoredTerms
        self.corrections = corrections
    }
}
