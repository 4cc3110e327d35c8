internal import DocketCore

/// The living collections of a tenant and what counts against its quota.
struct TenantUsage {
    private(set) var collections: Set<UInt32> = []
    var documents = 0
    var bytes = 0
    /// Documents that wait for the index.
    var waiting = 0
    /// Bytes of kept outcomes.
    private(set) var outcomes: Int64 = 0

    static func reading(_ tenant: TenantSession) -> SQLStatement {
        SQLStatement(
            """
            SELECT s.collection, s.indexing + s.indexed + s.failed, s.indexing + s.deleting,
                s.bytes, s.kept_outcomes, s.kept_deletions
            FROM docket.tenants t
            JOIN docket.collections c ON c.tenant_id = t.tenant_id AND c.deleted_us IS NULL
            JOIN docket.collection_state s ON s.tenant_id = t.tenant_id AND s.collection = c.number
            WHERE t.tenant_id = $1 AND t.deleted_us IS NULL
            """,
            tenant.me
        )
    }

    init(_ result: ResultHandle) {
        for row in 0..<result.count {
            let row = SQLRow(result: result, row: row)
            collections.insert(UInt32(truncatingIfNeeded: row.integer(0)))
            documents += row.number(1)
            waiting += row.number(2)
            outcomes += row.integer(4)
            bytes += row.number(3) + row.number(4) + row.number(5)
        }
    }

    /// Counts a document in the place of another; or tells which quota it does not fit into.
    mutating func admit(
        _ document: BoundDocument,
        inPlaceOf old: DocumentRow?,
        _ quota: Quota
    ) -> DocketError? {
        let replaced = old.flatMap { $0.isDeleted ? nil : $0 }
        let documents = documents + (replaced == nil ? 1 : 0)
        let bytes = bytes + document.bytes - (replaced?.bytes ?? 0)
        if let limit = quota.documents, documents > limit {
            return DocketError(.resourceExhausted, "the tenant's quota is \(limit) documents")
        }
        if let limit = quota.bytes, bytes > limit {
            return DocketError(.resourceExhausted, "the tenant's quota is \(limit) bytes")
        }
        self.documents = documents
        self.bytes = bytes
        return nil
    }
}
