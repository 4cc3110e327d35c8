internal import DocketCore
internal import DocketRuntime

/// What the index has by now of one collection, in the order of document numbers; the rest waits in
/// the outbox.
struct LivingDocuments {
    struct Document {
        let number: UInt64
        let version: UInt64
        let place: IndexPlace?
        let content: BoundDocument
    }

    /// Bytes of documents after which a slice ends.
    private static let bytesMaximum = 4 << 20

    let collection: CollectionReference
    let after: UInt64
    /// Documents of one slice.
    let limit: Int

    private var key: [SQLValue] {
        [.number(collection.tenant.number), .number(collection.number), .number(after)]
    }

    /// The documents, and the number after which there are more; nil at the end.
    func read(_ session: PostgresSession) throws -> (documents: [Document], next: UInt64?) {
        let found = try session.run(
            SQLStatement(
                """
                SELECT number, bytes FROM docket.documents
                WHERE tenant_id = $1 AND listed = $2 AND number > $3 AND state IN (1, 2)
                    AND sent_from > 0
                ORDER BY number LIMIT \(limit)
                """,
                values: key
            )
        )[0].all { (number: $0.integer(0), bytes: $0.number(1)) }
        var bytes = 0
        let taken = found.prefix { document in
            defer { bytes += document.bytes }
            return bytes < Self.bytesMaximum
        }
        let contents = try session.run(
            SQLStatement(
                """
                SELECT d.number, d.version, d.place, d.id, d.bytes, v.title, v.body, v.attributes
                FROM unnest($2) AS w(number)
                CROSS JOIN LATERAL (
                    SELECT * FROM docket.documents d
                    WHERE d.tenant_id = $1 AND d.number = w.number OFFSET 0
                ) d
                CROSS JOIN LATERAL (
                    SELECT * FROM docket.versions v WHERE v.tenant_id = $1
                        AND v.number = d.number AND v.version = d.version OFFSET 0
                ) v
                WHERE d.state IN (1, 2)
                """,
                key[0],
                .integers(taken.map(\.number))
            )
        )[0]
        let documents = try contents.rows.map { row in
            Document(
                number: row.unsigned(0),
                version: row.unsigned(1),
                place: row.isNull(2) ? nil : IndexPlace(name: try row.text(2)),
                content: try BoundDocument(id: row.text(3), bytes: row.number(4), row, at: 5)
            )
        }
        let hasMore = taken.count < found.count || found.count == limit
        return (documents, hasMore ? taken.last.map { UInt64(bitPattern: $0.number) } : nil)
    }
}
