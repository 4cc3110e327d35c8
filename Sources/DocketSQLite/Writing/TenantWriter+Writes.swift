internal import DocketCore
internal import DocketRuntime
internal import DocketSystem

extension TenantWriter {
    /// Writes the calls in order and durably, if they can be in one transaction.
    ///
    /// A call at fault fails alone. When the transaction as a whole does not fit, its halves are
    /// tried.
    func write(_ calls: ArraySlice<WriteCall>) -> [Result<WriteResult, DocketError>] {
        do {
            return try transaction { try calls.map { try apply($0) } }
        } catch let error as SQLiteError {
            guard calls.count > 1, error.isFull || error.mayBeOneDocument else {
                return calls.map { _ in .failure(error.docketError) }
            }
            let middle = calls.startIndex + calls.count / 2
            return write(calls[..<middle]) + write(calls[middle...])
        } catch {
            let shown =
                error as? DocketError
                ?? DocketError(.internalError, "the store failed").caused(by: "\(error)")
            return calls.map { _ in .failure(shown) }
        }
    }

    /// The outcome of one call; throws what spoils the whole transaction.
    private func apply(_ call: WriteCall) throws -> Result<WriteResult, DocketError> {
        do {
            return .success(
                try savepoint {
                    switch call.request {
                    case .upload(let batch):
                        try once(batch.idempotency, batch.collection) { try upload(batch) }
                    case .delete(let batch):
                        try once(batch.idempotency, batch.collection) { try delete(batch) }
                    }
                }
            )
        } catch let error as DocketError {
            return .failure(error)
        } catch let error as SQLiteError where error.mayBeOneDocument {
            return .failure(error.docketError)
        }
    }

    private func upload(_ batch: UploadBatch) throws -> [WriteOutcome] {
        let collection = try require(batch.collection).collection
        var usage = state.usage
        let now = WallClock.microseconds()
        return try batch.documents.map { document in
            let old = try self.document(document.id, in: collection.number)
            let isNew = old?.isDeleted ?? true
            usage.documents += isNew ? 1 : 0
            usage.bytes += document.bytes - (isNew ? 0 : old?.bytes ?? 0)
            if let fault = Self.fault(usage, batch.quota) {
                usage.documents -= isNew ? 1 : 0
                usage.bytes -= document.bytes - (isNew ? 0 : old?.bytes ?? 0)
                return .rejected(fault)
            }
            let version = state.drawVersion()
            try put(document, version, in: collection.number, replacing: old, at: now)
            return .accepted(version: version, state: .indexing)
        }
    }

    private static func fault(
        _ usage: (documents: Int, bytes: Int),
        _ quota: Quota
    ) -> DocketError? {
        if let limit = quota.documents, usage.documents > limit {
            return DocketError(.resourceExhausted, "the tenant's quota is \(limit) documents")
        }
        if let limit = quota.bytes, usage.bytes > limit {
            return DocketError(.resourceExhausted, "the tenant's quota is \(limit) bytes")
        }
        return nil
    }

    private func put(
        _ document: BoundDocument,
        _ version: UInt64,
        in collection: UInt32,
        replacing old: DocumentRow?,
        at now: Int64
    ) throws {
        let number: Int64
        if let old {
            number = old.number
            try withdraw(old, in: collection)
            state.collections[collection]?.count(old.state, by: -1)
            if old.isDeleted { state.kept.deletions -= old.keptBytes }
            // The bytes of a deleted document are no longer counted.
            let freed = old.isDeleted ? 0 : old.bytes
            state.collections[collection]?.counts.bytes -= freed
            try connection.run(
                """
                UPDATE documents SET version = ?2, state = ?3, updated_us = ?4, bytes = ?5,
                    error = NULL
                WHERE number = ?1
                """,
                .integer(number),
                .number(version),
                .number(DocumentState.indexing.rawValue),
                .integer(now),
                .number(document.bytes)
            )
        } else {
            try connection.run(
                """
                INSERT INTO documents(collection, id, version, state, created_us, updated_us, bytes)
                VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?6)
                """,
                .number(collection),
                .text(document.id),
                .number(version),
                .number(DocumentState.indexing.rawValue),
                .integer(now),
                .number(document.bytes)
            )
            number = connection.lastInsertedRow
        }
        if old?.isInIndex == true { try keepIndexed(number) }
        try connection.run(
            """
            INSERT OR REPLACE INTO contents(number, attributes, title, body)
            VALUES (?1, ?2, ?3, ?4)
            """,
            .integer(number),
            .blob(AttributeBlobCodec.encode(document.attributes)),
            .text(document.title),
            .text(document.body)
        )
        try fillOutbox(number, version, in: collection, isDelete: false)
        state.collections[collection]?.count(.indexing, by: 1)
        state.collections[collection]?.counts.bytes += document.bytes
    }

