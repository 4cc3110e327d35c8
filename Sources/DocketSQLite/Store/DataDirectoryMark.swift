internal import DocketCore

/// The file that tells a data directory that was once made from a new one.
///
/// Without it a lost control file would look like the first start, and every tenant be gone without
/// a word.
enum DataDirectoryMark {
    static let name = "docket-data"
    private static let text = "docket data directory 1\n"

    /// Whether a store may make its files in the directory: nothing says that it had some before.
    static func isNew(_ directory: String) -> Bool {
        !FileSystem.exists("\(directory)/\(name)")
            && !(FileSystem.names(in: directory + "/tenants") ?? []).contains {
                $0.hasSuffix(".db")
            }
    }

    /// Says durably that the directory has its control file.
    static func write(_ directory: String) throws(DocketError) {
        guard !FileSystem.exists("\(directory)/\(name)") else { return }
        try FileSystem.write(text, to: "\(directory)/\(name)")
        try FileSystem.synchronize(directory)
    }

    /// Refuses a directory that had data and whose control file is missing or empty.
    static func requireControl(_ directory: String) throws(DocketError) {
        let control = directory + "/control.db"
        guard FileSystem.size(control) == 0, !isNew(directory) else { return }
        throw lost(FileSystem.exists(control) ? "is empty" : "is missing")
    }

    /// The control file is not what the directory once had.
    static func lost(_ fault: String) -> DocketError {
        DocketError(
            .dataLoss,
            "control.db \(fault) although the directory had data; \(remedy)"
        )
    }

    static let damagedControl = DocketError(.dataLoss, "control.db is damaged; \(remedy)")

    private static let remedy =
        "restore a backup with `docketd restore BACKUP --data-dir NEW`"
}
