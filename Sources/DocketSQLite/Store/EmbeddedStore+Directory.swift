package import DocketCore
internal import DocketRuntime
internal import DocketSystem

extension EmbeddedStore: TenantDirectory {
    package func createTenant(
        named name: String,
        quota: Quota,
        work: WorkLimit
    ) async throws(DocketError) -> Tenant {
        let now = WallClock.microseconds()
        let number = try await control.write(work) { connection in
            let isTaken = try connection.first(
                "SELECT 1 FROM tenants WHERE name = ?1 AND state <> 1",
                .text(name),
                row: { _ in true }
            )
            guard isTaken == nil else {
                throw DocketError(.alreadyExists, "there is a tenant \(name)")
            }
            try connection.run(
                """
                INSERT INTO tenants(name, state, documents, bytes, collections, created_us)
                VALUES (?1, 2, ?2, ?3, ?4, ?5)
                """,
                .text(name),
                .optional(quota.documents.map(Int64.init)),
                .optional(quota.bytes.map(Int64.init)),
                .optional(quota.collections.map(Int64.init)),
                .integer(now)
            )
            return UInt64(bitPattern: connection.lastInsertedRow)
        }
        // What was begun is done: only the first step heeds the limit.
        let id = TenantID(number)
        do {
            try await writers.create(id)
        } catch {
            // What cannot be removed now goes at the next start.
            try? await removeFiles(id)
            throw error
        }
        try await control.write(nil) { connection in
            try connection.run("UPDATE tenants SET state = 0 WHERE id = ?1", .number(number))
        }
        return Tenant(id: id, name: name, quota: quota, createdMicroseconds: now)
    }

    package func tenants(work: WorkLimit) async throws(DocketError) -> [Tenant] {
        try await control.read(work) { connection in
            try connection.all(Tenant.selection + " ORDER BY id", row: Tenant.init)
        }
    }

    package func tenant(_ id: TenantID, work: WorkLimit) async throws(DocketError) -> Tenant? {
        try await control.read(work) { connection in
            try connection.first(
                Tenant.selection + " AND id = ?1",
                .number(id.number),
                row: Tenant.init
            )
        }
    }

    package func tenant(
        named name: String,
        work: WorkLimit
    ) async throws(DocketError) -> Tenant? {
        try await control.read(work) { connection in
            try connection.first(
                Tenant.selection + " AND name = ?1",
                .text(name),
                row: Tenant.init
            )
        }
    }

    package func setQuota(
        _ quota: Quota,
        of id: TenantID,
        work: WorkLimit
    ) async throws(DocketError) {
        try await control.write(work) { connection in
            try connection.run(
                """
                UPDATE tenants SET documents = ?2, bytes = ?3, collections = ?4
                WHERE id = ?1 AND state = 0
                """,
                .number(id.number),
                .optional(quota.documents.map(Int64.init)),
                .optional(quota.bytes.map(Int64.init)),
                .optional(quota.collections.map(Int64.init))
            )
            guard connection.changes > 0 else {
                throw DocketError.missing("tenant", "there is no such tenant")
            }
        }
    }

    package func deleteTenant(
        _ id: TenantID,
        work: WorkLimit
    ) async throws(DocketError) -> Bool {
        let isThere = try await control.write(work) { connection in
            try connection.run(
                "UPDATE tenants SET state = 1 WHERE id = ?1 AND state = 0",
                .number(id.number)
            )
            guard connection.changes > 0 else { return false }
            try connection.run("DELETE FROM keys WHERE tenant = ?1", .number(id.number))
            return true
        }
        guard isThere else { return false }
        shared.forget(id)
        try await removeFiles(id)
        return true
    }

    package func addKey(_ key: KeyRecord, work: WorkLimit) async throws(DocketError) {
        try await control.write(work) { connection in
            if let tenant = key.tenant {
                let isThere = try connection.first(
                    "SELECT 1 FROM tenants WHERE id = ?1 AND state = 0",
                    .number(tenant.number),
                    row: { _ in true }
                )
                guard isThere != nil else {
                    throw DocketError.missing("tenant", "there is no such tenant")
                }
            }
            let isTaken = try connection.first(
                "SELECT 1 FROM keys WHERE id = ?1",
                .text(key.id),
                row: { _ in true }
            )
            guard isTaken == nil else {
                throw DocketError(.alreadyExists, "there is a key of this id")
            }
            try connection.run(
                "INSERT INTO keys VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                .text(key.id),
                .optional(key.tenant.map { Int64(bitPattern: $0.number) }),
                .number(key.scopes.rawValue),
                .blob(key.secretHash),
                .integer(key.createdMicroseconds),
                .optional(key.expiresMicroseconds),
                .optional(key.revokedMicroseconds)
            )
        }
    }

