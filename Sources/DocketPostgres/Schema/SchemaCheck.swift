internal import DocketCore

/// What a server looks at before it serves: the schema's version, and what its roles may do.
enum SchemaCheck {
    static func version(_ session: PostgresSession) throws -> Int64 {
        let result = try session.run(
            SQLStatement("SELECT coalesce(max(version), 0) FROM docket.schema_versions")
        )
        return result[0].first?.integer(0) ?? 0
    }

    static func newer(_ found: Int64) -> DocketError {
        DocketError(
            .failedPrecondition,
            "the database has schema \(found), which is newer than \(Migration.version)"
        )
    }

    /// - Throws: ``DocketError`` `failedPrecondition` with one line that names what is wrong.
    static func require(_ role: DatabaseRole, _ session: PostgresSession) throws {
        let found: Int64
        do {
            found = try version(session)
        } catch let error as PostgresError where error.isMissing {
            throw DocketError(
                .failedPrecondition,
                "the database has no schema of Docket: run docketd migrate"
            )
        } catch let error as PostgresError where error.state == "42501" {
            throw missingRole(role)
        }
        guard found <= Migration.version else { throw newer(found) }
        guard found == Migration.version else {
            throw DocketError(
                .failedPrecondition,
                "the database has schema \(found), this server needs \(Migration.version): "
                    + "run docketd migrate"
            )
        }
        let results = try session.run(
            SQLStatement(
                "SELECT pg_has_role(current_user, $1::text::name, 'USAGE')",
                .text(role.rawValue)
            )
        )
        guard results[0].first?.boolean(0) ?? false else { throw missingRole(role) }
    }

    private static func missingRole(_ role: DatabaseRole) -> DocketError {
        DocketError(
            .failedPrecondition,
            "the database user has not the rights of \(role.rawValue): grant it that role"
        )
    }

    /// Whether the rows of all tenants are open to the user, whatever its transaction names.
    static func seesAllTenants(_ session: PostgresSession) throws -> Bool {
        let results = try session.run(
            SQLStatement(
                """
                SELECT rolsuper OR rolbypassrls
                    OR pg_has_role(current_user, $1::text::name, 'USAGE')
                FROM pg_roles WHERE rolname = current_user
                """,
                .text(DatabaseRole.worker.rawValue)
            )
        )
        return results[0].first?.boolean(0) ?? true
    }
}

/// What a user of the database has to be a member of.
enum DatabaseRole: String, Sendable {
    case app = "docket_app"
    case worker = "docket_worker"
}

extension PostgresError {
    /// There is no such table or schema.
    fileprivate var isMissing: Bool { state == "42P01" || state == "3F000" }
}
