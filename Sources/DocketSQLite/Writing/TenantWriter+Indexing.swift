internal import DocketCore
internal import DocketRuntime
internal import DocketSystem

/// What one group of indexing needs to know of a collection.
private struct IndexingCollection {
    let tables: CollectionTables
    let schema: CollectionSchema
    let columns: SearchColumns
    /// Whether the soft generation rises with this group; otherwise the statuses wait.
    let raisesNow: Bool
    /// Where the documents of the group go; made with the first of them.
    var segment: GroupSegment?
    /// Documents of it that the group indexed.
    var indexed = 0
}

extension IndexingCollection {
    /// About the memory of what is built.
    var bytes: Int { segment.map { $0.builder.bytes + $0.attributeBytes } ?? 0 }
}

/// The segment that a group makes.
private struct GroupSegment {
    let id: UInt32
    let builder: SegmentBuilderHandle
    /// In the order of their numbers.
    var documents: [ColumnDocument] = []
    var attributeBytes = 0
    var words = 0
}

/// One document to be brought into the index or taken out of it.
private struct OutboxEntry {
    let version: UInt64
    let number: Int64
    let collection: UInt32
    let isDelete: Bool
}

extension TenantWriter {
    /// Brings the next group of documents into the index, with all that belongs to it: index,
    /// statuses, outbox and generations change in one transaction.
    func indexNext() throws -> IndexingProgress {
        if let number = state.deletedCollections.first {
            try removeDeletedCollection(number)
            var progress = IndexingProgress()
            progress.hasMore = true
            return progress
        }
        if isMaintenanceNext {
            isMaintenanceNext = false
            var progress = IndexingProgress()
            progress.hasMore = try maintain() || waits()
            progress.wakeAfter = wakeAfter(MonotonicTime.now())
            if progress.hasMore { return progress }
        }
        var progress = try indexGroup()
        if try needsMaintenance() {
            isMaintenanceNext = true
            progress.hasMore = true
        }
        return progress
    }

    private func waits() throws -> Bool {
        try connection.first("SELECT 1 FROM outbox LIMIT 1", row: { _ in true }) ?? false
    }

    private func indexGroup() throws -> IndexingProgress {
        do {
            return try transaction { try indexGroup(each: false) }
        } catch let error as SQLiteError where error.mayBeOneDocument {
            return try transaction { try indexGroup(each: true) }
        } catch is DocumentFault {
            return try transaction { try indexGroup(each: true) }
        }
    }

    /// With `each`, documents have savepoints of their own, and one at fault fails alone.
    private func indexGroup(each: Bool) throws -> IndexingProgress {
        let now = MonotonicTime.now()
        var progress = IndexingProgress()
        var collections: [UInt32: IndexingCollection] = [:]
        for (number, state) in state.collections {
            let rests = state.softRaised.map { now - $0 < configuration.softGenerationInterval }
            collections[number] = IndexingCollection(
                tables: state.tables,
                schema: state.collection.schema,
                columns: SearchColumns(state.collection.schema),
                raisesNow: !(rests ?? false)
            )
        }
        let entries = try nextEntries()
        var done = 0
        for entry in entries {
            guard done == 0 || MonotonicTime.now() - now < configuration.indexTime else { break }
            guard collections.values.reduce(0, { $0 + $1.bytes }) < configuration.indexBytes else {
                break
            }
            done += 1
            try connection.run("DELETE FROM outbox WHERE version = ?1", .number(entry.version))
            // Without its collection the entry goes with the collection.
            guard var collection = collections.removeValue(forKey: entry.collection) else {
                continue
            }
            let before = progress.indexed
            try index(entry, &collection, each: each, &progress)
            collection.indexed += progress.indexed - before
            collections[entry.collection] = collection
        }
        for (number, collection) in collections where collection.segment != nil {
            try write(collection)
            unsettled.insert(number)
        }
        for (number, collection) in collections where collection.raisesNow {
            try raiseSoft(number, isNew: collection.indexed > 0, at: now)
        }
        try forgetDeletions()
        progress.hasMore = done < entries.count || entries.count == configuration.indexGroup
        progress.wakeAfter = wakeAfter(now)
        return progress
    }

