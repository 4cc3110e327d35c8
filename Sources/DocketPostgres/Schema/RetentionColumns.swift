/// When a server last began to delete what was kept for long enough, see `RetentionLedger`.
///
/// Schemas of collections have retentions from here on, which servers of before cannot read.
enum RetentionColumns {
    static let statements = [
        "ALTER TABLE docket.server ADD COLUMN retention_us bigint NOT NULL DEFAULT 0",
        "GRANT UPDATE (retention_us) ON docket.server TO docket_worker",
    ]
}
