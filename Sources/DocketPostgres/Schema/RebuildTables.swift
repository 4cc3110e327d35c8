/// Rebuilds of collections, and the indices of their own that come of them.
///
/// The row of a rebuild stays after its end, until the next one. `left_place` is the index of its
/// own that the collection had before; NULL where each document has its place.
enum RebuildTables {
    static let statements =
        [
            #"ALTER TABLE docket.collections ADD COLUMN place text COLLATE "C""#,
            """
            CREATE TABLE docket.rebuilds(
                tenant_id bigint NOT NULL,
                collection bigint NOT NULL,
                number bigint NOT NULL,
                stage bigint NOT NULL DEFAULT 0,
                place text COLLATE "C" NOT NULL,
                left_place text COLLATE "C",
                after bigint NOT NULL DEFAULT 0,
                documents bigint NOT NULL DEFAULT 0,
                token bigint NOT NULL DEFAULT 0,
                due_us bigint NOT NULL DEFAULT 0,
                error text NOT NULL DEFAULT '',
                changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
                PRIMARY KEY (tenant_id, collection)
            )
            """,
            "GRANT SELECT, INSERT, UPDATE ON docket.rebuilds TO docket_app",
            "GRANT SELECT, UPDATE, DELETE ON docket.rebuilds TO docket_worker",
        ] + AccessRules.policies("rebuilds")
}
