extension Filter {
    /// Reads the text form that people write.
    ///
    /// ```
    /// year >= 1970 AND authors = "Knuth"
    /// section IN ("libs", "utils") AND NOT (essential = true OR tags ^= "role::")
    /// EXISTS maintainer AND built > "2026-01-31T00:00:00Z"
    /// ```
    ///
    /// `AND` binds more than `OR`, `NOT` more than both; they are written in capitals. Comparisons
    /// are `=`, `!=`, `<`, `<=`, `>`, `>=`, `^=` (begins with), `IN (...)` and
    /// `BETWEEN low AND high` (one value inside both ends). A value is a number as JSON has it,
    /// `true`, `false` or a string in double quotes, in which a quote is `\"` and a backslash `\\`.
    /// An instant is a string; the schema decides its meaning.
    ///
    /// - Throws: ``DocketError`` that says what was expected and at which character.
    public init(parsing text: String, limits: Limits = Limits()) throws(DocketError) {
        guard text.utf8.count <= limits.queryBytes else {
            throw .invalid(
                "filter",
                "is \(text.utf8.count) bytes, the limit is \(limits.queryBytes)",
                limit: limits.queryBytes
            )
        }
        var parser = try FilterParser(text, limits: limits)
        self = try parser.parse()
        try checkBounds(limits)
    }
}

private struct FilterParser {
    private let tokens: [FilterToken]
    private let limits: Limits
    private var place = 0
    private var nesting = 0

    init(_ text: String, limits: Limits) throws(DocketError) {
        var scanner = FilterScanner(text)
        var tokens: [FilterToken] = []
        while let token = try scanner.next() { tokens.append(token) }
        self.tokens = tokens
        self.limits = limits
    }

    mutating func parse() throws(DocketError) -> Filter {
        let filter = try parseAny()
        guard place == tokens.count else { throw expected("AND, OR or the end") }
        return filter
    }

