internal import DocketCore
internal import DocketRuntime
internal import DocketSystem

/// The control file: tenants, keys, settings, and which tenants may have unindexed documents.
actor ControlStore {
    private static let format: Int64 = 2

    /// A tenant's state: 0 living, 1 on its way out, 2 on its way in; files of the last two go at
    /// the next start.
    private static let tables = """
        CREATE TABLE tenants(
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            name TEXT NOT NULL,
            state INTEGER NOT NULL,
            documents INTEGER,
            bytes INTEGER,
            collections INTEGER,
            created_us INTEGER NOT NULL
        );
        CREATE UNIQUE INDEX tenants_by_name ON tenants(name) WHERE state <> 1;
        CREATE TABLE keys(
            id TEXT PRIMARY KEY,
            tenant INTEGER,
            scopes INTEGER NOT NULL,
            secret_hash BLOB NOT NULL,
            created_us INTEGER NOT NULL,
            expires_us INTEGER,
            revoked_us INTEGER
        ) WITHOUT ROWID;
        CREATE INDEX keys_by_tenant ON keys(tenant);
        CREATE TABLE settings(name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
        CREATE TABLE dirty(tenant INTEGER PRIMARY KEY);
        """

    private let thread: ThreadExecutor
    private var connection: ConnectionHandle?

    nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe thread.asUnownedSerialExecutor()
    }

    init(thread: ThreadExecutor) { self.thread = thread }

    /// Opens the file, or makes it in a new directory; no tenant will get a number up to
    /// `usedNumber`.
    ///
    /// - Throws: ``DocketError`` `dataLoss` for a file that is damaged, or missing or empty in a
    ///   directory that had data.
    func open(
        _ configuration: EmbeddedConfiguration,
        usedNumber: UInt64
    ) throws(DocketError) {
        try controlling {
            let directory = configuration.directory
            try DataDirectoryMark.requireControl(directory)
            let path = directory + "/control.db"
            let made = try UncheckedFile.open(path, creates: true, configuration)
            let found = try made.first("PRAGMA user_version", row: { $0.integer(0) }) ?? 0
            guard found <= Self.format else {
                throw DocketError(
                    .failedPrecondition,
                    "the data directory has format \(found), which is newer than \(Self.format)"
                )
            }
            guard found > 0 || DataDirectoryMark.isNew(directory) else {
                throw DataDirectoryMark.lost("has no data")
            }
            try made.execute(TenantSchema.settings(synchronous: configuration.synchronous))
            if found == 0 {
                try Self.make(made)
                try FileSystem.synchronize(directory)
            }
            try DataDirectoryMark.write(directory)
            try made.writing {
                try made.run(
                    "UPDATE sqlite_sequence SET seq = max(seq, ?1) WHERE name = 'tenants'",
                    .number(usedNumber)
                )
            }
            connection = made
        }
    }

    private static func make(_ connection: ConnectionHandle) throws {
        try connection.writing {
            try connection.execute(tables)
            try connection.execute(
                """
                INSERT INTO sqlite_sequence(name, seq) VALUES ('tenants', 0);
                PRAGMA user_version = \(format);
                """
            )
            try connection.run(
                "INSERT INTO settings(name, value) VALUES ('server_secret', ?1)",
                .blob(RandomBytes.make(32))
            )
        }
    }

    func close() { connection = nil }

    /// Runs `body` with the open file.
    func read<Value: Sendable>(
        _ body: @Sendable (ConnectionHandle) throws -> Value
    ) throws(DocketError) -> Value {
        try controlling { try body(try opened()) }
    }

    /// Runs `body` in a durable transaction.
    func write<Value: Sendable>(
        _ body: @Sendable (ConnectionHandle) throws -> Value
    ) throws(DocketError) -> Value {
        try controlling {
            let connection = try opened()
            return try connection.writing { try body(connection) }
        }
    }

    /// As `mappingErrors`, for the file that is no tenant's.
    private func controlling<Value>(_ body: () throws -> Value) throws(DocketError) -> Value {
        try mappingErrors {
            do {
                return try body()
            } catch let error as SQLiteError where error.isCorrupt {
                throw DataDirectoryMark.damagedControl
            }
        }
    }

    private func opened() throws(DocketError) -> ConnectionHandle {
        guard let connection else { throw DocketError(.unavailable, "the store is closed") }
        return connection
    }
}
