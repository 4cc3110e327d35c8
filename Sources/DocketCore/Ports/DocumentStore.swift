/// The truth: collections, documents with their versions and states, the outbox and its statuses.
///
/// Everything is one tenant's; the tenant is the first argument of every method and comes from the
/// credential. Every method throws ``DocketError``: `notFound` for a collection that the tenant
/// does not have, `dataLoss` when the tenant's data is damaged, `resourceExhausted` for a full
/// quota, queue or disk, `unavailable` when the store cannot answer now, `cancelled` or
/// `deadlineExceeded` when `work` ended first; a write may then have been done, unless the error
/// says `notProcessed`.
package protocol DocumentStore: Sendable {
    // Collections

    /// - Throws: `alreadyExists`; `resourceExhausted` beyond `quota.collections`.
    func createCollection(
        _ tenant: TenantID,
        named name: String,
        schema: CollectionSchema,
        quota: Quota,
        work: WorkLimit
    ) async throws(DocketError) -> Collection
    func collections(
        _ tenant: TenantID,
        work: WorkLimit
    ) async throws(DocketError) -> [Collection]
    func collection(
        _ tenant: TenantID,
        named name: String,
        work: WorkLimit
    ) async throws(DocketError) -> Collection
    /// Adds attributes at the end of the schema; documents that are there have none of them.
    func addAttributes(
        _ tenant: TenantID,
        to collection: String,
        _ attributes: [AttributeDefinition],
        work: WorkLimit
    ) async throws(DocketError) -> Collection
    /// Gives the collection these synonyms, and its schema a new epoch.
    func setSynonyms(
        _ tenant: TenantID,
        of collection: String,
        _ synonyms: Synonyms,
        work: WorkLimit
    ) async throws(DocketError) -> Collection
    /// Keeps documents of the collection that long, for ever for nil, and gives its schema a new
    /// epoch.
    ///
    /// - Throws: `invalidArgument` for an attribute that is no time to filter by.
    func setRetention(
        _ tenant: TenantID,
        of collection: String,
        _ retention: Retention?,
        work: WorkLimit
    ) async throws(DocketError) -> Collection
    /// Deletes the collection and its documents. False when there was none.
    func deleteCollection(
        _ tenant: TenantID,
        named name: String,
        work: WorkLimit
    ) async throws(DocketError) -> Bool

    // Documents

    /// Makes the documents durable with state `indexing`; answers after COMMIT.
    func upload(
        _ tenant: TenantID,
        _ batch: UploadBatch,
        work: WorkLimit
    ) async throws(DocketError) -> WriteResult
    /// Deletes by id; unknown ids are answered with `notFound` items.
    func delete(
        _ tenant: TenantID,
        _ batch: DeleteBatch,
        work: WorkLimit
    ) async throws(DocketError) -> WriteResult

    /// The newest versions, in the order of `ids`; nil for those that are not there or deleted.
    /// Stops before `limitBytes` is passed, but after at least one: the result is then shorter.
    func documents(
        _ tenant: TenantID,
        in collection: Collection,
        ids: [String],
        shows: FieldSelection,
        limitBytes: Int,
        work: WorkLimit
    ) async throws(DocketError) -> [StoredDocument?]
    /// In the order of `ids`; nil for those never seen.
    func statuses(
        _ tenant: TenantID,
        in collection: Collection,
        ids: [String],
        work: WorkLimit
    ) async throws(DocketError) -> [DocumentStatus?]
    func counts(
        _ tenant: TenantID,
        in collection: Collection,
        work: WorkLimit
    ) async throws(DocketError) -> StateCounts
    /// How far the index is behind, over all collections of the tenant.
    func lag(_ tenant: TenantID, work: WorkLimit) async throws(DocketError) -> IndexingLag
    /// Documents visible to search, in the order of their numbers, after `number`: one bounded
    /// slice.
    func page(
        _ tenant: TenantID,
        in collection: Collection,
        after number: UInt64,
        shows: FieldSelection,
        limit: Int,
        limitBytes: Int,
        work: WorkLimit
    ) async throws(DocketError) -> DocumentPage

    /// Queues failed documents once more, under new versions, in the order of their numbers after
    /// `number`: one bounded slice.
    func retryFailed(
        _ tenant: TenantID,
        in collection: Collection,
        after number: UInt64,
        work: WorkLimit
    ) async throws(DocketError) -> RetriedSlice
}

/// Failed documents that were queued once more.
package struct RetriedSlice: Hashable, Sendable {
    package var count: Int
    /// Where the next slice begins, nil at the end.
    package var next: UInt64?

    package init(count: Int, next: UInt64?) {
        self.count = count
        self.next = next
    }
}

/// Documents to be accepted together.
package struct UploadBatch: Sendable {
    package var collection: Collection
    /// Checked by ``DocumentValidator``; ids are distinct.
    package var documents: [BoundDocument]
    package var quota: Quota
    package var idempotency: Idempotency?

    package init(
        collection: Collection,
        documents: [BoundDocument],
        quota: Quota,
        idempotency: Idempotency?
    ) {
        self.collection = collection
        self.documents = documents
        self.quota = quota
        self.idempotency = idempotency
    }
}

/// Ids to be deleted together; they are distinct.
package struct DeleteBatch: Sendable {
    package var collection: Collection
    package var ids: [String]
    package var idempotency: Idempotency?

    package init(collection: Collection, ids: [String], idempotency: Idempotency?) {
        self.collection = collection
        self.ids = ids
        self.idempotency = idempotency
    }
}

/// What makes a retried write safe: the same key with the same body gets the same reply for 24 h.
package struct Idempotency: Sendable {
    /// 1 to 128 bytes, the caller's.
    package var key: [UInt8]
    /// The method's number: keys of different methods do not meet.
    package var method: UInt16
    /// SHA-256 of the body of the request; the same key with another hash throws `alreadyExists`.
    package var bodyHash: [UInt8]
    /// Kept with the outcomes: what the reply to the same body is made of beside them.
    package var note: [UInt8]

    package init(
        key: [UInt8],
        method: UInt16,
        bodyHash: [UInt8],
        note: [UInt8] = []
    ) {
        self.key = key
        self.method = method
        self.bodyHash = bodyHash
        self.note = note
    }
}

/// What became of one document of a batch.
package enum WriteOutcome: Hashable, Sendable {
    case accepted(version: UInt64, state: DocumentState)
    case rejected(DocketError)
}

package enum WriteResult: Sendable {
    /// In the order of the batch.
    case outcomes([WriteOutcome])
    /// This key was seen before with this body: what became of the batch then.
    case replayed([WriteOutcome], note: [UInt8])
}

/// A document as the store holds it.
package struct StoredDocument: Hashable, Sendable {
    package var number: UInt64
    package var version: UInt64
    package var state: DocumentState
    package var document: Document

    package init(number: UInt64, version: UInt64, state: DocumentState, document: Document) {
        self.number = number
        self.version = version
        self.state = state
        self.document = document
    }
}

package struct DocumentPage: Hashable, Sendable {
    package var documents: [StoredDocument]
    /// Where the next slice begins; nil at the end.
    package var next: UInt64?

    package init(documents: [StoredDocument], next: UInt64?) {
        self.documents = documents
        self.next = next
    }
}