    private func nextEntries() throws -> [OutboxEntry] {
        try connection.all(
            """
            SELECT version, number, collection, is_delete FROM outbox
            ORDER BY version LIMIT \(configuration.indexGroup)
            """
        ) { row in
            OutboxEntry(
                version: row.unsigned(0),
                number: row.integer(1),
                collection: UInt32(truncatingIfNeeded: row.integer(2)),
                isDelete: row.integer(3) != 0
            )
        }
        // As segments have them: each document waits once.
        .sorted { $0.number < $1.number }
    }

    private func index(
        _ entry: OutboxEntry,
        _ collection: inout IndexingCollection,
        each: Bool,
        _ progress: inout IndexingProgress
    ) throws {
        guard !entry.isDelete else {
            try remove(entry, collection)
            progress.deleted += 1
            return
        }
        let lateBefore = state.found.late
        defer { progress.late += state.found.late - lateBefore }
        guard each else {
            try put(entry, &collection)
            progress.indexed += 1
            return
        }
        do {
            try savepoint { try put(entry, &collection) }
            progress.indexed += 1
        } catch let fault as DocumentFault {
            try fail(entry, collection, fault.reason)
            progress.failed += 1
        } catch let error as SQLiteError where error.mayBeOneDocument {
            try fail(entry, collection, "the document cannot be indexed")
            progress.failed += 1
        }
    }

    /// Replaces the document in the index by its newest version.
    private func put(_ entry: OutboxEntry, _ collection: inout IndexingCollection) throws {
        let tables = collection.tables
        guard let row = try document(entry.number) else { return }
        let content = try connection.first(
            "SELECT attributes, title, body FROM contents WHERE number = ?1",
            .integer(entry.number),
            row: { (blob: $0.bytes(0), title: $0.text(1), body: $0.text(2)) }
        )
        guard let content, let attributes = AttributeBlobCodec.decode(content.blob)
        else {
            throw DocumentFault(reason: "the stored document is damaged")
        }
        guard let number = UInt32(exactly: entry.number), number < .max else {
            throw DocumentFault(reason: "the tenant has had 4,294,967,294 documents, no more go in")
        }
        if row.isInIndex { _ = try retire(entry.number, in: entry.collection) }
        var segment = try collection.segment ?? makeSegment(tables)
        let texts = collection.columns.texts(content.title, content.body, attributes)
        let waited = WallClock.microseconds() - row.updatedMicroseconds
        if waited > IndexingLag.goal.wholeNanoseconds / 1000 {
            state.found.late += 1
        } else {
            state.found.inTime += 1
        }
        // What can fail for one document alone is done: what is built cannot be taken back.
        let wholes = collection.columns.wholes(content.title, attributes)
        let words = try segment.builder.add(
            number,
            texts,
            collection.columns.languages,
            wholes: wholes
        )
        try complete(entry, collection, segment.id, words)
        segment.documents.append(ColumnDocument(number: number, attributes: content.blob))
        segment.attributeBytes += content.blob.count
        segment.words += words
        collection.segment = segment
    }

    private func makeSegment(_ tables: CollectionTables) throws -> GroupSegment {
        GroupSegment(
            id: try SegmentTable(connection, tables).newID(),
            builder: try SegmentBuilderHandle(connection)
        )
    }

    /// Writes the segment of the group's documents.
    private func write(_ collection: IndexingCollection) throws {
        guard let made = collection.segment else { return }
        let segment = Segment(
            id: made.id,
            first: made.id,
            last: made.id,
            documents: made.documents.count,
            words: made.words
        )
        try SegmentTable(connection, collection.tables).insert(segment, .inUse)
        try made.builder.write(made.id, collection.tables)
        try ColumnWriter(connection, collection.tables, collection.schema).write(made.documents)
        var living = LivingDocuments(connection, collection.tables)
        try living.insert(made.documents.lazy.map(\.number))
        indexCounts.segments += 1
    }

