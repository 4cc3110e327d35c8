package import DocketCore

/// What PostgreSQL or its library answered; its text stays in the log and never reaches a caller.
package struct PostgresError: Error, Hashable, Sendable {
    /// SQLSTATE: five characters, empty for what the library itself says.
    package let state: String
    /// The engine's own words, for the log.
    package let text: String
    /// The constraint that was broken, or empty.
    package let constraint: String

    init(state: String, text: String, constraint: String = "") {
        self.state = state
        self.text = text
        self.constraint = constraint
    }

    private var category: Substring { state.prefix(2) }

    /// The work was stopped, by its deadline or by whoever wanted it.
    var isCancel: Bool { state == "57014" }

    /// Another transaction has to go first; the same again may do.
    var isConflict: Bool { state == "40001" || state == "40P01" }

    var isUnique: Bool { state == "23505" }

    /// The connection is of no more use.
    var endsConnection: Bool {
        state.isEmpty || category == "08"
            || ["57P01", "57P02", "57P03", "57P05", "25P03"].contains(state)
    }

    /// A smaller transaction, or one without the document at fault, may do.
    var mayBeOneDocument: Bool {
        ["21", "22", "23", "54"].contains(category) || state == "53400"
    }

    /// The disk, the memory or the connections of the server are used up.
    private var isFull: Bool { category == "53" }

    /// The role, its password or its rights are not what they should be.
    var isRefusal: Bool { category == "28" || state == "42501" || state == "3D000" }

    /// The error as a caller sees it, with the engine's words for the log.
    package var docketError: DocketError {
        isCancel ? shown : shown.caused(by: cause)
    }

    /// For the log, without DETAIL, which repeats values.
    var cause: String { "postgres \(state): \(text.prefix { $0 != "\n" })" }

    private var shown: DocketError {
        if isCancel { return DocketError(.cancelled, "the work was stopped") }
        if isConflict {
            return DocketError(
                .unavailable,
                "the store is busy",
                retryAfter: .milliseconds(50),
                isNotProcessed: true
            )
        }
        if isFull {
            return DocketError(
                .resourceExhausted,
                "the store is full or has no memory left",
                retryAfter: .seconds(1),
                isNotProcessed: true
            )
        }
        if endsConnection || isRefusal || ["55", "57", "58", "25"].contains(category) {
            return DocketError(
                .unavailable,
                "the store cannot answer now",
                retryAfter: .milliseconds(500)
            )
        }
        if category == "XX" { return DocketError(.dataLoss, "stored data is damaged") }
        return DocketError(.internalError, "the store failed")
    }
}

/// Runs `body` and turns what it throws into what a caller may see.
func answering<Value>(_ body: () throws -> Value) throws(DocketError) -> Value {
    do {
        return try body()
    } catch let error as DocketError {
        throw error
    } catch let error as PostgresError {
        throw error.docketError
    } catch {
        throw DocketError(.internalError, "the store failed").caused(by: "\(error)")
    }
}
