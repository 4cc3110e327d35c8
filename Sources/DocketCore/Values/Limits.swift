/// Every bound of the service that a request can run into, in one place.
///
/// docs/PROTOCOL.md lists them; HELLO_ACK announces those a client must keep, and the server
/// enforces exactly these values. Sizes are bytes.
public struct Limits: Hashable, Sendable {
    /// Largest document: title, body and attributes together: 1 MiB.
    public var documentBytes = 1 << 20
    /// Most documents in one Upload: 1,000.
    public var batchDocuments = 1000
    /// Largest Upload body: 8 MiB.
    public var batchBytes = 8 << 20
    /// Longest document id: 512.
    public var idBytes = 512
    /// Longest title: 2 KiB.
    public var titleBytes = 2 << 10
    /// Most attributes of a document and of a collection: 64.
    public var attributes = 64
    /// Most values of one attribute of one document: 256.
    public var attributeValues = 256
    /// Longest string value of an attribute: 1 KiB.
    public var attributeValueBytes = 1 << 10
    /// Longest name of a tenant, collection or attribute: 64.
    public var nameBytes = 64
    /// Longest query text: 4 KiB.
    public var queryBytes = 4 << 10
    /// Terms of a query that count: 64.
    public var queryTerms = 64
    /// Longest cursor: 40 KiB.
    public var cursorBytes = 40 << 10
    /// Deepest nesting of a filter: 8.
    public var filterDepth = 8
    /// Most nodes of a filter: 64.
    public var filterNodes = 64
    /// Most hits of one page: 1,000.
    public var pageHits = 1000
    /// Most hits of a page that are explained: 50.
    public var explainedHits = 50
    /// Most facets of one search: 8.
    public var facets = 8
    /// Most values of one facet: 100.
    public var facetValues = 100
    /// Most sort keys of one search: 4.
    public var sortKeys = 4
    /// Most ids in one Get, Delete or Status: 1,000.
    public var ids = 1000
    /// Bytes of hits after which a reply stops and gives a cursor: 4 MiB.
    public var replyBytes = 4 << 20
    /// Longest idempotency key: 128.
    public var idempotencyKeyBytes = 128
    /// Matches that facets and sorts look at before the reply says `approximate`: 200,000.
    public var candidates = 200_000
    /// Most attributes of a collection that are searched as text beside title and body: 8.
    public var searchedAttributes = 8
    /// Longest beginning of which completions are asked: 256.
    public var prefixBytes = 256
    /// Most completions of one Suggest: 50.
    public var suggestions = 50
    /// Most rules of a collection's synonyms: 1,000.
    public var synonymRules = 1000
    /// Most synonyms in a rule, and of one word in all rules: 16.
    public var synonymsOfRule = 16
    /// Bytes of all synonyms of a collection, folded: 32 KiB.
    public var synonymBytes = 32 << 10

    /// The defaults.
    public init() {}
}
