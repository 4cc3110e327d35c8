/// Finds the rows of a list of keys one by one through the primary key, by their places on disk.
///
/// A join leaves it to statistics what is looked through, and those of a young or growing table
/// say that a tenant has one row: the whole tenant would be read for each of them. Writers have
/// locked the documents of the rows before, so that places stay.
enum RowPlaces {
    /// What stands after FROM: the columns of `list`, which is called `w`, and `row`.
    static func of(
        _ table: String,
        in list: String,
        tenant: String = "w.tenant_id",
        and condition: String = "true"
    ) -> String {
        """
        (SELECT w.*, r.row FROM \(list) CROSS JOIN LATERAL (
            SELECT r.ctid AS row FROM docket.\(table) r
            WHERE r.tenant_id = \(tenant) AND r.number = w.number AND \(condition) OFFSET 0
        ) r OFFSET 0) w
        """
    }

    /// A DELETE of all of them.
    static func deletion(
        from table: String,
        in list: String,
        tenant: String = "w.tenant_id",
        and condition: String = "true"
    ) -> String {
        let rows = of(table, in: list, tenant: tenant, and: condition)
        return "DELETE FROM docket.\(table) WHERE ctid = ANY(ARRAY(SELECT w.row FROM \(rows)))"
    }
}
