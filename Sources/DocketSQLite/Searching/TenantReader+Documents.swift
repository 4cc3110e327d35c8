internal import DocketCore
internal import DocketRuntime
internal import DocketSystem

extension TenantReader {
    /// The newest versions in the order of `ids`, nil for what is not there.
    func documents(
        _ collection: Collection,
        _ ids: [String],
        _ shows: FieldSelection,
        limitBytes: Int
    ) throws -> [StoredDocument?] {
        try connection.reading {
            try requireCollection(collection)
            var found: [StoredDocument?] = []
            var bytes = 0
            for id in ids {
                let document = try document(collection, id, shows)
                bytes += document?.document.bytes ?? 0
                if bytes > limitBytes, !found.isEmpty { break }
                found.append(document)
            }
            return found
        }
    }

    private func document(
        _ collection: Collection,
        _ id: String,
        _ shows: FieldSelection
    ) throws -> StoredDocument? {
        try connection.first(
            """
            SELECT d.number, d.version, d.state, d.id, c.attributes, \(Self.texts(shows))
            FROM documents d JOIN contents c ON c.number = d.number
            WHERE d.collection = ?1 AND d.id = ?2
            """,
            .number(collection.number),
            .text(id),
            row: { try Self.stored($0, AttributeNames(collection.schema), shows) }
        )
    }

    /// Columns of the texts that are shown, so that a body that nobody asked for is not read.
    private static func texts(_ shows: FieldSelection) -> String {
        "\(shows.title ? "c.title" : "''"), \(shows.body ? "c.body" : "''")"
    }

    private static func stored(
        _ row: StatementHandle,
        _ names: AttributeNames,
        _ shows: FieldSelection
    ) throws -> StoredDocument {
        guard let state = DocumentState(rawValue: UInt8(truncatingIfNeeded: row.integer(2))) else {
            throw DocketError(.dataLoss, "the state of a document is damaged")
        }
        return StoredDocument(
            number: row.unsigned(0),
            version: row.unsigned(1),
            state: state,
            document: Document(
                id: row.text(3),
                title: row.text(5),
                body: row.text(6),
                attributes: try row.withBytes(4) { try names.attributes($0, shows) }
            )
        )
    }

    func statuses(_ collection: Collection, _ ids: [String]) throws -> [DocumentStatus?] {
        try connection.reading {
            try requireCollection(collection)
            return try ids.map { id in
                try connection.first(
                    """
                    SELECT state, version, indexed_version, error, created_us, updated_us
                    FROM documents WHERE collection = ?1 AND id = ?2
                    """,
                    .number(collection.number),
                    .text(id),
                    row: { try Self.status(id, $0) }
                )
            }
        }
    }

    private static func status(_ id: String, _ row: StatementHandle) throws -> DocumentStatus {
        guard let state = DocumentState(rawValue: UInt8(truncatingIfNeeded: row.integer(0))) else {
            throw DocketError(.dataLoss, "the state of a document is damaged")
        }
        return DocumentStatus(
            id: id,
            state: state,
            version: row.unsigned(1),
            indexedVersion: row.unsigned(2),
            error: row.text(3),
            createdMicroseconds: row.integer(4),
            updatedMicroseconds: row.integer(5)
        )
    }

    /// Documents that searches see, at their newest versions, in the order of their numbers.
    func page(
        _ collection: Collection,
        after number: UInt64,
        _ shows: FieldSelection,
        limit: Int,
        limitBytes: Int
    ) throws -> DocumentPage {
        try connection.reading {
            try requireCollection(collection)
            let names = AttributeNames(collection.schema)
            let tables = CollectionTables(collection: collection.number)
            let end = MonotonicTime.now() + .milliseconds(50)
            var page = DocumentPage(documents: [], next: nil)
            var bytes = 0
            var living = LivingDocuments(connection, tables)
            var next = UInt32(exactly: number).flatMap { $0 < .max ? $0 + 1 : nil }
            while let start = next, let found = try living.next(from: start) {
                next = found < .max ? found + 1 : nil
                let stored = try connection.first(
                    """
                    SELECT d.number, d.version, d.state, d.id, c.attributes, \(Self.texts(shows))
                    FROM documents d JOIN contents c ON c.number = d.number WHERE d.number = ?1
                    """,
                    .number(found),
                    row: { try Self.stored($0, names, shows) }
                )
                guard let stored else { throw SQLiteError.damagedPages }
                bytes += stored.document.bytes
                let isFull = page.documents.count >= limit || bytes > limitBytes
                if isFull || MonotonicTime.now() >= end, !page.documents.isEmpty {
                    page.next = page.documents.last?.number
                    break
                }
                page.documents.append(stored)
            }
            return page
        }
    }
}
