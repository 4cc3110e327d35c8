internal import DocketCore
internal import DocketRuntime
internal import DocketSystem

/// What the transaction of a group needs to know of a collection.
private struct IndexingCollection {
    let tables: CollectionTables
    let schema: CollectionSchema
    /// Whether the soft generation rises with this group; otherwise the statuses wait.
    let raisesNow: Bool
    /// The segment that the group makes of it.
    var segment: UInt32 = 0
    /// Documents and words that went in.
    var documents = 0
    var words = 0
    /// Documents that the segment has and that are not to be found: a newer version waits.
    var stale: [UInt32: Int] = [:]
}

extension TenantWriter {
    /// Brings a group of documents into the index, with all that belongs to it: index, statuses,
    /// outbox and generations change in one transaction.
    ///
    /// Puts the index in order first where that is due, and leaves the group to the next time.
    func indexNext(_ group: IndexGroup) throws -> IndexingProgress {
        if let number = state.deletedCollections.first {
            try removeDeletedCollection(number)
            var progress = IndexingProgress()
            progress.hasMore = true
            return progress
        }
        if isMaintenanceNext {
            isMaintenanceNext = false
            var progress = IndexingProgress()
            let goesOn = try maintain()
            isMaintenanceNext = try goesOn && mergesAreBehind()
            progress.hasMore = try goesOn || waits()
            progress.wakeAfter = wakeAfter(MonotonicTime.now())
            if progress.hasMore { return progress }
        }
        group.isUsed = true
        var progress = try index(group)
        if try needsMaintenance() {
            isMaintenanceNext = true
            progress.hasMore = true
        }
        return progress
    }

    private func waits() throws -> Bool {
        try connection.first("SELECT 1 FROM outbox LIMIT 1", row: { _ in true }) ?? false
    }

    private func index(_ group: IndexGroup) throws -> IndexingProgress {
        do {
            return try transaction { try index(group, each: false) }
        } catch let error as SQLiteError where error.mayBeOneDocument && !group.isWritten {
            return try transaction { try index(group, each: true) }
        }
    }

    /// With `each`, documents have savepoints of their own, and one at fault fails alone.
    private func index(_ group: IndexGroup, each: Bool) throws -> IndexingProgress {
        let now = MonotonicTime.now()
        var progress = IndexingProgress()
        var collections = try indexingCollections(group, now)
        for entry in group.entries {
            // Without its collection the entry goes with the collection.
            guard var collection = collections.removeValue(forKey: entry.collection) else {
                continue
            }
            try index(entry, &collection, each: each, &progress)
            collections[entry.collection] = collection
        }
        if let versions = group.versions {
            try connection.run(
                "DELETE FROM outbox WHERE version >= ?1 AND version <= ?2",
                .number(versions.lowerBound),
                .number(versions.upperBound)
            )
        }
        group.isWritten = true
        for (number, made) in group.collections {
            guard let collection = collections[number] else { continue }
            try write(made, collection)
            unsettled.insert(number)
        }
        for (number, collection) in collections where collection.raisesNow {
            try raiseSoft(number, isNew: collection.documents > 0, at: now)
        }
        try forgetDeletions()
        progress.hasMore = group.isFull
        progress.wakeAfter = wakeAfter(now)
        return progress
    }

    private func indexingCollections(
        _ group: IndexGroup,
        _ now: MonotonicTime
    ) throws -> [UInt32: IndexingCollection] {
        var collections: [UInt32: IndexingCollection] = [:]
        for (number, state) in state.collections {
            let rests = state.softRaised.map { now - $0 < configuration.softGenerationInterval }
            var collection = IndexingCollection(
                tables: state.tables,
                schema: state.collection.schema,
                raisesNow: !(rests ?? false)
            )
            if group.collections[number] != nil {
                collection.segment = try SegmentTable(connection, state.tables).newID()
            }
            collections[number] = collection
        }
        return collections
    }