    /// Keeps what searches show until the newer version is indexed.
    private func keepIndexed(_ number: Int64) throws {
        try connection.run(
            """
            INSERT OR IGNORE INTO indexed_contents(number, attributes, title, body)
                SELECT c.number, c.attributes, c.title, c.body
                FROM documents d JOIN contents c ON c.number = d.number
                WHERE d.number = ?1 AND d.indexed_version <> 0
            """,
            .integer(number)
        )
    }

    func fillOutbox(
        _ number: Int64,
        _ version: UInt64,
        in collection: UInt32,
        isDelete: Bool
    ) throws {
        try connection.run(
            "INSERT INTO outbox(version, number, collection, is_delete) VALUES (?1, ?2, ?3, ?4)",
            .number(version),
            .integer(number),
            .number(collection),
            .integer(isDelete ? 1 : 0)
        )
    }

    private func delete(_ batch: DeleteBatch) throws -> [WriteOutcome] {
        let collection = try require(batch.collection).collection.number
        let now = WallClock.microseconds()
        var hidden = 0
        let outcomes = try batch.ids.map { id in
            guard let row = try document(id, in: collection), row.state != .deleted,
                row.state != .deleting
            else {
                return WriteOutcome.rejected(DocketError.missing("id", "there is no such document"))
            }
            return try delete(row, in: collection, at: now, hidden: &hidden)
        }
        if hidden > 0 { state.collections[collection]?.raiseHard() }
        return outcomes
    }

    /// Deletes one document that is there; what is not in the index is gone at once.
    func delete(
        _ row: DocumentRow,
        in collection: UInt32,
        at now: Int64,
        hidden: inout Int
    ) throws -> WriteOutcome {
        let version = state.drawVersion()
        let new: DocumentState = row.isInIndex ? .deleting : .deleted
        try withdraw(row, in: collection)
        if try hide(row.number, in: collection) { hidden += 1 }
        try connection.run("DELETE FROM contents WHERE number = ?1", .integer(row.number))
        try connection.run(
            """
            UPDATE documents SET version = ?2, indexed_version = 0, state = ?3, updated_us = ?4,
                error = NULL
            WHERE number = ?1
            """,
            .integer(row.number),
            .number(version),
            .number(new.rawValue),
            .integer(now)
        )
        if new == .deleting {
            try fillOutbox(row.number, version, in: collection, isDelete: true)
        }
        state.collections[collection]?.count(row.state, by: -1)
        state.collections[collection]?.count(new, by: 1)
        state.collections[collection]?.counts.bytes -= row.bytes
        state.kept.deletions += row.keptBytes
        return .accepted(version: version, state: new)
    }

    /// Deletes what matches among the documents after a number: at most so many, in bounded time.
    func deleteMatching(_ slice: DeleteSlice) throws -> DeleteSliceResult {
        let collection = try require(slice.collection).collection.number
        let filter = CompiledFilter(slice.filter)
        let end = MonotonicTime.now() + .milliseconds(50)
        var matching: [Int64] = []
        var last: Int64?
        try connection.forEachRow(
            """
            SELECT d.number, c.attributes FROM documents d CROSS JOIN contents c
                ON c.number = d.number
            WHERE d.number > ?1 AND d.collection = ?2 ORDER BY d.number
            """,
            .integer(Int64(clamping: slice.after)),
            .number(collection)
        ) { row in
            let number = row.integer(0)
            if row.withBytes(1, { filter.matches($0) }) { matching.append(number) }
            guard matching.count >= slice.limit || MonotonicTime.now() >= end else { return true }
            last = number
            return false
        }
        try transaction {
            var hidden = 0
            let now = WallClock.microseconds()
            for number in matching {
                guard let row = try document(number) else { continue }
                _ = try delete(row, in: collection, at: now, hidden: &hidden)
            }
            if hidden > 0 { state.collections[collection]?.raiseHard() }
        }
        return DeleteSliceResult(
            deleted: matching.count,
            next: last.map { UInt64(bitPattern: $0) }
        )
    }
}
