internal import DocketCore
internal import DocketRuntime
internal import DocketSystem

extension TenantWriter {
    /// Documents of a deleted collection that one transaction removes.
    private static let removalGroup: Int64 = 2000

    func createCollection(
        named name: String,
        schema: CollectionSchema,
        quota: Quota
    ) throws -> Collection {
        guard !state.collections.values.contains(where: { $0.collection.name == name }) else {
            throw DocketError(.alreadyExists, "there is a collection \(name)")
        }
        if let limit = quota.collections, state.collections.count >= limit {
            throw DocketError(
                .resourceExhausted,
                "the tenant has \(state.collections.count) collections, its quota is \(limit)"
            )
        }
        return try transaction {
            let now = WallClock.microseconds()
            // Generations begin at the clock, so that they never repeat those of a dropped file.
            let generation = UInt64(clamping: now)
            try connection.run(
                """
                INSERT INTO collections(name, schema, schema_epoch, created_us, hard, soft)
                VALUES (?1, ?2, 1, ?3, ?4, ?4)
                """,
                .text(name),
                .blob(SchemaCodec.encodeAttributes(of: schema)),
                .integer(now),
                .number(generation)
            )
            let number = UInt32(truncatingIfNeeded: connection.lastInsertedRow)
            let collection = Collection(
                number: number,
                name: name,
                schema: schema,
                schemaEpoch: 1,
                createdMicroseconds: now
            )
            let made = CollectionState(
                collection: collection,
                counts: StateCounts(),
                generations: Generations(hard: generation, soft: generation, schemaEpoch: 1)
            )
            try connection.execute(made.tables.creation)
            state.collections[number] = made
            return collection
        }
    }

    func changeSchema(
        of name: String,
        _ change: (inout CollectionSchema) throws -> Void
    ) throws -> CollectionState {
        guard var changed = state.collections.values.first(where: { $0.collection.name == name })
        else { throw DocketError.noCollection(name) }
        try change(&changed.collection.schema)
        changed.collection.schemaEpoch += 1
        changed.generations.schemaEpoch = changed.collection.schemaEpoch
        changed.isChanged = true
        let made = changed
        try transaction {
            try writeSynonyms(of: made.collection)
            state.collections[made.collection.number] = made
        }
        return made
    }

    private func writeSynonyms(of collection: Collection) throws {
        let rules = SchemaCodec.encodeSynonyms(of: collection.schema)
        let number = SQLValue.number(collection.number)
        try connection.run("DELETE FROM synonyms WHERE collection = ?1", number)
        guard !rules.isEmpty else { return }
        try connection.run(
            "INSERT INTO synonyms(collection, rules) VALUES (?1, ?2)",
            number,
            .blob(rules)
        )
    }

    /// Hides the collection at once, nil when there is none; its documents go later, in slices.
    func deleteCollection(named name: String) throws -> UInt32? {
        guard let found = state.collections.values.first(where: { $0.collection.name == name })
        else { return nil }
        let number = found.collection.number
        try transaction {
            try connection.run(
                "UPDATE collections SET deleted = 1 WHERE id = ?1",
                .number(number)
            )
            state.collections[number] = nil
            state.deletedCollections.append(number)
        }
        return number
    }

    /// Removes the next documents of a deleted collection, and at the end its tables.
    func removeDeletedCollection(_ number: UInt32) throws {
        let collection = SQLValue.number(number)
        try transaction {
            try connection.run(
                "DELETE FROM outbox WHERE collection = ?1",
                collection
            )
            try connection.run("DELETE FROM applied WHERE collection = ?1", collection)
            try forgetOutcomes(of: number)
            let documents = try connection.all(
                """
                SELECT \(DocumentRow.columns) FROM documents
                WHERE collection = ?1 LIMIT \(Self.removalGroup)
                """,
                collection,
                row: DocumentRow.init
            )
            for document in documents {
                let number = SQLValue.integer(document.number)
                try connection.run("DELETE FROM contents WHERE number = ?1", number)
                try connection.run("DELETE FROM indexed_contents WHERE number = ?1", number)
                try connection.run("DELETE FROM documents WHERE number = ?1", number)
                if document.isDeleted { state.kept.deletions -= document.keptBytes }
            }
            guard documents.count < Self.removalGroup else { return }
            try connection.execute(CollectionTables(collection: number).removal)
            try connection.run("DELETE FROM synonyms WHERE collection = ?1", collection)
            try connection.run("DELETE FROM collections WHERE id = ?1", collection)
            state.deletedCollections.removeAll { $0 == number }
        }
    }
}
