/// Which cluster of search engines is searched, and the one that is to take its place or was left.
///
/// There is at most one row of a twin; `tenant_id`, `collection` and `after` say how far it is
/// filled.
enum ClusterTables {
    static let statements = [
        #"ALTER TABLE docket.server ADD COLUMN cluster text COLLATE "C""#,
        "GRANT UPDATE (cluster) ON docket.server TO docket_worker",
        """
        CREATE TABLE docket.twin(
            singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
            cluster text COLLATE "C" NOT NULL,
            stage bigint NOT NULL DEFAULT 0,
            tenant_id bigint NOT NULL DEFAULT 0,
            collection bigint NOT NULL DEFAULT 0,
            after bigint NOT NULL DEFAULT 0,
            documents bigint NOT NULL DEFAULT 0,
            token bigint NOT NULL DEFAULT 0,
            due_us bigint NOT NULL DEFAULT 0,
            changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id()
        )
        """,
        "GRANT SELECT ON docket.twin TO docket_app",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON docket.twin TO docket_worker",
    ]
}
