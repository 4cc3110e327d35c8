package import DocketCore
internal import DocketRuntime

extension PostgresStore: TenantDirectory {
    package func createTenant(
        named name: String,
        quota: Quota,
        work: WorkLimit
    ) async throws(DocketError) -> Tenant {
        let statement = SQLStatement(
            """
            INSERT INTO docket.tenants AS t(name, documents, bytes, collections)
            VALUES ($1, $2, $3, $4) RETURNING \(Tenant.columns)
            """,
            .text(name),
            .optional(quota.documents),
            .optional(quota.bytes),
            .optional(quota.collections)
        )
        return try await calls.run(work) { session in
            do {
                guard let row = try session.run(statement)[0].first else {
                    throw DocketError(.internalError, "the tenant was not made")
                }
                return try Tenant(row)
            } catch let error as PostgresError where error.isUnique {
                throw DocketError(.alreadyExists, "there is a tenant \(name)")
            }
        }
    }

    package func tenants(work: WorkLimit) async throws(DocketError) -> [Tenant] {
        try await tenants(where: "true", nil, work)
    }

    package func tenant(_ id: TenantID, work: WorkLimit) async throws(DocketError) -> Tenant? {
        try await tenants(where: "t.tenant_id = $1", .number(id.number), work).first
    }

    package func tenant(
        named name: String,
        work: WorkLimit
    ) async throws(DocketError) -> Tenant? {
        try await tenants(where: "t.name = $1", .text(name), work).first
    }

    private func tenants(
        where condition: String,
        _ value: SQLValue?,
        _ work: WorkLimit
    ) async throws(DocketError) -> [Tenant] {
        try await calls.run(work) { session in
            let statement = SQLStatement(
                """
                SELECT \(Tenant.columns) FROM docket.tenants t
                WHERE t.deleted_us IS NULL AND \(condition) ORDER BY t.tenant_id
                """,
                values: value.map { [$0] } ?? []
            )
            return try session.run(statement)[0].all { row throws(DocketError) in
                try Tenant(row)
            }
        }
    }

    package func setQuota(
        _ quota: Quota,
        of id: TenantID,
        work: WorkLimit
    ) async throws(DocketError) {
        try await calls.run(work) { session in
            let results = try session.run(
                SQLStatement(
                    """
                    UPDATE docket.tenants SET documents = $2, bytes = $3, collections = $4
                    WHERE tenant_id = $1 AND deleted_us IS NULL
                    """,
                    .number(id.number),
                    .optional(quota.documents),
                    .optional(quota.bytes),
                    .optional(quota.collections)
                )
            )
            guard results[0].changes > 0 else {
                throw DocketError.missing("tenant", "there is no such tenant")
            }
        }
    }

    package func deleteTenant(_ id: TenantID, work: WorkLimit) async throws(DocketError) -> Bool {
        let isDeleted = try await run(id, work) { session in
            try session.session.transaction {
                _ = try session.deleteCollections(named: nil)
                let results = try session.session.run(
                    SQLStatement(
                        """
                        UPDATE docket.tenants
                        SET deleted_us = docket.now_us(), changed_xid = pg_current_xact_id()
                        WHERE tenant_id = $1 AND deleted_us IS NULL
                        """,
                        session.me
                    ),
                    SQLStatement("DELETE FROM docket.keys WHERE tenant_id = $1", session.me)
                )
                return results[0].changes > 0
            }
        }
        if isDeleted { currentObserver?.tenantDeleted(id) }
        return isDeleted
    }

    // MARK: Keys

    package func addKey(_ key: KeyRecord, work: WorkLimit) async throws(DocketError) {
        try await calls.run(work) { session in
            do {
                let results = try session.run(SQLStatement.insertion(of: key))
                guard results[0].changes > 0 else {
                    throw DocketError.missing("tenant", "there is no such tenant")
                }
            } catch let error as PostgresError where error.isUnique {
                throw DocketError(.alreadyExists, "there is a key of this id")
            }
        }
    }

