/// An operator's hold on indexing, see `IndexingControl`.
enum HoldColumns {
    static let statements = [
        "ALTER TABLE docket.server ADD COLUMN hold_us bigint, ADD COLUMN hold_reason text",
        "GRANT UPDATE (hold_us, hold_reason) ON docket.server TO docket_app",
    ]

    /// For what leases, and for what begins anything else that writes to the index.
    static let isReleased = "(SELECT hold_us FROM docket.server) IS NULL"
}
