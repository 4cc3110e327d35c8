internal import DocketCore
internal import DocketService

extension WorkLimit {
    /// Of one question that the server asks before it serves.
    static var ofStart: WorkLimit { WorkLimit(within: .seconds(30)) }
}

/// The key with which administration begins, in a file that only the owner reads.
enum AdministratorKey {
    static func path(in directory: String) -> String { directory + "/admin.key" }

    /// Makes the key at the first start.
    static func ensure(
        _ directory: any TenantDirectory,
        in folder: String,
        now: Int64
    ) async throws {
        let isFirst = try await directory.keys(of: nil, work: .ofStart).allSatisfy {
            $0.revokedMicroseconds != nil
        }
        guard isFirst else { return }
        try await make(directory, in: folder, now: now)
    }

    /// Makes a new key and revokes all others of administration.
    static func reset(_ directory: any TenantDirectory, in folder: String, now: Int64) async throws
    {
        let old = try await directory.keys(of: nil, work: .ofStart).filter {
            $0.revokedMicroseconds == nil
        }
        try await make(directory, in: folder, now: now)
        for key in old { _ = try await directory.revokeKey(key.id, of: nil, work: .ofStart) }
    }

    private static func make(
        _ directory: any TenantDirectory,
        in folder: String,
        now: Int64
    ) async throws {
        let key = APIKey()
        try ServerFile.makeFolder(folder)
        // The file first: a key that nobody can read would lock everyone out.
        try ServerFile.write(key.text + "\n", to: path(in: folder))
        try await directory.addKey(
            KeyRecord(
                id: key.id,
                tenant: nil,
                scopes: .admin,
                secretHash: key.secretHash,
                createdMicroseconds: now
            ),
            work: .ofStart
        )
    }
}
