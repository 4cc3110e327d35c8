internal import DocketCore

/// What became of calls with an idempotency key: what the database keeps, and what the group of a
/// transaction adds.
struct KeptOutcomes {
    private struct Key: Hashable {
        let method: UInt16
        let collection: UInt32
        let key: [UInt8]

        init(_ idempotency: Idempotency, _ collection: UInt32) {
            method = idempotency.method
            self.collection = collection
            key = idempotency.key
        }

        init(_ row: SQLRow) {
            method = UInt16(truncatingIfNeeded: row.integer(0))
            collection = UInt32(truncatingIfNeeded: row.integer(1))
            key = row.bytes(2)
        }
    }

    private struct Kept {
        let bodyHash: [UInt8]
        let reply: [UInt8]
        /// One that has expired tells nothing and makes room.
        let isExpired: Bool

        init(bodyHash: [UInt8], reply: [UInt8]) {
            self.bodyHash = bodyHash
            self.reply = reply
            isExpired = false
        }

        init(_ row: SQLRow) {
            bodyHash = row.bytes(3)
            reply = row.bytes(4)
            isExpired = row.boolean(5)
        }
    }

    private var kept: [Key: Kept] = [:]
    private var added: [Key: Kept] = [:]
    /// Bytes of the tenant's.
    private(set) var bytes: Int64 = 0

    /// Reads what is kept of the calls' keys.
    static func reading(_ calls: [WriteCall], _ tenant: TenantSession) -> SQLStatement {
        let keys = calls.compactMap { call in
            call.idempotency.map { Key($0, call.collection.number) }
        }
        return SQLStatement(
            """
            SELECT i.method, i.collection, i.key, i.body_hash, i.reply,
                i.expires_us <= (SELECT docket.now_us())
            FROM unnest($2, $3, $4) AS w(method, collection, key)
            CROSS JOIN LATERAL (
                SELECT * FROM docket.idempotency i WHERE i.tenant_id = $1
                    AND i.method = w.method AND i.collection = w.collection AND i.key = w.key
                OFFSET 0
            ) i
            """,
            tenant.me,
            .numbers(keys.map(\.method)),
            .numbers(keys.map(\.collection)),
            .byteArrays(keys.map(\.key))
        )
    }

    init(_ result: ResultHandle, bytes: Int64) {
        self.bytes = bytes
        for (key, value) in result.all({ row in (Key(row), Kept(row)) }) { kept[key] = value }
    }

    /// What became of the call with this key; nil when there was none.
    ///
    /// - Throws: ``DocketError`` `alreadyExists` for another body.
    func outcome(
        _ idempotency: Idempotency,
        _ collection: UInt32
    ) throws(DocketError) -> WriteResult? {
        guard let found = kept[Key(idempotency, collection)], !found.isExpired else { return nil }
        guard found.bodyHash == idempotency.bodyHash else {
            throw DocketError(
                .alreadyExists,
                "the idempotency key was used for another request"
            )
        }
        let (outcomes, note) = try OutcomeCodec.decode(found.reply)
        return .replayed(outcomes, note: note)
    }

    /// Keeps what became of a call; returns by how many bytes more is kept.
    mutating func keep(
        _ outcomes: [WriteOutcome],
        _ idempotency: Idempotency,
        _ collection: UInt32
    ) -> Int64 {
        let key = Key(idempotency, collection)
        let reply = OutcomeCodec.encode(outcomes, note: idempotency.note)
        let new = Kept(bodyHash: idempotency.bodyHash, reply: reply)
        let before = kept[key].map { Self.bytes(key, $0) } ?? 0
        kept[key] = new
        added[key] = new
        let change = Self.bytes(key, new) - before
        bytes += change
        return change
    }

    private static func bytes(_ key: Key, _ kept: Kept) -> Int64 {
        Int64(KeptBytes.row + key.key.count + kept.reply.count)
    }

    func statements(_ tenant: TenantSession, lifetime: Duration) -> [SQLStatement] {
        guard !added.isEmpty else { return [] }
        let rows = Array(added)
        return [
            SQLStatement(
                """
                INSERT INTO docket.idempotency(tenant_id, method, collection, key, body_hash,
                    reply, expires_us)
                SELECT $1, w.*, (SELECT docket.now_us()) + $7
                FROM unnest($2, $3, $4, $5, $6) AS w(method, collection, key, body_hash, reply)
                ON CONFLICT (tenant_id, method, collection, key) DO UPDATE SET
                    body_hash = excluded.body_hash, reply = excluded.reply,
                    expires_us = excluded.expires_us
                """,
                tenant.me,
                .numbers(rows.map(\.key.method)),
                .numbers(rows.map(\.key.collection)),
                .byteArrays(rows.map(\.key.key)),
                .byteArrays(rows.map(\.value.bodyHash)),
                .byteArrays(rows.map(\.value.reply)),
                .integer(lifetime.microseconds)
            )
        ]
    }
}

extension WriteCall {
    var collection: Collection {
        switch request {
        case .upload(let batch): batch.collection
        case .delete(let batch): batch.collection
        }
    }

    var idempotency: Idempotency? {
        switch request {
        case .upload(let batch): batch.idempotency
        case .delete(let batch): batch.idempotency
        }
    }

    /// Of the documents that it writes or deletes.
    var ids: [String] {
        switch request {
        case .upload(let batch): batch.documents.map(\.id)
        case .delete(let batch): batch.ids
        }
    }
}
