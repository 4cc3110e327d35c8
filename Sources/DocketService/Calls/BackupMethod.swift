internal import DocketCore
internal import DocketMessages

/// Backup: copies of everything into a folder of the server, with progress as it goes.
struct BackupMethod: CallHandler {
    let backup: any StoreBackup

    func serve(_ body: [UInt8], _ call: CallContext) async throws {
        let request = try await call.caller.turn.decode(BackupRequest.self, body)
        guard !request.folder.isEmpty else { throw DocketError.invalid("folder", "is missing") }
        let done = try await backup.backup(into: request.folder) { progress in
            // A reader that went away does not stop a backup.
            try? await call.send(progress.encode())
        }
        try await call.send(done.encode())
        try await call.finish()
    }
}
