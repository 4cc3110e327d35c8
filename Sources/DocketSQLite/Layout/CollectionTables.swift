/// The tables that each collection has for itself, and the statements on them.
struct CollectionTables: Sendable {
    /// Text columns of a document in the search index: title, body, searched attributes.
    static let textColumns = 10

    let pages: String
    let blocks: String
    let chunks: String
    let segments: String
    let visible: String
    let values: String
    let insertVisible: String
    let selectVisible: String
    let deleteVisible: String
    let insertValue: String
    let deleteValue: String

    init(collection: UInt32) {
        pages = "pages_\(collection)"
        blocks = "blocks_\(collection)"
        chunks = "chunks_\(collection)"
        segments = "segments_\(collection)"
        visible = "visible_\(collection)"
        values = "values_\(collection)"
        insertVisible = """
            INSERT INTO \(visible)(number, version, segment, words, attributes)
            VALUES (?1, ?2, ?3, ?4, ?5)
            """
        selectVisible = "SELECT version, attributes FROM \(visible) WHERE number = ?1"
        deleteVisible = "DELETE FROM \(visible) WHERE number = ?1"
        insertValue = "INSERT OR IGNORE INTO \(values)(slot, value, number) VALUES (?1, ?2, ?3)"
        deleteValue = "DELETE FROM \(values) WHERE slot = ?1 AND value = ?2 AND number = ?3"
    }

    /// The tables: what searches may find, its values, and the index.
    ///
    /// `visible` has the attributes of a document and the segment that it came into; `values` those
    /// attributes that can be filtered by. The other four are the search index: `blocks` has the
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
        CREATE TABLE \(visible)(
            number INTEGER PRIMARY KEY,
            version INTEGER NOT NULL,
            segment INTEGER NOT NULL,
            words INTEGER NOT NULL,
            attributes BLOB NOT NULL
        );
        CREATE TABLE \(values)(
            slot INTEGER NOT NULL,
            value NOT NULL,
            number INTEGER NOT NULL,
            PRIMARY KEY(slot, value, number)
        ) WITHOUT ROWID;
        """
    }

    var removal: String {
        [pages, blocks, chunks, segments, visible, values].map { "DROP TABLE \($0);" }.joined()
    }
}