    /// Searches see the version from here on; its status says so with the next soft generation.
    private func complete(
        _ entry: OutboxEntry,
        _ collection: IndexingCollection,
        _ segment: UInt32,
        _ words: Int
    ) throws {
        let state: DocumentState = collection.raisesNow ? .indexed : .indexing
        try connection.run(
            """
            UPDATE documents SET indexed_version = ?2, in_index = 1, state = ?3, updated_us = ?4,
                segment = ?5, words = ?6
            WHERE number = ?1
            """,
            .integer(entry.number),
            .number(entry.version),
            .number(state.rawValue),
            .integer(WallClock.microseconds()),
            .number(segment),
            .number(words)
        )
        if collection.raisesNow {
            self.state.collections[entry.collection]?.count(.indexing, by: -1)
            self.state.collections[entry.collection]?.count(.indexed, by: 1)
        } else {
            try connection.run(
                "INSERT OR REPLACE INTO applied(number, collection) VALUES (?1, ?2)",
                .integer(entry.number),
                .number(entry.collection)
            )
            self.state.collections[entry.collection]?.applied += 1
        }
    }

    private func remove(_ entry: OutboxEntry, _ collection: IndexingCollection) throws {
        try connection.run(
            "UPDATE documents SET in_index = 0, state = ?2, updated_us = ?3 WHERE number = ?1",
            .integer(entry.number),
            .number(DocumentState.deleted.rawValue),
            .integer(WallClock.microseconds())
        )
        state.collections[entry.collection]?.count(.deleting, by: -1)
    }

    /// The version cannot be indexed: the document is hidden until a newer one replaces it.
    private func fail(
        _ entry: OutboxEntry,
        _ collection: IndexingCollection,
        _ reason: String
    ) throws {
        if try hide(entry.number, in: entry.collection) {
            state.collections[entry.collection]?.raiseHard()
        }
        try connection.run(
            """
            UPDATE documents SET indexed_version = 0, state = ?2, updated_us = ?3, error = ?4
            WHERE number = ?1
            """,
            .integer(entry.number),
            .number(DocumentState.failed.rawValue),
            .integer(WallClock.microseconds()),
            .text(reason)
        )
        state.collections[entry.collection]?.count(.indexing, by: -1)
        state.collections[entry.collection]?.count(.failed, by: 1)
    }

    /// Raises the soft generation and the statuses that waited for it.
    private func raiseSoft(_ collection: UInt32, isNew: Bool, at now: MonotonicTime) throws {
        let waiting = state.collections[collection]?.applied ?? 0
        guard waiting > 0 || isNew else { return }
        if waiting > 0 {
            try connection.run(
                """
                UPDATE documents SET state = ?2, updated_us = ?3 WHERE number IN
                    (SELECT number FROM applied WHERE collection = ?1)
                """,
                .number(collection),
                .number(DocumentState.indexed.rawValue),
                .integer(WallClock.microseconds())
            )
            try connection.run("DELETE FROM applied WHERE collection = ?1", .number(collection))
            state.collections[collection]?.count(.indexing, by: -waiting)
            state.collections[collection]?.count(.indexed, by: waiting)
            state.collections[collection]?.applied = 0
        }
        state.collections[collection]?.raiseSoft(at: now)
    }

    /// The time until the first soft generation that statuses wait for.
    private func wakeAfter(_ now: MonotonicTime) -> Duration? {
        state.collections.values.lazy.filter { $0.applied > 0 }
            .map { collection in
                guard let raised = collection.softRaised else { return .zero }
                return max(.zero, raised + self.configuration.softGenerationInterval - now)
            }
            .min()
    }
}

/// A document that can never be indexed as it is.
private struct DocumentFault: Error {
    let reason: String
}
