package import DocketCore

/// What is wrong with a data directory's files, found while no server has it open.
package struct FileVerification: Sendable {
    /// One file, or what should be one.
    package struct Verdict: Sendable {
        /// From the data directory on.
        package let file: String
        /// The tenant's name; nil for the control file.
        package let tenant: String?
        /// Nothing when it is whole.
        package let faults: [String]
    }

    /// Pages that are named; of more only the count is told.
    private static let namedPages = 20

    private let configuration: EmbeddedConfiguration

    /// Looks at every page of every file, and at the logs.
    ///
    /// What a log holds is brought into its file, as a server does at its start.
    ///
    /// - Throws: ``DocketError`` `failedPrecondition` when another process has the directory open,
    ///   or when it is none.
    package static func run(
        _ configuration: EmbeddedConfiguration
    ) throws(DocketError) -> [Verdict] {
        let directory = configuration.directory
        guard FileSystem.names(in: directory) != nil else {
            throw DocketError(.failedPrecondition, "there is no such directory")
        }
        let lock = try DirectoryLockHandle(directory: directory)
        defer { withExtendedLifetime(lock) {} }
        return Self(configuration: configuration).verdicts()
    }

    private init(configuration: EmbeddedConfiguration) { self.configuration = configuration }

    private func verdicts() -> [Verdict] {
        var tenants: [UInt64: String] = [:]
        let control = verdict("control.db", of: nil) { connection in
            let rows = try connection.all("SELECT id, name FROM tenants WHERE state = 0") {
                ($0.unsigned(0), $0.text(1))
            }
            tenants = Dictionary(rows, uniquingKeysWith: { first, _ in first })
        }
        let numbers = Set(tenants.keys).union(filesOfTenants).sorted()
        return [control]
            + numbers.map { number in
                verdict("tenants/\(number).db", of: tenants[number] ?? "\(number)") { _ in }
            }
    }

    private var filesOfTenants: [UInt64] {
        (FileSystem.names(in: configuration.directory + "/tenants") ?? []).compactMap { name in
            name.hasSuffix(".db") ? UInt64(name.dropLast(3)) : nil
        }
    }

    private func verdict(
        _ file: String,
        of tenant: String?,
        _ read: (ConnectionHandle) throws -> Void
    ) -> Verdict {
        let path = "\(configuration.directory)/\(file)"
        var faults: [String]
        if !FileSystem.exists(path) {
            faults = ["it is missing"]
        } else if FileSystem.size(path) == 0 {
            faults = ["it is empty"]
        } else {
            do {
                faults = try self.faults(path, read)
            } catch let error as SQLiteError {
                faults = [error.text]
            } catch {
                faults = ["it cannot be read"]
            }
        }
        return Verdict(file: file, tenant: tenant, faults: faults)
    }

    private func faults(
        _ path: String,
        _ read: (ConnectionHandle) throws -> Void
    ) throws -> [String] {
        let connection: ConnectionHandle
        do {
            connection = try ConnectionHandle(path: path, creates: false, vfs: configuration.vfs)
        } catch  where error.mayBeUnchecked {
            return [
                "its pages have no checksums: it is damaged, or of an older version, whose "
                    + "files get them when a server opens them"
            ]
        }
        do {
            // The first reading opens the log.
            try connection.execute("PRAGMA journal_mode")
            try connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        } catch  where error.isCorrupt {
            let pages = try connection.damagedPages()
            return pages.isEmpty ? ["its log (-wal) is damaged or cut off"] : [Self.text(pages)]
        }
        let pages = try connection.damagedPages()
        guard pages.isEmpty else { return [Self.text(pages)] }
        try connection.requireIntegrity()
        try read(connection)
        return []
    }

    private static func text(_ pages: [UInt32]) -> String {
        let named = pages.prefix(namedPages).map(String.init).joined(separator: ", ")
        let rest = pages.count > namedPages ? " and \(pages.count - namedPages) others" : ""
        return "damaged pages: \(named)\(rest)"
    }
}
