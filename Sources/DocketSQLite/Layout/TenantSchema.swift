/// What a tenant's file holds.
enum TenantSchema {
    /// Rises with each change that `TenantMigration` has to make.
    static let format: Int64 = 8

    /// Bits of a version below the epoch, which a restore raises: versions never come again.
    static let versionBits: UInt64 = 40

    /// Pages of 4 KiB; a checkpoint at 16 MiB of the log instead of 4 writes hot pages less often.
    static func settings(synchronous: EmbeddedConfiguration.Synchronous) -> String {
        """
        PRAGMA busy_timeout = 5000;
        PRAGMA journal_mode = WAL;
        PRAGMA synchronous = \(synchronous.rawValue);
        PRAGMA mmap_size = 0;
        PRAGMA secure_delete = OFF;
        PRAGMA temp_store = MEMORY;
        PRAGMA wal_autocheckpoint = 4096;
        PRAGMA journal_size_limit = 67108864;
        PRAGMA foreign_keys = OFF;
        PRAGMA trusted_schema = OFF;
        """
    }

    /// What is kept of calls with an idempotency key, and of deleted documents, has bytes that are
    /// counted; whole replies that were kept before go.
    static let keptBytes = """
        DELETE FROM idempotency;
        INSERT OR REPLACE INTO meta(name, value) SELECT 'kept_deletions',
            coalesce(sum(\(KeptBytes.rowBytes) + length(CAST(id AS BLOB))), 0)
            FROM documents WHERE state IN (4, 5);
        CREATE INDEX deleted_documents ON documents(updated_us) WHERE state = 5;
        """

    /// What searches show of a document of which a newer version waits to be indexed; and where in
    /// the index a document is: the segment that it came into, and its words.
    static let indexedContents = """
        DROP TABLE IF EXISTS indexed_contents;
        CREATE TABLE indexed_contents(
            number INTEGER PRIMARY KEY,
            attributes BLOB NOT NULL,
            title TEXT NOT NULL,
            body TEXT NOT NULL
        );
        ALTER TABLE documents ADD COLUMN segment INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE documents ADD COLUMN words INTEGER NOT NULL DEFAULT 0;
        """

    /// Synonyms stand apart from the rows of collections, which are written with every group.
    static let synonyms = """
        CREATE TABLE synonyms(
            collection INTEGER PRIMARY KEY,
            rules BLOB NOT NULL
        );
        """

    /// The tables of a tenant.
    ///
    /// A row of `documents` is small and changes often, one of `contents` is large and changes with
    /// the document. The outbox is worked off in the order of versions; `applied` holds what the
    /// index has and whose status waits for the soft generation to rise.
    static let tables = """
        CREATE TABLE meta(
            name TEXT PRIMARY KEY,
            value INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE collections(
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL,
            schema BLOB NOT NULL,
            schema_epoch INTEGER NOT NULL,
            created_us INTEGER NOT NULL,
            deleted INTEGER NOT NULL DEFAULT 0,
            hard INTEGER NOT NULL DEFAULT 1,
            soft INTEGER NOT NULL DEFAULT 1,
            indexing INTEGER NOT NULL DEFAULT 0,
            indexed INTEGER NOT NULL DEFAULT 0,
            failed INTEGER NOT NULL DEFAULT 0,
            deleting INTEGER NOT NULL DEFAULT 0,
            bytes INTEGER NOT NULL DEFAULT 0
        );
        CREATE UNIQUE INDEX collections_by_name ON collections(name) WHERE deleted = 0;
        CREATE TABLE documents(
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            collection INTEGER NOT NULL,
            id TEXT NOT NULL,
            version INTEGER NOT NULL,
            indexed_version INTEGER NOT NULL DEFAULT 0,
            in_index INTEGER NOT NULL DEFAULT 0,
            state INTEGER NOT NULL,
            created_us INTEGER NOT NULL,
            updated_us INTEGER NOT NULL,
            bytes INTEGER NOT NULL,
            error TEXT,
            UNIQUE(collection, id)
        );
        CREATE TABLE contents(
            number INTEGER PRIMARY KEY,
            attributes BLOB NOT NULL,
            title TEXT NOT NULL,
            body TEXT NOT NULL
        );
        CREATE TABLE outbox(
            version INTEGER PRIMARY KEY,
            number INTEGER NOT NULL,
            collection INTEGER NOT NULL,
            is_delete INTEGER NOT NULL
        );
        CREATE TABLE applied(
            number INTEGER PRIMARY KEY,
            collection INTEGER NOT NULL
        );
        CREATE TABLE idempotency(
            method INTEGER NOT NULL,
            collection INTEGER NOT NULL,
            key BLOB NOT NULL,
            body_hash BLOB NOT NULL,
            reply BLOB NOT NULL,
            expires_us INTEGER NOT NULL,
            PRIMARY KEY(method, collection, key)
        ) WITHOUT ROWID;
        CREATE INDEX idempotency_by_expiry ON idempotency(expires_us);
        """
}
