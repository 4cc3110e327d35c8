internal import CDocketSQLite
internal import DocketCore

/// What SQLite answered; its text stays in the log and never reaches a caller.
struct SQLiteError: Error, Hashable {
    /// The extended result code.
    let code: Int32
    /// SQLite's own words, for the log.
    let text: String

    private var primary: Int32 { code & 0xFF }

    /// The work was no longer wanted.
    private var isInterrupt: Bool { primary == SQLITE_INTERRUPT }

    /// A page or the log is not what was written.
    static let damagedPages = SQLiteError(code: Self.wrongChecksum, text: "it is damaged")

    /// The pages have no checksums: the file is of an older format, or damaged.
    static let uncheckedPages = SQLiteError(
        code: Self.wrongChecksum,
        text: "its pages have no checksums"
    )

    static let outOfMemory = SQLiteError(code: SQLITE_NOMEM, text: "out of memory")

    /// The segments of an index have no numbers left: it is to be built anew.
    static let noSegments = SQLiteError(code: SQLITE_FULL, text: "no numbers of segments are left")

    /// SQLITE_IOERR_DATA, a macro that Swift does not see.
    private static let wrongChecksum = SQLITE_IOERR | 32 << 8

    var mayBeUnchecked: Bool { self == .uncheckedPages }

    /// The file is damaged, or is none of SQLite's.
    var isCorrupt: Bool {
        primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || code == Self.wrongChecksum
    }

    /// A smaller transaction, or one without the document at fault, may do.
    var mayBeOneDocument: Bool {
        [SQLITE_TOOBIG, SQLITE_ERROR, SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_RANGE]
            .contains(primary)
    }

    /// The disk, or what SQLite may use of it, is full.
    var isFull: Bool { primary == SQLITE_FULL }

    /// The error as a caller sees it, with SQLite's words for the log.
    var docketError: DocketError {
        isInterrupt ? shown : shown.caused(by: "sqlite \(code): \(textWithoutQuery)")
    }

    /// SQLite's words up to those that it repeats from a query.
    private var textWithoutQuery: String {
        guard primary == SQLITE_ERROR else { return text }
        return String(text.prefix { $0 != "\"" && $0 != ":" })
    }

    private var shown: DocketError {
        switch primary {
        case SQLITE_INTERRUPT: DocketError(.cancelled, "the work was stopped")
        case _ where isCorrupt:
            DocketError(
                .dataLoss,
                "the tenant's data is damaged; an operator restores it from a backup"
            )
        case SQLITE_FULL:
            DocketError(
                .resourceExhausted,
                "the disk of the store is full",
                retryAfter: .seconds(1),
                isNotProcessed: true
            )
        case SQLITE_NOMEM: DocketError(.resourceExhausted, "the store is out of memory")
        case SQLITE_BUSY, SQLITE_LOCKED, SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_READONLY,
            SQLITE_PERM, SQLITE_PROTOCOL:
            DocketError(.unavailable, "the store cannot read or write its files now")
        default: DocketError(.internalError, "the store failed")
        }
    }
}

/// Runs `body` and turns what it throws into what a caller may see.
func mappingErrors<Value>(_ body: () throws -> Value) throws(DocketError) -> Value {
    do {
        return try body()
    } catch let error as DocketError {
        throw error
    } catch let error as SQLiteError {
        throw error.docketError
    } catch {
        throw DocketError(.internalError, "the store failed").caused(by: "\(error)")
    }
}
