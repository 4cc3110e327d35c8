/// Where new documents go: NULL is the first index of the pool, `pool_claimed_us` until when one
/// server alone looks after it.
enum PoolColumns {
    static let statements = [
        """
        ALTER TABLE docket.server ADD COLUMN pool_place text COLLATE "C",
            ADD COLUMN pool_claimed_us bigint NOT NULL DEFAULT 0
        """,
        "GRANT UPDATE (pool_place, pool_claimed_us) ON docket.server TO docket_worker",
    ]
}
