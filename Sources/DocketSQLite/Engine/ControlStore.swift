internal import DocketCore
internal import DocketRuntime
internal import DocketSystem
internal import Synchronization

/// The control file: tenants, keys, settings, and which tenants may have unindexed documents.
///
/// One thread uses it, for one caller after another.
final class ControlStore: Sendable {
    /// The open file.
    // Because: the one thread has it alone.
    private final class File: @unchecked Sendable {
        let connection: ConnectionHandle

        init(_ connection: ConnectionHandle) { self.connection = connection }
    }

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

    /// Calls that wait before more are refused.
    private static let waitingMaximum = 8192
    /// Whose work all of it is; tenants count from 1.
    private static let nobody = TenantID(0)

    private let threads: FairThreads
    /// nil before it was opened, and once it is closed.
    private let file = Mutex<File?>(nil)

    init() throws(ThreadError) {
        var limits = FairSchedule.Limits()
        (limits.width, limits.begun, limits.ownerBegun) = (1, 1, 1)
        limits.ownerWaiting = Self.waitingMaximum
        limits.delayTarget = .max
        threads = try FairThreads(name: "control", limits)
    }

    /// Opens the file, or makes it in a new directory; no tenant will get a number up to
    /// `usedNumber`.
    ///
    /// - Throws: ``DocketError`` `dataLoss` for a file that is damaged, or missing or empty in a
    ///   directory that had data.
    func open(
        _ configuration: EmbeddedConfiguration,
        usedNumber: UInt64
    ) async throws(DocketError) {
        try await run(nil) { [self] _ in
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
            file.withLock { $0 = File(made) }
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

    /// Ends the thread and closes the file; nothing is under way.
    func shutdown() {
        threads.shutdown()
        file.withLock { $0 = nil }
    }

    /// Runs `body` with the open file, for `work` if any.
    func read<Value: Sendable>(
        _ work: WorkLimit?,
        _ body: @escaping @Sendable (ConnectionHandle) throws -> Value
    ) async throws(DocketError) -> Value {
        try await run(work) { [self] turn in
            guard let connection = file.withLock({ $0 })?.connection else {
                throw DocketError(.unavailable, "the store is closed")
            }
            connection.watch.begin(work, turn)
            defer { connection.watch.end() }
            return try body(connection)
        }
    }

    /// Runs `body` in a durable transaction, for `work` if any: nothing is done when that ends
    /// before.
    func write<Value: Sendable>(
        _ work: WorkLimit?,
        _ body: @escaping @Sendable (ConnectionHandle) throws -> Value
    ) async throws(DocketError) -> Value {
        try await read(work) { connection in
            try connection.writing { try body(connection) }
        }
    }

    /// As `mappingErrors` on the thread, for the file that is no tenant's.
    private func run<Value: Sendable>(
        _ work: WorkLimit?,
        _ body: @escaping @Sendable (JobTurn) throws -> Value
    ) async throws(DocketError) -> Value {
        try await threads.answer(for: Self.nobody, .interactive, work) {
            turn throws(DocketError) in
            try mappingErrors {
                do {
                    return try body(turn)
                } catch let error as SQLiteError where error.isCorrupt {
                    throw DataDirectoryMark.damagedControl
                }
            }
        }
    }
}
