import CDocketSQLite
import DocketTestKit
import Foundation
import Testing

@testable import DocketSQLite

extension ChecksumTests {
    /// The tenant's file as the first version wrote it, with a log.
    private static func makeOld(_ path: String, from source: String) throws {
        try FileManager.default.moveItem(atPath: path, toPath: source)
        var plain: OpaquePointer?
        let code = unsafe sqlite3_open(path, &plain)
        try #require(code == SQLITE_OK)
        unsafe sqlite3_exec(plain, "PRAGMA application_id = 1", nil, nil, nil)
        unsafe sqlite3_close(plain)
        let old = try ConnectionHandle(unchecked: path, vfs: nil)
        try old.execute("PRAGMA journal_mode = WAL")
        try old.execute(TenantSchema.tables)
        try old.execute(
            """
            CREATE VIRTUAL TABLE search_1 USING fts5(title, body, tokenize = 'unicode61');
            CREATE TABLE shown_1(
                number INTEGER PRIMARY KEY,
                version INTEGER NOT NULL,
                words INTEGER NOT NULL,
                attributes BLOB NOT NULL
            );
            CREATE TABLE values_1(
                slot INTEGER NOT NULL,
                value NOT NULL,
                number INTEGER NOT NULL,
                PRIMARY KEY(slot, value, number)
            ) WITHOUT ROWID;
            """
        )
        try old.run("ATTACH ?1 AS new", .text(source))
        for table in ["meta", "collections", "contents"] {
            try old.execute("INSERT INTO \(table) SELECT * FROM new.\(table)")
        }
        let columns = try old.all("SELECT name FROM pragma_table_info('documents')") { $0.text(0) }
        let names = columns.joined(separator: ", ")
        try old.execute(
            """
            INSERT INTO documents(\(names)) SELECT \(names) FROM new.documents;
            INSERT INTO shown_1 SELECT number, version, words, attributes
                FROM new.documents JOIN new.contents USING(number) WHERE indexed_version <> 0;
            INSERT INTO search_1(rowid, title, body) SELECT number, title, body FROM new.contents;
            UPDATE search_1_config SET v = replace(v, 'unicode61', 'docket');
            PRAGMA user_version = 1;
            """
        )
    }

    @Test("a file without checksums gets them when it is opened, once it was looked at")
    func older() async throws {
        let test = try await Self.make()
        let expected = try await Self.answers(test, isMigrated: true)
        await test.store.close()
        let path = test.store.shared.path(of: test.tenant)
        try Self.makeOld(path, from: test.folder.path + "/source.db")
        #expect(FileSystem.size(path + "-wal") > 0)
        let configuration = try Self.copy(test, to: "old")
        let copied = configuration.directory + "/tenants/1.db"
        #expect(
            try FileVerification.run(configuration)[1].faults.first?.contains("no checksums")
                == true
        )
        #expect(
            try await Self.outcome(test, configuration, expected, isMigrated: true) == .right
        )
        #expect(try FileVerification.run(configuration).allSatisfy { $0.faults.isEmpty })
        let page = try ConnectionHandle(path: copied, creates: false, vfs: nil).first(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'contents'",
            row: { Int($0.integer(0)) }
        )
        try Self.flip(copied, at: try #require(page) * 4096 - 2000, bit: 3)
        #expect(try await Self.outcome(test, configuration, expected) == .lost)

        // One that is damaged is refused, and stays as it is.
        try Self.flip(path + "-wal", at: 32 + 24 + 2000, bit: 3)
        let before = FileManager.default.contents(atPath: path)
        let outcome = try await Self.outcome(test, test.store.shared.configuration, expected)
        #expect(outcome == .lost)
        #expect(FileManager.default.contents(atPath: path) == before)
    }
}
