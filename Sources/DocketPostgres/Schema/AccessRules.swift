/// Who may see and change what: the roles, their rights and the policies of rows.
///
/// `docket_app` sees the rows of the tenant that its transaction names and none without one;
/// `docket_worker` sees all of them. Row level security binds the owner as well.
enum AccessRules {
    static let statements = roles + grants + TenantTables.names.flatMap(policies)

    /// Roles are the cluster's: another database of it may have made them, or its operator.
    private static let roles = ["docket_app", "docket_worker"].map { role in
        """
        DO $$ BEGIN
            IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '\(role)') THEN
                CREATE ROLE \(role) NOLOGIN;
            END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN
            NULL;
        END $$
        """
    }

    private static let grants = [
        "GRANT USAGE ON SCHEMA docket TO docket_app, docket_worker",
        "GRANT USAGE ON ALL SEQUENCES IN SCHEMA docket TO docket_app, docket_worker",
        """
        GRANT SELECT ON docket.schema_versions, docket.server TO docket_app, docket_worker
        """,
        "GRANT SELECT, INSERT, UPDATE ON docket.tenants TO docket_app",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON docket.keys TO docket_app",
        "GRANT SELECT, INSERT, UPDATE ON docket.collections, docket.collection_state, "
            + "docket.documents TO docket_app",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON docket.versions, docket.outbox, "
            + "docket.idempotency TO docket_app",
        "GRANT SELECT, DELETE ON docket.tenants, docket.keys TO docket_worker",
        // Who locks a row may change it.
        "GRANT SELECT, UPDATE, DELETE ON docket.collections, docket.collection_state, "
            + "docket.documents, docket.versions, docket.idempotency TO docket_worker",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON docket.outbox TO docket_worker",
    ]

    /// After a transaction the name is empty, not NULL; both are nobody.
    static func policies(_ table: String) -> [String] {
        let owned = "tenant_id = nullif(current_setting('docket.tenant', true), '')::bigint"
        return [
            "ALTER TABLE docket.\(table) ENABLE ROW LEVEL SECURITY",
            "ALTER TABLE docket.\(table) FORCE ROW LEVEL SECURITY",
            """
            CREATE POLICY tenant_rows ON docket.\(table) TO docket_app
            USING (\(owned)) WITH CHECK (\(owned))
            """,
            """
            CREATE POLICY all_rows ON docket.\(table) TO docket_worker
            USING (true) WITH CHECK (true)
            """,
        ]
    }
}