    package func keys(
        _ ids: [String],
        work: WorkLimit
    ) async throws(DocketError) -> [TenantKey?] {
        guard !ids.isEmpty else { return [] }
        return try await calls.run(work) { session in
            let results = try session.run(
                SQLStatement(
                    """
                    SELECT \(KeyRecord.columns), w.place - 1, t.documents, t.bytes, t.collections
                    FROM unnest($1) WITH ORDINALITY AS w(id, place)
                    JOIN docket.keys k ON k.id = w.id
                    LEFT JOIN docket.tenants t ON t.tenant_id = k.tenant_id
                        AND t.deleted_us IS NULL
                    WHERE k.tenant_id IS NULL OR t.tenant_id IS NOT NULL
                    """,
                    .texts(ids)
                )
            )
            var keys = [TenantKey?](repeating: nil, count: ids.count)
            for row in results[0].rows {
                let record = try KeyRecord(row)
                let quota = record.tenant == nil ? Quota() : Quota(row, at: 8)
                keys[row.number(7)] = TenantKey(record: record, quota: quota)
            }
            return keys
        }
    }

    package func keys(
        of tenant: TenantID?,
        work: WorkLimit
    ) async throws(DocketError) -> [KeyRecord] {
        try await calls.run(work) { session in
            let results = try session.run(
                SQLStatement(
                    """
                    SELECT \(KeyRecord.columns) FROM docket.keys k
                    WHERE k.tenant_id IS NOT DISTINCT FROM $1 ORDER BY k.created_us, k.id
                    """,
                    .integer(tenant.map { Int64(bitPattern: $0.number) })
                )
            )
            return try results[0].all { row throws(DocketError) in
                var key = try KeyRecord(row)
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
        try await calls.run(work) { session in
            let results = try session.run(
                SQLStatement(
                    """
                    UPDATE docket.keys SET revoked_us = coalesce(revoked_us, docket.now_us()),
                        changed_xid = pg_current_xact_id()
                    WHERE id = $1 AND tenant_id IS NOT DISTINCT FROM $2
                    """,
                    .text(id),
                    .integer(tenant.map { Int64(bitPattern: $0.number) })
                )
            )
            return results[0].changes > 0
        }
    }

    package func serverSecret(work: WorkLimit) async throws(DocketError) -> [UInt8] {
        try await calls.run(work) { session in
            let results = try session.run(SQLStatement("SELECT secret FROM docket.server"))
            guard let secret = results[0].first?.bytes(0), secret.count == 32 else {
                throw DocketError(.dataLoss, "the database has no secret")
            }
            return secret
        }
    }
}

extension SQLStatement {
    /// Changes no row when the key's tenant is gone.
    fileprivate static func insertion(of key: KeyRecord) -> SQLStatement {
        SQLStatement(
            """
            INSERT INTO docket.keys(id, tenant_id, scopes, secret_hash, created_us, expires_us,
                revoked_us)
            SELECT $1, $2, $3, $4, $5, $6, $7 WHERE $2 IS NULL OR EXISTS (
                SELECT FROM docket.tenants WHERE tenant_id = $2 AND deleted_us IS NULL)
            """,
            .text(key.id),
            .integer(key.tenant.map { Int64(bitPattern: $0.number) }),
            .number(key.scopes.rawValue),
            .bytes(key.secretHash),
            .integer(key.createdMicroseconds),
            .integer(key.expiresMicroseconds),
            .integer(key.revokedMicroseconds)
        )
    }
}

extension Quota {
    fileprivate init(_ row: SQLRow, at column: Int) {
        self.init(
            documents: row.optional(column).map(Int.init),
            bytes: row.optional(column + 1).map(Int.init),
            collections: row.optional(column + 2).map(Int.init)
        )
    }
}

extension Tenant {
    fileprivate static let columns =
        "t.tenant_id, t.name, t.created_us, t.documents, t.bytes, t.collections"

    fileprivate init(_ row: SQLRow) throws(DocketError) {
        self.init(
            id: row.tenant(0),
            name: try row.text(1),
            quota: Quota(row, at: 3),
            createdMicroseconds: row.integer(2)
        )
    }
}

extension KeyRecord {
    fileprivate static let columns =
        "k.id, k.tenant_id, k.scopes, k.secret_hash, k.created_us, k.expires_us, k.revoked_us"

    fileprivate init(_ row: SQLRow) throws(DocketError) {
        self.init(
            id: try row.text(0),
            tenant: row.isNull(1) ? nil : row.tenant(1),
            scopes: Scopes(rawValue: UInt32(truncatingIfNeeded: row.integer(2))),
            secretHash: row.bytes(3),
            createdMicroseconds: row.integer(4),
            expiresMicroseconds: row.optional(5),
            revokedMicroseconds: row.optional(6)
        )
    }
}
