internal import DocketCore
internal import DocketRuntime
internal import DocketSystem

/// The files of a backup.
enum BackupFiles {
    private static let header = "docket backup 1"

    /// Makes the folder of a backup: an absolute path, or one below the data directory.
    ///
    /// An absolute path may be anywhere, since a backup on the disk of the data is little worth.
    ///
    /// - Throws: ``DocketError`` `invalidArgument` for a path that leaves the data directory or is
    ///   among the store's own files, `failedPrecondition` where it cannot be made or has files.
    static func makeFolder(
        _ asked: String,
        _ configuration: EmbeddedConfiguration
    ) throws(DocketError) -> String {
        let parts = asked.split(separator: "/").filter { $0 != "." }
        guard !parts.isEmpty, !parts.contains(".."), !asked.utf8.contains(0) else {
            throw .invalid("folder", "is neither an absolute path nor one below the data directory")
        }
        let path =
            (asked.hasPrefix("/") ? "" : configuration.directory) + "/"
            + parts.joined(separator: "/")
        guard !(path + "/").hasPrefix(configuration.directory + "/tenants/") else {
            throw .invalid("folder", "is where the tenants' files are")
        }
        do throws(DocketError) { try FileSystem.makeFolder(path) } catch {
            throw DocketError(
                .failedPrecondition,
                "the folder of the backup cannot be made: the one above it must be there, for the "
                    + "server to write to"
            )
        }
        guard FileSystem.names(in: path)?.isEmpty == true else {
            throw DocketError(.failedPrecondition, "the folder of the backup is not empty")
        }
        return path
    }

    /// Copies one moment of a database, while others write to it; the bytes of the copy.
    ///
    /// Every page in use is read, and its checksum looked at. The copy of a backup that an older
    /// version made has checksums, too.
    ///
    /// - Throws: ``DocketError`` `dataLoss` for a damaged database, of which no copy is left.
    static func copy(
        _ source: String,
        _ target: String,
        _ configuration: EmbeddedConfiguration,
        _ turn: JobTurn? = nil
    ) throws(DocketError) -> Int {
        do {
            try mappingErrors {
                do {
                    let connection = try ConnectionHandle(
                        path: source,
                        creates: false,
                        vfs: configuration.vfs
                    )
                    connection.watch.begin(nil, turn)
                    try connection.execute("PRAGMA busy_timeout = 5000")
                    try connection.run("VACUUM INTO ?1", .text(target))
                } catch let error as SQLiteError where error.mayBeUnchecked {
                    try UncheckedFile(path: source, configuration: configuration)
                        .copyChecked(to: target)
                }
                try FileSystem.synchronize(target)
            }
            return FileSystem.size(target)
        } catch {
            try FileSystem.removeDatabase(target)
            throw error
        }
    }

    /// Copies a file of a backup into a new data directory.
    static func restore(
        _ file: String,
        from folder: String,
        _ configuration: EmbeddedConfiguration
    ) throws(DocketError) {
        do throws(DocketError) {
            let target = "\(configuration.directory)/\(file)"
            _ = try copy("\(folder)/\(file)", target, configuration)
        } catch {
            guard error.code == .dataLoss else { throw error }
            throw DocketError(
                .dataLoss,
                "\(file) of the backup is damaged; restore another backup"
            )
        }
    }

    /// Writes what the backup consists of; without it the backup is not complete.
    static func writeManifest(_ folder: String) throws(DocketError) {
        let tenants = (FileSystem.names(in: folder + "/tenants") ?? []).sorted()
        let files = ["control.db"] + tenants.map { "tenants/" + $0 }
        let lines = files.map { "\($0) \(FileSystem.size("\(folder)/\($0)"))" }
        let text = ([header] + lines).joined(separator: "\n") + "\n"
        try FileSystem.write(text, to: folder + "/MANIFEST")
        try FileSystem.synchronize(folder + "/tenants")
        try FileSystem.synchronize(folder)
    }

    /// The files of a complete backup, relative to its folder.
    static func checkedManifest(_ folder: String) throws(DocketError) -> [String] {
        let incomplete = DocketError(.failedPrecondition, "the backup is not complete")
        guard let text = FileSystem.read(folder + "/MANIFEST") else { throw incomplete }
        let lines = text.split(separator: "\n")
        guard lines.first.map(String.init) == header, lines.count > 1 else { throw incomplete }
        var files: [String] = []
        for line in lines.dropFirst() {
            let parts = line.split(separator: " ")
            guard parts.count == 2, let size = Int(parts[1]), !parts[0].contains(".."),
                FileSystem.size("\(folder)/\(parts[0])") == size
            else { throw incomplete }
            files.append(String(parts[0]))
        }
        return files
    }

    /// Versions and generations of the file go on above all that were ever handed out.
    static func raiseEpoch(
        _ path: String,
        _ configuration: EmbeddedConfiguration
    ) throws(DocketError) {
        try changing(path, configuration) { connection in
            try connection.execute("UPDATE meta SET value = value + 1 WHERE name = 'epoch'")
            try connection.run(
                "UPDATE collections SET hard = max(hard + 1, ?1), soft = max(soft + 1, ?1)",
                .integer(WallClock.microseconds())
            )
        }
    }

    /// The indexer is to look at every tenant.
    static func markAllDirty(
        _ path: String,
        _ configuration: EmbeddedConfiguration
    ) throws(DocketError) {
        try changing(path, configuration) { connection in
            try connection.execute(
                "INSERT OR IGNORE INTO dirty(tenant) SELECT id FROM tenants WHERE state = 0"
            )
        }
    }

    /// Runs `body` in a transaction of a restored file.
    private static func changing(
        _ path: String,
        _ configuration: EmbeddedConfiguration,
        _ body: (ConnectionHandle) throws -> Void
    ) throws(DocketError) {
        try mappingErrors {
            let connection = try ConnectionHandle(
                path: path,
                creates: false,
                vfs: configuration.vfs
            )
            try connection.writing { try body(connection) }
        }
    }
}
