internal import DocketCore
internal import DocketRuntime

/// The one writing connection to one tenant's file.
// Because: the job that took it from the pool has it alone.
final class TenantWriter: TenantConnection, @unchecked Sendable {
    let connection: ConnectionHandle
    let configuration: EmbeddedConfiguration
    var state: TenantState
    /// The merge under way, whose rows nobody else knows of.
    var merge: SegmentMerge?
    /// Collections whose segments may have to be merged or removed.
    var unsettled: Set<UInt32> = []
    /// Whether pages that become free can be given back.
    let canShrink: Bool
    /// Whether that is under way.
    var isShrinking = false
    /// Whether the next thing to do is to put the index in order.
    var isMaintenanceNext = false
    /// What was written of the index since it was asked for last.
    var indexCounts = IndexCounts()
    private let shares: PageCacheShares

    /// Opens the file and brings it to this version's format.
    init(
        path: String,
        creates: Bool,
        _ configuration: EmbeddedConfiguration,
        _ shares: PageCacheShares
    ) throws {
        self.configuration = configuration
        self.shares = shares
        connection = try UncheckedFile.open(path, creates: creates, configuration)
        try TenantMigration(connection: connection).run(configuration)
        state = try TenantState(reading: connection)
        unsettled = Set(state.collections.keys)
        let incremental: Int64 = 2
        canShrink =
            try connection.first("PRAGMA auto_vacuum", row: { $0.integer(0) }) == incremental
        shares.opened()
    }

    deinit { shares.closed() }

    /// Whether there is something to index, to complete or to remove.
    func hasWork() throws -> Bool {
        if !state.deletedCollections.isEmpty { return true }
        if state.collections.values.contains(where: { $0.applied > 0 }) { return true }
        let waits = try connection.first("SELECT 1 FROM outbox LIMIT 1", row: { _ in true })
        return try waits ?? needsMaintenance()
    }

    /// Runs `body` in a transaction; when it fails, nothing has happened.
    func transaction<Value>(_ body: () throws -> Value) throws -> Value {
        let before = state
        do {
            return try connection.writing {
                let value = try body()
                try saveState(since: before)
                return value
            }
        } catch {
            state = before
            throw error
        }
    }

    /// Runs `body` inside a transaction; when it fails, the rest of the transaction goes on.
    func savepoint<Value>(_ body: () throws -> Value) throws -> Value {
        let before = state
        try connection.run("SAVEPOINT part")
        do {
            let value = try body()
            try connection.run("RELEASE part")
            return value
        } catch {
            state = before
            // A full disk and its like have rolled the whole transaction back already.
            guard !connection.isOutsideTransaction else { throw error }
            try connection.run("ROLLBACK TO part")
            try connection.run("RELEASE part")
            throw error
        }
    }

    private func saveState(since before: TenantState) throws {
        if state.sequence != before.sequence {
            try connection.run(
                "UPDATE meta SET value = ?1 WHERE name = 'sequence'",
                .number(state.sequence)
            )
        }
        if state.kept != before.kept {
            try connection.run(
                "INSERT OR REPLACE INTO meta(name, value) VALUES (?1, ?2), (?3, ?4)",
                .text("kept_outcomes"),
                .number(state.kept.outcomes),
                .text("kept_deletions"),
                .number(state.kept.deletions)
            )
        }
        if state.found != before.found {
            try connection.run(
                "INSERT OR REPLACE INTO meta(name, value) VALUES (?1, ?2), (?3, ?4)",
                .text("found_in_time"),
                .number(state.found.inTime),
                .text("found_late"),
                .number(state.found.late)
            )
        }
        for (id, collection) in state.collections where collection.isChanged {
            try save(collection)
            state.collections[id]?.isChanged = false
        }
    }

    private func save(_ state: CollectionState) throws {
        try connection.run(
            """
            UPDATE collections SET schema = ?2, schema_epoch = ?3, hard = ?4, soft = ?5,
                indexing = ?6, indexed = ?7, failed = ?8, deleting = ?9, bytes = ?10
            WHERE id = ?1
            """,
            .number(state.collection.number),
            .blob(SchemaCodec.encodeAttributes(of: state.collection.schema)),
            .number(state.collection.schemaEpoch),
            .number(state.generations.hard),
            .number(state.generations.soft),
            .number(state.counts.indexing),
            .number(state.counts.indexed),
            .number(state.counts.failed),
            .number(state.counts.deleting),
            .number(state.counts.bytes)
        )
    }

    /// - Throws: ``DocketError`` `notFound` for one that is gone.
    func require(_ collection: Collection) throws(DocketError) -> CollectionState {
        guard let state = state.collections[collection.number] else {
            throw .noCollection(collection.name)
        }
        return state
    }
}

extension TenantState {
    /// What the file says.
    fileprivate init(reading connection: ConnectionHandle) throws {
        let meta = try connection.all("SELECT name, value FROM meta") { row in
            (row.text(0), row.unsigned(1))
        }
        let values = Dictionary(meta, uniquingKeysWith: { first, _ in first })
        guard let epoch = values["epoch"], let sequence = values["sequence"] else {
            throw DocketError(.dataLoss, "the tenant's data is damaged: it has no sequence")
        }
        self.init(epoch: epoch, sequence: sequence)
        kept.outcomes = Int(values["kept_outcomes"] ?? 0)
        kept.deletions = Int(values["kept_deletions"] ?? 0)
        found.inTime = Int(values["found_in_time"] ?? 0)
        found.late = Int(values["found_late"] ?? 0)
        for collection in try connection.all(CollectionState.selection, row: CollectionState.init) {
            collections[collection.collection.number] = collection
        }
        deletedCollections = try connection.all("SELECT id FROM collections WHERE deleted = 1") {
            UInt32(truncatingIfNeeded: $0.integer(0))
        }
        let applied = try connection.all(
            "SELECT collection, count(*) FROM applied GROUP BY collection",
            row: { (UInt32(truncatingIfNeeded: $0.integer(0)), Int($0.integer(1))) }
        )
        for (collection, count) in applied { collections[collection]?.applied = count }
    }
}

extension CollectionState {
    /// The living collections, as `init(_:)` reads them.
    static let selection = """
        SELECT id, name, schema, schema_epoch, created_us, hard, soft,
            indexing, indexed, failed, deleting, bytes,
            coalesce((SELECT rules FROM synonyms WHERE collection = collections.id), x'')
        FROM collections WHERE deleted = 0 ORDER BY name
        """

    init(_ row: StatementHandle) throws {
        let collection = Collection(
            number: UInt32(truncatingIfNeeded: row.integer(0)),
            name: row.text(1),
            schema: try SchemaCodec.decode(row.bytes(2) + row.bytes(12)),
            schemaEpoch: row.unsigned(3),
            createdMicroseconds: row.integer(4)
        )
        var counts = StateCounts()
        counts.indexing = Int(row.integer(7))
        counts.indexed = Int(row.integer(8))
        counts.failed = Int(row.integer(9))
        counts.deleting = Int(row.integer(10))
        counts.bytes = Int(row.integer(11))
        self.init(
            collection: collection,
            counts: counts,
            generations: Generations(
                hard: row.unsigned(5),
                soft: row.unsigned(6),
                schemaEpoch: row.unsigned(3)
            )
        )
    }
}