    package func keys(
        _ ids: [String],
        work: WorkLimit
    ) async throws(DocketError) -> [TenantKey?] {
        try await control.read(work) { connection in
            try connection.reading {
                try ids.map { id in
                    try connection.first(TenantKey.selection, .text(id), row: TenantKey.init) ?? nil
                }
            }
        }
    }

    package func keys(
        of tenant: TenantID?,
        work: WorkLimit
    ) async throws(DocketError) -> [KeyRecord] {
        try await control.read(work) { connection in
            try connection.all(
                "SELECT \(KeyRecord.columns) FROM keys WHERE tenant IS ?1 ORDER BY created_us, id",
                .optional(tenant.map { Int64(bitPattern: $0.number) })
            ) { row in
                var key = KeyRecord(row)
                key.secretHash = []
                return key
            }
        }
    }

    package func revokeKey(
        _ id: String,
        of tenant: TenantID?,
        work: WorkLimit
    ) async throws(DocketError) -> Bool {
        try await control.write(work) { connection in
            try connection.run(
                """
                UPDATE keys SET revoked_us = coalesce(revoked_us, ?3)
                WHERE id = ?1 AND tenant IS ?2
                """,
                .text(id),
                .optional(tenant.map { Int64(bitPattern: $0.number) }),
                .integer(WallClock.microseconds())
            )
            return connection.changes > 0
        }
    }

    package func serverSecret(work: WorkLimit) async throws(DocketError) -> [UInt8] {
        let secret = try await control.read(work) { connection in
            try connection.first(
                "SELECT value FROM settings WHERE name = 'server_secret'",
                row: { $0.bytes(0) }
            )
        }
        guard let secret, secret.count == 32 else {
            throw DocketError(.dataLoss, "the control file has no secret")
        }
        return secret
    }
}

extension Tenant {
    fileprivate static let selection = """
        SELECT id, name, documents, bytes, collections, created_us FROM tenants WHERE state = 0
        """

    fileprivate init(_ row: StatementHandle) {
        self.init(
            id: TenantID(row.unsigned(0)),
            name: row.text(1),
            quota: Quota(row, from: 2),
            createdMicroseconds: row.integer(5)
        )
    }
}

extension Quota {
    /// From the columns of documents, bytes and collections.
    fileprivate init(_ row: StatementHandle, from column: Int32) {
        func bound(_ column: Int32) -> Int? {
            row.isNull(column) ? nil : Int(row.integer(column))
        }
        self.init(
            documents: bound(column),
            bytes: bound(column + 1),
            collections: bound(column + 2)
        )
    }
}

extension TenantKey {
    fileprivate static let selection = """
        SELECT \(KeyRecord.columns), tenants.id, documents, bytes, collections
        FROM keys LEFT JOIN tenants ON tenants.id = tenant AND state = 0 WHERE keys.id = ?1
        """

    /// nil for a key whose tenant is gone.
    fileprivate init?(_ row: StatementHandle) {
        let record = KeyRecord(row)
        guard record.tenant != nil else {
            self.init(record: record, quota: Quota())
            return
        }
        guard !row.isNull(7) else { return nil }
        self.init(record: record, quota: Quota(row, from: 8))
    }
}

extension KeyRecord {
    fileprivate static let columns = """
        keys.id, tenant, scopes, secret_hash, keys.created_us, expires_us, revoked_us
        """

    fileprivate init(_ row: StatementHandle) {
        self.init(
            id: row.text(0),
            tenant: row.isNull(1) ? nil : TenantID(row.unsigned(1)),
            scopes: Scopes(rawValue: UInt32(truncatingIfNeeded: row.integer(2))),
            secretHash: row.bytes(3),
            createdMicroseconds: row.integer(4),
            expiresMicroseconds: row.isNull(5) ? nil : row.integer(5),
            revokedMicroseconds: row.isNull(6) ? nil : row.integer(6)
        )
    }
}