    private mutating func parseAny() throws(DocketError) -> Filter {
        var parts = [try parseAll()]
        while take(.word("OR")) { parts.append(try parseAll()) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func parseAll() throws(DocketError) -> Filter {
        var parts = [try parseOne()]
        while take(.word("AND")) { parts.append(try parseOne()) }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func parseOne() throws(DocketError) -> Filter {
        nesting += 1
        defer { nesting -= 1 }
        // The tree's own depth is checked after; this bound keeps the parser's stack small.
        guard nesting <= 4 * limits.filterDepth else {
            throw .invalid(
                "filter",
                "is nested too deep, the limit is \(limits.filterDepth)",
                limit: limits.filterDepth
            )
        }
        if take(.word("NOT")) { return .not(try parseOne()) }
        if take(.symbol("(")) {
            let inner = try parseAny()
            guard take(.symbol(")")) else { throw expected(")") }
            return inner
        }
        if take(.word("EXISTS")) { return .exists(try takeName()) }
        return try parseComparison()
    }

    private mutating func parseComparison() throws(DocketError) -> Filter {
        let name = try takeName()
        if take(.word("IN")) { return .oneOf(name, try takeList()) }
        if take(.word("BETWEEN")) { return .range(name, try takeEnds()) }
        guard case .symbol(let comparison)? = current,
            FilterScanner.comparisons.contains(comparison)
        else { throw expected("a comparison") }
        place += 1
        let value = try takeValue()
        switch comparison {
        case "=": return .equal(name, value)
        case "!=": return .not(.equal(name, value))
        case "<": return .range(name, .init(upper: value, includesUpper: false))
        case "<=": return .range(name, .init(upper: value))
        case ">": return .range(name, .init(lower: value, includesLower: false))
        case ">=": return .range(name, .init(lower: value))
        default:
            guard case .string(let prefix) = value else {
                place -= 1
                throw expected("a string after ^=")
            }
            return .startsWith(name, prefix)
        }
    }

    private mutating func takeList() throws(DocketError) -> [AttributeValue] {
        guard take(.symbol("(")) else { throw expected("( after IN") }
        var values = [try takeValue()]
        while take(.symbol(",")) {
            guard values.count < limits.attributeValues else {
                throw .invalid(
                    "filter",
                    "a list has over \(limits.attributeValues) values",
                    limit: limits.attributeValues
                )
            }
            values.append(try takeValue())
        }
        guard take(.symbol(")")) else { throw expected(", or )") }
        return values
    }

    private mutating func takeEnds() throws(DocketError) -> Filter.Bounds {
        let lower = try takeValue()
        guard take(.word("AND")) else { throw expected("AND and the upper end") }
        return .init(lower: lower, upper: try takeValue())
    }

    private mutating func takeName() throws(DocketError) -> String {
        guard case .word(let name)? = current, ResourceName.fault(in: name) == nil else {
            throw expected("the name of an attribute")
        }
        place += 1
        return name
    }

    private mutating func takeValue() throws(DocketError) -> AttributeValue {
        let value: AttributeValue
        switch current {
        case .string(let string): value = .string(string)
        case .word("true"): value = .boolean(true)
        case .word("false"): value = .boolean(false)
        case .word(let word): value = .number(try number(word))
        default: throw expected("a value")
        }
        place += 1
        return value
    }

    private func number(_ word: String) throws(DocketError) -> Double {
        guard NumberForm(word) != nil, let number = Double(word), number.isFinite else {
            throw expected("a number as -12.5 or 1e3, true, false or a string in quotes")
        }
        guard NumberForm(word) == .whole else { return number }
        let exact = Int64(word).map(WholeNumber.exact) ?? UInt64(word).map(WholeNumber.exact)
        guard let exact = exact ?? nil else {
            throw .filter(at: tokens[place].position, "\(word) \(WholeNumber.fault)")
        }
        return exact
    }

    private var current: FilterToken.Kind? { place < tokens.count ? tokens[place].kind : nil }

    private mutating func take(_ kind: FilterToken.Kind) -> Bool {
        guard current == kind else { return false }
        place += 1
        return true
    }

    private func expected(_ what: String) -> DocketError {
        guard place < tokens.count else {
            return .invalid("filter", "ends where \(what) is expected")
        }
        var reason = "expected \(what)"
        if let hint = hint(tokens[place].kind) { reason += "; \(hint)" }
        return .filter(at: tokens[place].position, reason)
    }

    private func hint(_ kind: FilterToken.Kind) -> String? {
        switch kind {
        case .word(let word): FilterHint.word(word)
        case .symbol("=") where place > 0 && tokens[place - 1].kind == .symbol("="):
            "equality is one ="
        case .symbol(">") where place > 0 && tokens[place - 1].kind == .symbol("<"): "write !="
        default: nil
        }
    }
}

/// How a number is written: as in JSON.
private enum NumberForm {
    case whole
    case fraction

    /// nil for what is no number.
    init?(_ word: String) {
        var rest = word.utf8.drop { $0 == UInt8(ascii: "-") }
        guard word.utf8.count - rest.count <= 1 else { return nil }
        let whole = Self.takeDigits(&rest)
        guard whole == 1 || (whole > 1 && word.utf8.first(where: Self.isDigit) != 48) else {
            return nil
        }
        self = rest.isEmpty ? .whole : .fraction
        if rest.first == UInt8(ascii: ".") {
            rest.removeFirst()
            guard Self.takeDigits(&rest) > 0 else { return nil }
        }
        if rest.first == UInt8(ascii: "e") || rest.first == UInt8(ascii: "E") {
            rest.removeFirst()
            if rest.first == UInt8(ascii: "-") || rest.first == UInt8(ascii: "+") {
                rest.removeFirst()
            }
            guard Self.takeDigits(&rest) > 0 else { return nil }
        }
        guard rest.isEmpty else { return nil }
    }

    private static func takeDigits(_ text: inout Substring.UTF8View) -> Int {
        let count = text.prefix(while: isDigit).count
        text.removeFirst(count)
        return count
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (48...57).contains(byte) }
}
