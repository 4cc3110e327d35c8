internal import DocketCore

/// Files of the formats before pages had checksums: they get them when they are opened.
///
/// The file is checked as a whole, copied with room for checksums, and the copy takes its place. A
/// crash on the way leaves the file as it was.
struct UncheckedFile {
    /// The last format without checksums, of tenants' files and of the control file alike.
    private static let format: Int64 = 1
    /// The first with them.
    static let checkedFormat: Int64 = 2

    let path: String
    let configuration: EmbeddedConfiguration

    /// Opens a database with checksums, which one without gets first.
    static func open(
        _ path: String,
        creates: Bool = false,
        _ configuration: EmbeddedConfiguration
    ) throws -> ConnectionHandle {
        do {
            return try ConnectionHandle(path: path, creates: creates, vfs: configuration.vfs)
        } catch  where error.mayBeUnchecked {
            try UncheckedFile(path: path, configuration: configuration).convert()
            return try ConnectionHandle(path: path, creates: false, vfs: configuration.vfs)
        }
    }

    private func convert() throws {
        let copy = path + FileSystem.conversionSuffix
        try FileSystem.removeDatabase(copy)
        try copyChecked(to: copy, emptiesLog: true)
        guard FileSystem.size(path + "-wal") == 0 else {
            throw SQLiteError.damagedPages
        }
        // Its log belongs to the old pages: SQLite must never play it into the new ones.
        for suffix in ["-wal", "-shm"] { try FileSystem.remove(path + suffix) }
        try FileSystem.rename(copy, to: path)
    }

    /// Makes a copy with checksums, once all of the file was looked at; with `emptiesLog`, what
    /// stands in the log goes into the file as well.
    ///
    /// - Throws: ``SQLiteError`` `damagedPages` for a file that is not whole, or of another format.
    func copyChecked(to copy: String, emptiesLog: Bool = false) throws {
        let connection = try ConnectionHandle(unchecked: path, vfs: configuration.vfs)
        let format = try connection.first("PRAGMA user_version", row: { $0.integer(0) })
        guard format == Self.format else { throw SQLiteError.damagedPages }
        try connection.requireIntegrity()
        try connection.reserveChecksums()
        try connection.run("VACUUM INTO ?1", .text(copy))
        let checked = try ConnectionHandle(path: copy, creates: false, vfs: configuration.vfs)
        try checked.execute("PRAGMA user_version = \(Self.checkedFormat)")
        try FileSystem.synchronize(copy)
        if emptiesLog { try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)") }
    }
}

extension ConnectionHandle {
    /// - Throws: ``SQLiteError`` for a database whose structures contradict each other.
    func requireIntegrity() throws {
        let verdict = try first("PRAGMA integrity_check(1)", row: { $0.text(0) })
        guard verdict == "ok" else { throw SQLiteError.damagedPages }
    }
}
