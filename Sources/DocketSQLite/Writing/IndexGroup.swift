internal import DocketCore
internal import DocketRuntime
internal import DocketSystem

/// The next documents of the outbox and the segments of them, in memory: what can be done before
/// the transaction that brings them into the index, and beside others.
///
/// It is right as long as a document's version is the one that was read.
// Because: one job at a time has it.
final class IndexGroup: @unchecked Sendable {
    /// One document to be brought into the index or taken out of it.
    struct Entry {
        enum Work {
            case delete
            /// With so many words, in the segment of its collection.
            case index(words: Int)
            /// It cannot be indexed as it is.
            case fault(reason: String)
            /// The document or its collection is no longer there.
            case nothing
        }

        let version: UInt64
        let number: Int64
        let collection: UInt32
        /// When it was uploaded.
        let uploadedMicroseconds: Int64
        /// Where the version is that it replaces, if it is in the index.
        let replaced: (segment: UInt32, words: Int)?
        let work: Work
    }

    /// Those of one collection.
    final class Collection {
        let builder: SegmentBuilderHandle
        var documents: [ColumnDocument] = []
        var words = 0

        init(_ builder: SegmentBuilderHandle) { self.builder = builder }
    }

    /// In the order of documents.
    private(set) var entries: [Entry] = []
    /// Of its rows in the outbox, which has no others of these; nil where there are none.
    private(set) var versions: ClosedRange<UInt64>?
    private(set) var collections: [UInt32: Collection] = [:]
    /// Whether there may be more behind it.
    private(set) var isFull = false
    /// Set once a transaction has begun with it: another time it is read anew.
    var isUsed = false
    /// Set once its segments leave the memory.
    var isWritten = false

    /// Reads what follows a version in the outbox.
    init(
        _ connection: ConnectionHandle,
        after version: UInt64,
        _ configuration: EmbeddedConfiguration
    ) throws {
        let columns = try connection.all(CollectionState.selection, row: CollectionState.init)
            .map { ($0.collection.number, SearchColumns($0.collection.schema)) }
        let searched = Dictionary(columns) { first, _ in first }
        for waiting in try next(connection, after: version, configuration) {
            try connection.watch.spend()
            let columns = searched[waiting.collection]
            entries.append(try entry(waiting, columns, connection))
        }
    }

    /// A row of the outbox.
    private typealias Waiting = (
        version: UInt64, number: Int64, collection: UInt32, isDelete: Bool
    )

    /// The next rows, in the order of documents.
    private func next(
        _ connection: ConnectionHandle,
        after version: UInt64,
        _ configuration: EmbeddedConfiguration
    ) throws -> [Waiting] {
        var found: [Waiting] = []
        var bytes = 0
        try connection.forEachRow(
            """
            SELECT o.version, o.number, o.collection, o.is_delete, d.bytes
            FROM outbox o LEFT JOIN documents d ON d.number = o.number
            WHERE o.version > ?1 ORDER BY o.version LIMIT \(configuration.indexGroup)
            """,
            .number(version)
        ) { row in
            found.append(
                (
                    row.unsigned(0), row.integer(1), UInt32(truncatingIfNeeded: row.integer(2)),
                    row.integer(3) != 0
                )
            )
            bytes += Int(row.integer(4))
            return bytes < configuration.indexBytes
        }
        isFull = found.count == configuration.indexGroup || bytes >= configuration.indexBytes
        if let first = found.first, let last = found.last {
            versions = first.version...last.version
        }
        // As segments have them: each document waits once.
        return found.sorted { $0.number < $1.number }
    }

    private func entry(
        _ waiting: Waiting,
        _ columns: SearchColumns?,
        _ connection: ConnectionHandle
    ) throws -> Entry {
        let row = try connection.first(
            """
            SELECT d.updated_us, d.indexed_version, d.segment, d.words,
                c.attributes, c.title, c.body
            FROM documents d LEFT JOIN contents c ON c.number = d.number WHERE d.number = ?1
            """,
            .integer(waiting.number)
        ) { row in
            (
                uploaded: row.integer(0),
                replaced: row.integer(1) == 0 ? nil : Self.place(row),
                work: try work(waiting, row, columns, connection)
            )
        }
        return Entry(
            version: waiting.version,
            number: waiting.number,
            collection: waiting.collection,
            uploadedMicroseconds: row?.uploaded ?? 0,
            replaced: row?.replaced,
            work: row?.work ?? .nothing
        )
    }

    private static func place(_ row: StatementHandle) -> (segment: UInt32, words: Int) {
        (UInt32(truncatingIfNeeded: row.integer(2)), Int(row.integer(3)))
    }

    private func work(
        _ waiting: Waiting,
        _ row: StatementHandle,
        _ columns: SearchColumns?,
        _ connection: ConnectionHandle
    ) throws -> Entry.Work {
        guard let columns else { return .nothing }
        guard !waiting.isDelete else { return .delete }
        let blob = row.bytes(4)
        guard !row.isNull(4), let attributes = AttributeBlobCodec.decode(blob) else {
            return .fault(reason: "the stored document is damaged")
        }
        guard let number = UInt32(exactly: waiting.number), number < .max else {
            return .fault(
                reason: "the tenant has had 4,294,967,294 documents, no more go in"
            )
        }
        let collection = try collection(waiting.collection, connection)
        let title = row.text(5)
        let words = try collection.builder.add(
            number,
            columns.texts(title, row.text(6), attributes),
            columns.languages,
            wholes: columns.wholes(title, attributes)
        )
        collection.documents.append(ColumnDocument(number: number, attributes: blob))
        collection.words += words
        return .index(words: words)
    }

    private func collection(
        _ number: UInt32,
        _ connection: ConnectionHandle
    ) throws -> Collection {
        if let made = collections[number] { return made }
        let made = Collection(try SegmentBuilderHandle(connection))
        collections[number] = made
        return made
    }
}