    private func index(
        _ entry: IndexGroup.Entry,
        _ collection: inout IndexingCollection,
        each: Bool,
        _ progress: inout IndexingProgress
    ) throws {
        switch entry.work {
        case .nothing: break
        case .delete:
            if try remove(entry) { progress.deleted += 1 }
        case .fault(let reason):
            if try fail(entry, reason) { progress.failed += 1 }
        case .index(let words):
            let lateBefore = state.found.late
            defer { progress.late += state.found.late - lateBefore }
            let number = UInt32(truncatingIfNeeded: entry.number)
            do {
                let isNewest =
                    try each
                    ? savepoint { try put(entry, words, collection) }
                    : put(entry, words, collection)
                if isNewest {
                    (collection.documents, progress.indexed) =
                        (collection.documents + 1, progress.indexed + 1)
                } else {
                    collection.stale[number] = words
                }
            } catch let error as SQLiteError where each && error.mayBeOneDocument {
                collection.stale[number] = words
                if try fail(entry, "the document cannot be indexed") { progress.failed += 1 }
            }
        }
    }

    /// Searches see the version from here on, its status says so with the next soft generation;
    /// false when a newer one waits or the document is gone.
    private func put(
        _ entry: IndexGroup.Entry,
        _ words: Int,
        _ collection: IndexingCollection
    ) throws -> Bool {
        let new: DocumentState = collection.raisesNow ? .indexed : .indexing
        let now = WallClock.microseconds()
        try connection.run(
            """
            UPDATE documents SET indexed_version = ?2, in_index = 1, state = ?3, updated_us = ?4,
                segment = ?5, words = ?6
            WHERE number = ?1 AND version = ?2
            """,
            .integer(entry.number),
            .number(entry.version),
            .number(new.rawValue),
            .integer(now),
            .number(collection.segment),
            .number(words)
        )
        guard connection.changes > 0 else { return false }
        if let replaced = entry.replaced {
            try retire(entry.number, replaced, in: entry.collection)
        }
        if now - entry.uploadedMicroseconds > IndexingLag.goal.wholeNanoseconds / 1000 {
            state.found.late += 1
        } else {
            state.found.inTime += 1
        }
        guard !collection.raisesNow else {
            state.collections[entry.collection]?.count(.indexing, by: -1)
            state.collections[entry.collection]?.count(.indexed, by: 1)
            return true
        }
        try connection.run(
            "INSERT OR REPLACE INTO applied(number, collection) VALUES (?1, ?2)",
            .integer(entry.number),
            .number(entry.collection)
        )
        state.collections[entry.collection]?.applied += 1
        return true
    }

    /// Writes the segment of the group's documents, and their columns.
    private func write(_ made: IndexGroup.Collection, _ collection: IndexingCollection) throws {
        let table = SegmentTable(connection, collection.tables)
        let id = collection.segment
        let segment = Segment(
            id: id,
            first: id,
            last: id,
            documents: made.documents.count,
            words: made.words
        )
        try table.insert(segment, .inUse)
        let stale = collection.stale.keys.sorted()
        try made.builder.write(id, collection.tables, stale: stale, by: connection)
        indexCounts.segments += 1
        for (number, words) in collection.stale {
            try table.markDead(number, from: id, words: words)
        }
        let living = made.documents.filter { collection.stale[$0.number] == nil }
        try ColumnWriter(connection, collection.tables, collection.schema).write(living)
        var documents = LivingDocuments(connection, collection.tables)
        try documents.insert(living.lazy.map(\.number))
    }

    /// False when a newer version waits.
    private func remove(_ entry: IndexGroup.Entry) throws -> Bool {
        try connection.run(
            """
            UPDATE documents SET in_index = 0, state = ?3, updated_us = ?4
            WHERE number = ?1 AND version = ?2
            """,
            .integer(entry.number),
            .number(entry.version),
            .number(DocumentState.deleted.rawValue),
            .integer(WallClock.microseconds())
        )
        guard connection.changes > 0 else { return false }
        state.collections[entry.collection]?.count(.deleting, by: -1)
        return true
    }

    /// The version cannot be indexed: the document is hidden until a newer one replaces it; false
    /// when one waits.
    private func fail(_ entry: IndexGroup.Entry, _ reason: String) throws -> Bool {
        guard try document(entry.number)?.version == entry.version else { return false }
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
        return true
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
