internal import DocketCore

/// A restore of the index from a snapshot, see `RestoreLedger`.
///
/// Its row stays after its end, until the next one. `restored_places` has rows from its beginning
/// until the indices are searched or given up: nothing else may make or leave indices meanwhile.
enum RestoreTables {
    static let statements = [
        """
        CREATE TABLE docket.restore(
            singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
            number bigint NOT NULL,
            snapshot text NOT NULL,
            cluster text COLLATE "C" NOT NULL,
            stage bigint NOT NULL DEFAULT 0,
            after bigint NOT NULL DEFAULT 0,
            documents bigint NOT NULL DEFAULT 0,
            removed bigint NOT NULL DEFAULT 0,
            token bigint NOT NULL DEFAULT 0,
            due_us bigint NOT NULL DEFAULT 0,
            error text NOT NULL DEFAULT '',
            changed_xid xid8 NOT NULL DEFAULT pg_current_xact_id()
        )
        """,
        """
        CREATE TABLE docket.restored_places(
            place text COLLATE "C" PRIMARY KEY,
            restored text COLLATE "C" NOT NULL
        )
        """,
        "GRANT SELECT ON docket.restore, docket.restored_places TO docket_app",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON docket.restore, docket.restored_places "
            + "TO docket_worker",
    ]

    /// Taken by whoever begins something that makes, fills or leaves indices, until its transaction
    /// ends.
    static let lock = SQLStatement(
        "SELECT pg_advisory_xact_lock(hashtextextended('docket.places', 0))"
    )

    /// Answers a row while a snapshot is restored.
    static let underWay = SQLStatement("SELECT 1 FROM docket.restored_places LIMIT 1")

    /// - Throws: ``DocketError`` `failedPrecondition` where ``underWay`` has answered a row.
    static func requireNone(_ underWay: ResultHandle) throws(DocketError) {
        guard underWay.count > 0 else { return }
        throw DocketError(
            .failedPrecondition,
            "all indices are made anew: try again when that is done"
        )
    }
}
