/// How many documents could be found in time, by collection, see `IndexingLag`.
enum LagColumns {
    static let statements = [
        """
        ALTER TABLE docket.collection_state ADD COLUMN in_time bigint NOT NULL DEFAULT 0,
            ADD COLUMN late bigint NOT NULL DEFAULT 0
        """
    ]
}
