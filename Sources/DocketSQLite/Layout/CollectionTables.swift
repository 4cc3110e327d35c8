/// The tables that each collection has for itself, and the statements on them.
struct CollectionTables: Sendable {
    /// Text columns of the search index, in order; searched attributes take `text_01` and on.
    static let textColumns =
        ["title", "body"] + (1...8).map { "text_0\($0)" }

    let search: String
    let visible: String
    let values: String
    let countMatches: String
    let insertText: String
    let deleteText: String
    let insertVisible: String
    let selectVisible: String
    let deleteVisible: String
    let insertValue: String
    let deleteValue: String

    init(collection: UInt32) {
        search = "search_\(collection)"
        visible = "visible_\(collection)"
        values = "values_\(collection)"
        countMatches =
            "SELECT count(*) FROM (SELECT 1 FROM \(search) WHERE \(search) MATCH ?1 LIMIT ?2)"
        insertText =
            "INSERT INTO \(search)(rowid, \(Self.textColumns.joined(separator: ", "))) "
            + "VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)"
        deleteText = "DELETE FROM \(search) WHERE rowid = ?1"
        insertVisible =
            "INSERT INTO \(visible)(number, version, words, attributes) VALUES (?1, ?2, ?3, ?4)"
        selectVisible = "SELECT version, attributes FROM \(visible) WHERE number = ?1"
        deleteVisible = "DELETE FROM \(visible) WHERE number = ?1"
        insertValue = "INSERT OR IGNORE INTO \(values)(slot, value, number) VALUES (?1, ?2, ?3)"
        deleteValue = "DELETE FROM \(values) WHERE slot = ?1 AND value = ?2 AND number = ?3"
    }

    /// `search` holds the indexed text; `visible` what searches may find, with its attributes;
    /// `values` those that can be filtered by.
    ///
    /// Without a table of sizes: the length of a document is in `visible`, which each match
    /// reads anyway.
    var creation: String {
        """
        CREATE VIRTUAL TABLE \(search) USING fts5(
            \(Self.textColumns.joined(separator: ", ")), tokenize = 'docket', columnsize = 0
        );
        CREATE TABLE \(visible)(
            number INTEGER PRIMARY KEY,
            version INTEGER NOT NULL,
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
        "DROP TABLE \(search); DROP TABLE \(visible); DROP TABLE \(values);"
    }
}
