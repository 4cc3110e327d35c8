/// The tables that each collection has for itself, and the statements on them.
struct CollectionTables: Sendable {
    /// Text columns of a document in the search index: title, body, searched attributes.
    static let textColumns = 10

    let pages: String
    let blocks: String
    let chunks: String
    let segments: String
    let columns: String
    let living: String
    let lastColumn: String
    let nextColumn: String
    let writeColumn: String
    let deleteColumn: String
    let selectLiving: String
    let nextLiving: String
    let writeLiving: String

    init(collection: UInt32) {
        pages = "pages_\(collection)"
        blocks = "blocks_\(collection)"
        chunks = "chunks_\(collection)"
        segments = "segments_\(collection)"
        columns = "columns_\(collection)"
        living = "living_\(collection)"
        lastColumn = """
            SELECT id, data FROM \(columns) WHERE id >= ?1 AND id <= ?2 ORDER BY id DESC LIMIT 1
            """
        nextColumn = "SELECT id FROM \(columns) WHERE id > ?1 AND id < ?2 ORDER BY id LIMIT 1"
        writeColumn = "INSERT OR REPLACE INTO \(columns)(id, data) VALUES (?1, ?2)"
        deleteColumn = "DELETE FROM \(columns) WHERE id = ?1"
        selectLiving = "SELECT data FROM \(living) WHERE id = ?1"
        nextLiving = "SELECT id, data FROM \(living) WHERE id >= ?1 ORDER BY id LIMIT 1"
        writeLiving = "INSERT OR REPLACE INTO \(living)(id, data) VALUES (?1, ?2)"
    }

    /// The tables: what searches may find, its attributes, and the index.
    ///
    /// `living` says which documents there are, see ``LivingDocuments``, and `columns` has their
    /// attributes, see ``ColumnBlock``. The other four are the search index: `blocks` has the
    /// terms and their lists, found by `pages`, and `chunks` lengths of documents and which of a
    /// segment are dead, see docket_postings.h.
    ///
    /// A segment holds the documents that came into the segments `first` to `last`; the ranges of
    /// two that are in use never meet.
    var creation: String {
        """
        CREATE TABLE \(pages)(
            segment INTEGER NOT NULL,
            first BLOB NOT NULL,
            place INTEGER NOT NULL,
            PRIMARY KEY(segment, first)
        ) WITHOUT ROWID;
        CREATE TABLE \(blocks)(
            id INTEGER PRIMARY KEY,
            data BLOB NOT NULL
        );
        CREATE TABLE \(chunks)(
            id INTEGER PRIMARY KEY,
            data BLOB NOT NULL
        );
        CREATE TABLE \(segments)(
            id INTEGER PRIMARY KEY,
            first INTEGER NOT NULL,
            last INTEGER NOT NULL,
            state INTEGER NOT NULL,
            documents INTEGER NOT NULL,
            words INTEGER NOT NULL,
            dead INTEGER NOT NULL DEFAULT 0,
            dead_words INTEGER NOT NULL DEFAULT 0
        );
        CREATE TABLE \(columns)(
            id INTEGER PRIMARY KEY,
            data BLOB NOT NULL
        );
        CREATE TABLE \(living)(
            id INTEGER PRIMARY KEY,
            data BLOB NOT NULL
        );
        """
    }

    var removal: String {
        [pages, blocks, chunks, segments, columns, living]
            .map { "DROP TABLE IF EXISTS \($0);" }.joined()
    }
}
