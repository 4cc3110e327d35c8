/// Tables whose every row is one tenant's.
enum TenantTables {
    static let names = [
        "collections", "collection_state", "documents", "versions", "outbox", "idempotency",
    ]

    static let statements = collections + documents + outbox

    /// A collection keeps its row for a while after it is gone, so that every server learns of it.
    ///
    /// What changes often stands apart from the schema.
    private static let collections = [
        """
        CREATE TABLE docket.collections(
            tenant_id bigint NOT NULL,
            number bigint NOT NULL,
            name text COLLATE "C" NOT NULL,
            schema bytea NOT NULL,
            schema_epoch bigint NOT NULL,
            created_us bigint NOT NULL,
            deleted_us bigint,
            swept_us bigint,
            PRIMARY KEY (tenant_id, number)
        )
        """,
        """
        CREATE UNIQUE INDEX collections_by_name ON docket.collections(tenant_id, name)
        WHERE deleted_us IS NULL
        """,
        """
        CREATE INDEX deleted_collections ON docket.collections(deleted_us)
        WHERE deleted_us IS NOT NULL
        """,
        """
        CREATE TABLE docket.collection_state(
            tenant_id bigint NOT NULL,
            collection bigint NOT NULL,
            hard bigint NOT NULL,
            soft bigint NOT NULL,
            soft_raised_us bigint NOT NULL DEFAULT 0,
            indexing bigint NOT NULL DEFAULT 0,
            indexed bigint NOT NULL DEFAULT 0,
            failed bigint NOT NULL DEFAULT 0,
            deleting bigint NOT NULL DEFAULT 0,
            applied bigint NOT NULL DEFAULT 0,
            bytes bigint NOT NULL DEFAULT 0,
            kept_outcomes bigint NOT NULL DEFAULT 0,
            kept_deletions bigint NOT NULL DEFAULT 0,
            changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
            PRIMARY KEY (tenant_id, collection)
        ) WITH (fillfactor = 50)
        """,
        "CREATE INDEX collections_by_change ON docket.collection_state(changed_xid)",
        """
        CREATE INDEX applied_collections ON docket.collection_state(tenant_id, collection)
        WHERE applied > 0
        """,
    ]

    /// Documents, and in `versions` their contents from the indexed version to the newest.
    ///
    /// `sent_from` and `sent_version` are the first and the last version that the index may hold,
    /// 0 when it holds none; `applied` is a version that searches find and whose status waits for
    /// the soft generation.
    ///
    /// A tenant that statistics do not know yet seems to have one row. Whatever begins with its
    /// number then seems to find an id as well as `documents_by_id` does, and is taken where its
    /// tree is lower: each lookup would read the whole tenant. So no other index of all rows
    /// begins with the tenant or the collection, for which `listed` is another name.
    private static let documents = [
        """
        CREATE TABLE docket.documents(
            tenant_id bigint NOT NULL,
            number bigint NOT NULL,
            collection bigint NOT NULL,
            listed bigint GENERATED ALWAYS AS (collection) STORED,
            id text COLLATE "C" NOT NULL,
            version bigint NOT NULL,
            indexed_version bigint NOT NULL DEFAULT 0,
            sent_from bigint NOT NULL DEFAULT 0,
            sent_version bigint NOT NULL DEFAULT 0,
            state bigint NOT NULL,
            applied boolean NOT NULL DEFAULT false,
            place text COLLATE "C",
            error text NOT NULL DEFAULT '',
            bytes bigint NOT NULL,
            created_us bigint NOT NULL,
            updated_us bigint NOT NULL,
            PRIMARY KEY (number, tenant_id)
        ) WITH (fillfactor = 70)
        """,
        """
        CREATE INDEX documents_by_number ON docket.documents(listed, tenant_id, number)
        """,
        """
        CREATE INDEX removed_documents ON docket.documents(tenant_id, collection, number)
        WHERE state IN (3, 4)
        """,
        """
        CREATE INDEX applied_documents ON docket.documents(tenant_id, collection)
        WHERE applied
        """,
        "CREATE INDEX deleted_documents ON docket.documents(updated_us) WHERE state = 5",
        "CREATE UNIQUE INDEX documents_by_id ON docket.documents(tenant_id, collection, id)",
        """
        CREATE TABLE docket.versions(
            tenant_id bigint NOT NULL,
            number bigint NOT NULL,
            version bigint NOT NULL,
            title text NOT NULL,
            body text NOT NULL,
            attributes bytea NOT NULL,
            PRIMARY KEY (tenant_id, number, version)
        )
        """,
    ]

    /// One row for each document that the index is behind of; a lease holds until `due_us`.
    ///
    /// The table is small and changes all the time, so that it is cleaned often. Its second index
    /// keeps equal times apart, so that its tree is no lower than that of the key, which finds a
    /// row; see ``documents``.
    private static let outbox = [
        """
        CREATE TABLE docket.outbox(
            tenant_id bigint NOT NULL,
            number bigint NOT NULL,
            version bigint NOT NULL,
            due_us bigint NOT NULL,
            queued_us bigint NOT NULL,
            attempts bigint NOT NULL DEFAULT 0,
            lease_token bigint,
            leased_version bigint,
            leased_removal boolean NOT NULL DEFAULT false,
            PRIMARY KEY (tenant_id, number)
        ) WITH (
            fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01,
            autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0
        )
        """,
        """
        CREATE INDEX outbox_by_due ON docket.outbox(tenant_id, due_us)
        WITH (deduplicate_items = off)
        """,
        """
        CREATE TABLE docket.idempotency(
            tenant_id bigint NOT NULL,
            method bigint NOT NULL,
            collection bigint NOT NULL,
            key bytea NOT NULL,
            body_hash bytea NOT NULL,
            reply bytea NOT NULL,
            expires_us bigint NOT NULL,
            PRIMARY KEY (tenant_id, method, collection, key)
        )
        """,
        "CREATE INDEX idempotency_by_expiry ON docket.idempotency(expires_us)",
    ]
}
