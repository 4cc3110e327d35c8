internal import DocketCore
internal import DocketSystem

extension TenantWriter {
    /// Expired keys, or deleted documents, that one transaction forgets.
    private static let forgottenGroup = 500

    /// Does `body` unless a call with this key was done before; then tells what became of that one.
    ///
    /// - Throws: ``DocketError`` `alreadyExists` for another body, `resourceExhausted` when the
    ///   tenant keeps too much already.
    func once(
        _ idempotency: Idempotency?,
        _ collection: Collection,
        _ body: () throws -> [WriteOutcome]
    ) throws -> WriteResult {
        guard let idempotency else { return .outcomes(try body()) }
        let now = WallClock.microseconds()
        try forgetExpired(now)
        let key: [SQLValue] = [
            .number(idempotency.method), .number(collection.number), .blob(idempotency.key),
        ]
        let found = try connection.first(
            """
            SELECT body_hash, reply FROM idempotency
            WHERE method = ?1 AND collection = ?2 AND key = ?3 AND expires_us > ?4
            """,
            key[0],
            key[1],
            key[2],
            .integer(now),
            row: { (hash: $0.bytes(0), outcomes: $0.bytes(1)) }
        )
        if let found {
            guard found.hash == idempotency.bodyHash else {
                throw DocketError(
                    .alreadyExists,
                    "the idempotency key was used for another request"
                )
            }
            let (outcomes, note) = try OutcomeCodec.decode(found.outcomes)
            return .replayed(outcomes, note: note)
        }
        let limit = configuration.idempotencyBytes
        guard state.kept.outcomes < limit else {
            throw DocketError(
                .resourceExhausted,
                "the idempotency keys of the tenant take \(state.kept.outcomes) bytes, "
                    + "the limit is \(limit)",
                retryAfter: .seconds(60)
            )
        }
        let outcomes = try body()
        let kept = OutcomeCodec.encode(outcomes, note: idempotency.note)
        let lifetime = configuration.idempotencyLifetime.wholeNanoseconds / 1000
        // One that has expired may still be there.
        try forget("method = ?1 AND collection = ?2 AND key = ?3", key[0], key[1], key[2])
        try connection.run(
            "INSERT INTO idempotency VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            key[0],
            key[1],
            key[2],
            .blob(idempotency.bodyHash),
            .blob(kept),
            .integer(now + lifetime)
        )
        state.kept.outcomes += KeptBytes.rowBytes + idempotency.key.count + kept.count
        return .outcomes(outcomes)
    }

    private func forgetExpired(_ now: Int64) throws {
        try forget(
            """
            (method, collection, key) IN (SELECT method, collection, key FROM idempotency
                WHERE expires_us <= ?1 LIMIT \(Self.forgottenGroup))
            """,
            .integer(now)
        )
    }

    /// Removes kept outcomes of a collection that is gone.
    func forgetOutcomes(of collection: UInt32) throws {
        try forget("collection = ?1", .number(collection))
    }

    private func forget(_ condition: String, _ values: SQLValue...) throws {
        let statement = try connection.prepared(
            """
            DELETE FROM idempotency WHERE \(condition)
            RETURNING \(KeptBytes.rowBytes) + length(key) + length(reply)
            """
        )
        defer { statement.reset() }
        try statement.bind(values)
        while try statement.step() { state.kept.outcomes -= Int(statement.integer(0)) }
    }

    /// Forgets documents that were deleted long ago, or when too much is kept of them the oldest;
    /// their versions never come again for something else.
    func forgetDeletions() throws {
        let lifetime = configuration.deletionLifetime.wholeNanoseconds / 1000
        let isOverLimit = state.kept.deletions > configuration.deletionBytes
        let end = isOverLimit ? Int64.max : WallClock.microseconds() - lifetime
        let bytes = try connection.all(
            """
            DELETE FROM documents WHERE number IN (SELECT number FROM documents
                WHERE state = 5 AND updated_us <= ?1 ORDER BY updated_us
                LIMIT \(Self.forgottenGroup))
            RETURNING \(KeptBytes.rowBytes) + length(CAST(id AS BLOB))
            """,
            .integer(end),
            row: { Int($0.integer(0)) }
        )
        state.kept.deletions -= bytes.reduce(0, +)
    }
}
