/// Tables that are no tenant's own: who the tenants are, their keys, and what servers share.
///
/// `changed_xid` is the transaction that changed a row last, for the change feed; times are
/// microseconds since 1970 by the database's clock.
enum DirectoryTables {
    static let statements = [
        """
        CREATE FUNCTION docket.now_us() RETURNS bigint LANGUAGE sql VOLATILE AS
        $$ SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint $$
        """,
        // Neither ever restarts: what a sequence has given never comes again.
        "CREATE SEQUENCE docket.version_sequence AS bigint",
        "CREATE SEQUENCE docket.number_sequence AS bigint",
        "CREATE SEQUENCE docket.lease_sequence AS bigint",
        """
        CREATE TABLE docket.server(
            singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
            secret bytea NOT NULL CHECK (length(secret) = 32),
            epoch bigint NOT NULL DEFAULT 1
        )
        """,
        """
        CREATE TABLE docket.tenants(
            tenant_id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
            name text COLLATE "C" NOT NULL,
            documents bigint,
            bytes bigint,
            collections bigint,
            collections_made bigint NOT NULL DEFAULT 0,
            created_us bigint NOT NULL DEFAULT docket.now_us(),
            deleted_us bigint,
            changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id()
        )
        """,
        "CREATE UNIQUE INDEX tenants_by_name ON docket.tenants(name) WHERE deleted_us IS NULL",
        "CREATE INDEX tenants_by_change ON docket.tenants(changed_xid)",
        """
        CREATE TABLE docket.keys(
            id text COLLATE "C" PRIMARY KEY,
            tenant_id bigint,
            scopes bigint NOT NULL,
            secret_hash bytea NOT NULL,
            created_us bigint NOT NULL,
            expires_us bigint,
            revoked_us bigint,
            changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id()
        )
        """,
        "CREATE INDEX keys_by_tenant ON docket.keys(tenant_id)",
        "CREATE INDEX keys_by_change ON docket.keys(changed_xid)",
    ]
}
