internal import DocketCore
internal import DocketText

/// Brings a tenant's file to the format and the tokenizer of this version.
struct TenantMigration {
    /// Leads from one format to the next, in the transaction of the whole migration.
    typealias Step = @Sendable (ConnectionHandle) throws -> Void

    /// By the format that each begins with; 0 is an empty file.
    ///
    /// What format 2 added, checksums of pages, an `UncheckedFile` has before it comes here.
    /// Format 6 has schemas with languages, format 7 some that say how long documents are kept.
    static let steps: [Int64: Step] = [
        0: { try $0.execute(TenantSchema.tables) },
        1: { _ in },
        2: { try $0.execute(TenantSchema.keptBytes) },
        3: renameVisibleDocuments,
        4: removeFullTextTables,
        5: { connection in
            try connection.execute(TenantSchema.synonyms)
            try rebuildIndex(connection)
        },
        6: { _ in },
        7: indexCompounds,
    ]

    let connection: ConnectionHandle
    var steps = Self.steps
    var format = TenantSchema.format
    var tokenizerVersion = Int64(TokenizerHandle.version)

    /// - Throws: ``DocketError`` `failedPrecondition` for a newer format, which is left as it is.
    func run(_ configuration: EmbeddedConfiguration) throws {
        let found = try connection.first("PRAGMA user_version", row: { $0.integer(0) }) ?? 0
        guard found <= format else {
            throw DocketError(
                .failedPrecondition,
                "the tenant's data has format \(found), which is newer than \(format)"
            )
        }
        // Before anything is written, so that pages which become free can be given back.
        if found == 0 { try connection.execute("PRAGMA auto_vacuum = INCREMENTAL") }
        try connection.execute(TenantSchema.settings(synchronous: configuration.synchronous))
        if found < format { try upgrade(from: found) }
        try reindexForTokenizer()
    }

    private func upgrade(from found: Int64) throws {
        try connection.writing {
            for format in found..<format {
                guard let step = steps[format] else {
                    throw DocketError(
                        .dataLoss,
                        "the tenant's data has the unknown format \(format)"
                    )
                }
                try step(connection)
            }
            if found == 0 {
                try connection.execute(
                    """
                    INSERT INTO meta(name, value) VALUES
                        ('epoch', 1), ('sequence', 0), ('tokenizer', \(tokenizerVersion))
                    """
                )
            }
            try connection.execute("PRAGMA user_version = \(format)")
        }
    }

    /// Until format 3 the tables of visible documents were named `shown_1` and so on.
    private static func renameVisibleDocuments(_ connection: ConnectionHandle) throws {
        let names = try connection.all(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'shown_[0-9]*'",
            row: { $0.text(0) }
        )
        for name in names {
            let number = name.dropFirst("shown_".count)
            try connection.execute("ALTER TABLE \(name) RENAME TO visible_\(number)")
        }
    }

    /// Until format 4 the search index was a table of FTS5, with texts of its own.
    private static func removeFullTextTables(_ connection: ConnectionHandle) throws {
        let names = try connection.all(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'search_[0-9]*'",
            row: { $0.text(0) }
        )
        // Without the tokenizer that the table names, SQLite cannot open it to remove it.
        try connection.execute(
            """
            PRAGMA writable_schema = ON;
            DELETE FROM sqlite_schema WHERE type = 'table' AND name GLOB 'search_[0-9]*'
                AND sql LIKE 'CREATE VIRTUAL TABLE%';
            PRAGMA writable_schema = RESET;
            """
        )
        for name in names where name.dropFirst("search_".count).allSatisfy(\.isNumber) == false {
            try connection.execute("DROP TABLE \(name)")
        }
    }

    /// Until format 5 attributes stood in a row for each document, `visible`, and one for each
    /// value, `values`; frequencies did not tell words of the title from others; and the index had
    /// no titles and keywords as a whole.
    private static func rebuildIndex(_ connection: ConnectionHandle) throws {
        try connection.execute(TenantSchema.indexedContents)
        let names = try connection.all(
            """
            SELECT name FROM sqlite_schema WHERE type = 'table'
                AND (name GLOB 'visible_[0-9]*' OR name GLOB 'values_[0-9]*')
            """,
            row: { $0.text(0) }
        )
        for name in names { try connection.execute("DROP TABLE \(name)") }
        try indexAllAgain(connection)
    }

    /// Until format 7 the index had no ends of compounds, which collections of German need.
    private static func indexCompounds(_ connection: ConnectionHandle) throws {
        let collections = try connection.all(
            "SELECT id, schema FROM collections WHERE deleted = 0",
            row: {
                (UInt32(truncatingIfNeeded: $0.integer(0)), try SchemaCodec.decode($0.bytes(1)))
            }
        )
        let german = collections.filter { _, schema in
            schema.languages.contains { TextLanguage(code: $0?.code).joinsWords }
        }
        try indexAgain(german.map(\.0), connection)
    }

    /// All documents go into new indices.
    private static func indexAllAgain(_ connection: ConnectionHandle) throws {
        let collections = try connection.all(
            "SELECT id FROM collections",
            row: { UInt32(truncatingIfNeeded: $0.integer(0)) }
        )
        try indexAgain(collections, connection)
    }

    private static func indexAgain(_ collections: [UInt32], _ connection: ConnectionHandle) throws {
        for collection in collections {
            let tables = CollectionTables(collection: collection)
            try connection.execute(tables.removal + tables.creation)
            try indexAgain(collection, connection)
        }
    }

    /// Another tokenizer finds other words: everything goes into the index anew from the documents.
    private func reindexForTokenizer() throws {
        let found = try connection.first(
            "SELECT value FROM meta WHERE name = 'tokenizer'",
            row: { $0.integer(0) }
        )
        guard found != tokenizerVersion else { return }
        try connection.writing {
            try Self.indexAllAgain(connection)
            try connection.run(
                "UPDATE meta SET value = ?1 WHERE name = 'tokenizer'",
                .integer(tokenizerVersion)
            )
        }
    }

    /// Queues all documents of a collection, whose index is empty.
    private static func indexAgain(_ collection: UInt32, _ connection: ConnectionHandle) throws {
        try connection.execute(
            """
            DELETE FROM applied WHERE collection = \(collection);
            INSERT OR IGNORE INTO outbox(version, number, collection, is_delete)
                SELECT version, number, collection, 0 FROM documents
                WHERE collection = \(collection) AND state IN (1, 2);
            UPDATE documents SET state = 1 WHERE collection = \(collection) AND state = 2;
            UPDATE documents SET in_index = 0, indexed_version = 0
                WHERE collection = \(collection);
            DELETE FROM indexed_contents WHERE number IN
                (SELECT number FROM documents WHERE collection = \(collection));
            UPDATE collections
                SET indexing = indexing + indexed, indexed = 0, hard = hard + 1
                WHERE id = \(collection);
            """
        )
    }
}

extension ConnectionHandle {
    /// Runs `body` in a transaction that is durable when this returns.
    func writing<Value>(_ body: () throws -> Value) throws -> Value {
        try execute("BEGIN IMMEDIATE")
        do {
            let value = try body()
            try execute("COMMIT")
            return value
        } catch {
            // Some failures have already rolled back; of the others this one is what matters.
            rollBack()
            throw error
        }
    }
}
