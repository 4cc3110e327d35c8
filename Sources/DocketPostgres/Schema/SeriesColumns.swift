/// In which series of indices documents are found, see `IndexSeries`.
///
/// `series` of the server is the one that documents are indexed into, of a collection the one that
/// has all of its documents; NULL is a series of before there were names for them. Documents up to
/// the number `moved_after` were looked at by a move. Rows of the outbox are `moving` until the
/// document is found in its new index.
enum SeriesColumns {
    static let statements = [
        #"ALTER TABLE docket.server ADD COLUMN series text COLLATE "C""#,
        "GRANT UPDATE (series) ON docket.server TO docket_worker",
        """
        ALTER TABLE docket.collections ADD COLUMN series text COLLATE "C",
            ADD COLUMN moved_after bigint NOT NULL DEFAULT 0,
            ADD COLUMN moved_us bigint NOT NULL DEFAULT 0
        """,
        "ALTER TABLE docket.outbox ADD COLUMN moving boolean NOT NULL DEFAULT false",
        "CREATE INDEX outbox_moving ON docket.outbox(tenant_id, number) WHERE moving",
    ]
}
