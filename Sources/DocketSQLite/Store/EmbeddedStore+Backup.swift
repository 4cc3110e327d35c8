package import DocketCore
internal import DocketRuntime

extension EmbeddedStore: StoreBackup {
    /// Tries to copy tenants made while the copy was made.
    private static let roundsMaximum = 3
    /// Whose work the copy of the control file is; tenants count from 1.
    private static let nobody = TenantID(0)

    package func backup(
        into asked: String,
        progress: @escaping @Sendable (BackupProgress) async -> Void
    ) async throws(DocketError) -> BackupProgress {
        let configuration = shared.configuration
        let folder = try await readers.run(Self.nobody, .bulk, nil) { _ throws(DocketError) in
            let folder = try BackupFiles.makeFolder(asked, configuration)
            try FileSystem.makeFolder(folder + "/tenants")
            return folder
        }
        var done = BackupProgress()
        var copied: Set<TenantID> = []
        var damaged: [TenantID] = []
        // The control file comes after its tenants: each that it names is there.
        for _ in 0..<Self.roundsMaximum {
            let missing = try await tenants(work: WorkLimit()).map(\.id).filter {
                !copied.contains($0)
            }
            if missing.isEmpty { break }
            done.tenantsAll = copied.count + missing.count
            for tenant in missing {
                do throws(DocketError) {
                    done.bytes += try await copy(tenant, into: folder)
                } catch {
                    // One tenant's damage is no reason to have no backup of the others.
                    guard error.code == .dataLoss else { throw error }
                    damaged.append(tenant)
                }
                copied.insert(tenant)
                done.tenantsDone += 1
                await progress(done)
            }
        }
        done.bytes += try await readers.run(Self.nobody, .bulk, nil) {
            turn throws(DocketError) in
            let bytes = try BackupFiles.copy(
                configuration.directory + "/control.db",
                folder + "/control.db",
                configuration,
                turn
            )
            try BackupFiles.writeManifest(folder)
            return bytes
        }
        guard damaged.isEmpty else {
            let numbers = damaged.map { "\($0.number)" }.joined(separator: ", ")
            throw DocketError(
                .dataLoss,
                "the backup has all but the tenants whose files are damaged: \(numbers)"
            )
        }
        return done
    }

    private static func copyPath(_ tenant: TenantID, _ folder: String) -> String {
        "\(folder)/tenants/\(tenant.number).db"
    }

    private func copy(_ tenant: TenantID, into folder: String) async throws(DocketError) -> Int {
        try await prepare(tenant, nil)
        let shared = shared
        return try await readers.run(tenant, .bulk, nil) { turn throws(DocketError) in
            try shared.mappingErrors(tenant) {
                try BackupFiles.copy(
                    shared.path(of: tenant),
                    Self.copyPath(tenant, folder),
                    shared.configuration,
                    turn
                )
            }
        }
    }

    /// Makes the data directory of `configuration` from a backup; it must not be in use nor have
    /// data.
    ///
    /// Versions and generations go on above those of the backup, so that nothing that was handed
    /// out after it comes again for something else. Blocks until it is done.
    ///
    /// - Throws: ``DocketError`` `failedPrecondition` for an incomplete backup or a directory that
    ///   has data.
    package static func restore(
        from folder: String,
        _ configuration: EmbeddedConfiguration
    ) throws(DocketError) {
        let files = try BackupFiles.checkedManifest(folder)
        let directory = configuration.directory
        try FileSystem.makeFolder(directory)
        let lock = try DirectoryLockHandle(directory: directory)
        defer { withExtendedLifetime(lock) {} }
        guard !FileSystem.exists(directory + "/control.db"), DataDirectoryMark.isNew(directory)
        else {
            throw DocketError(.failedPrecondition, "the data directory already has data")
        }
        try FileSystem.makeFolder(directory + "/tenants")
        do throws(DocketError) {
            // The control file comes last: without it the directory has no data.
            for file in files where file != "control.db" {
                try BackupFiles.restore(file, from: folder, configuration)
                try BackupFiles.raiseEpoch("\(directory)/\(file)", configuration)
            }
            try BackupFiles.restore("control.db", from: folder, configuration)
            try BackupFiles.markAllDirty(directory + "/control.db", configuration)
        } catch {
            // What is not whole is no data directory.
            for file in files { try FileSystem.removeDatabase("\(directory)/\(file)") }
            throw error
        }
        try DataDirectoryMark.write(directory)
    }
}
