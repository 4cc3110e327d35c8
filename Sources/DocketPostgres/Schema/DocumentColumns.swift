/// Schema 2: documents whose rows change in their place.
///
/// A document's row is written when it is uploaded, leased and completed. PostgreSQL keeps a row in
/// its page, and out of all indices, when no column that an index looks at has another value: so
/// the indices of removed and of deleted documents look at columns that neither `state` nor
/// `updated_us` changes on that way. Pages are half full, so that there is room for the next row.
enum DocumentColumns {
    static let statements = [
        """
        ALTER TABLE docket.documents
            ADD COLUMN removed boolean NOT NULL GENERATED ALWAYS AS (state IN (3, 4)) STORED,
            ADD COLUMN deleted_us bigint
                GENERATED ALWAYS AS (CASE WHEN state = 5 THEN updated_us END) STORED,
            SET (fillfactor = 45)
        """,
        "DROP INDEX docket.removed_documents, docket.deleted_documents",
        """
        CREATE INDEX removed_documents ON docket.documents(tenant_id, collection, number)
        WHERE removed
        """,
        """
        CREATE INDEX deleted_documents ON docket.documents(deleted_us)
        WHERE deleted_us IS NOT NULL
        """,
    ]
}
