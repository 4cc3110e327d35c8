import DocketCore
import Testing

@testable import DocketSQLite

@Suite("Errors of SQLite", .timeLimit(.minutes(5)))
struct SQLiteErrorTests {
    private func cause(_ code: Int32, _ text: String) -> String? {
        SQLiteError(code: code, text: text).docketError.cause.text
    }

    @Test("keep SQLite's words for the log, but none that may come from a query")
    func causes() {
        #expect(cause(11, "database disk image is malformed") != nil)
        #expect(cause(266, "disk I/O error") == "sqlite 266: disk I/O error")
        #expect(
            cause(1, "near \"secret\": syntax error") == "sqlite 1: near "
        )
        #expect(cause(1, "no such column: secret") == "sqlite 1: no such column")
        #expect(cause(9, "interrupted") == nil)
    }

    @Test("are equal for callers, whatever lies behind them")
    func equality() {
        let errors = ["one", "another"].map { SQLiteError(code: 10, text: $0).docketError }
        #expect(errors[0] == errors[1])
        #expect(errors[0].hashValue == errors[1].hashValue)
        #expect(!errors[0].message.contains("one"))
    }
}
