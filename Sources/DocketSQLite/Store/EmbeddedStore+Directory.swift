package import DocketCore
internal import DocketRuntime
internal import DocketSystem

extension EmbeddedStore: TenantDirectory {
    package func createTenant(
        named name: String,
        quota: Quota
    ) async throws(DocketError) -> Tenant {
        let now = WallClock.microseconds()
        let number = try await control.write { connection in
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
        let id = TenantID(number)
        do {
            try await writers.create(id)
        } catch {
            // What cannot be removed now goes at the next start.
            try? await removeFiles(id)
            throw error
        }
        try await control.write { connection in
            try connection.run("UPDATE tenants SET state = 0 WHERE id = ?1", .number(number))
        }
        return Tenant(id: id, name: name, quota: quota, createdMicroseconds: now)
    }

    package func tenants() async throws(DocketError) -> [Tenant] {
        try await control.read { connection in
            try connection.all(Tenant.selection + " ORDER BY id", row: Tenant.init)
        }
    }

    package func tenant(_ id: TenantID) async throws(DocketError) -> Tenant? {
        try await control.read { connection in
            try connection.first(
                Tenant.selection + " AND id = ?1",
                .number(id.number),
                row: Tenant.init
            )
        }
    }

    package func tenant(named name: String) async throws(DocketError) -> Tenant? {
        try await control.read { connection in
            try connection.first(
                Tenant.selection + " AND name = ?1",
                .text(name),
                row: Tenant.init
            )
        }
    }

    package func setQuota(_ quota: Quota, of id: TenantID) async throws(DocketError) {
        try await control.write { connection in
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

    package func deleteTenant(_ id: TenantID) async throws(DocketError) -> Bool {
        let isThere = try await control.write { connection in
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

    package func addKey(_ key: KeyRecord) async throws(DocketError) {
        try await control.write { connection in
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

    package func key(_ id: String) async throws(DocketError) -> KeyRecord? {
        try await control.read { connection in
            try connection.first(
                KeyRecord.selection + " WHERE id = ?1",
                .text(id),
                row: KeyRecord.init
            )
        }
    }

    package func keys(of tenant: TenantID?) async throws(DocketError) -> [KeyRecord] {
        try await control.read { connection in
            try connection.all(
                KeyRecord.selection + " WHERE tenant IS ?1 ORDER BY created_us, id",
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
        of tenant: TenantID?
    ) async throws(DocketError) -> Bool {
        try await control.write { connection in
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

    package func serverSecret() async throws(DocketError) -> [UInt8] {
        let secret = try await control.read { connection in
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
        func bound(_ column: Int32) -> Int? {
            row.isNull(column) ? nil : Int(row.integer(column))
        }
        self.init(
            id: TenantID(row.unsigned(0)),
            name: row.text(1),
            quota: Quota(documents: bound(2), bytes: bound(3), collections: bound(4)),
            createdMicroseconds: row.integer(5)
        )
    }
}

extension KeyRecord {
    fileprivate static let selection = """
        SELECT id, tenant, scopes, secret_hash, created_us, expires_us, revoked_us FROM keys
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
