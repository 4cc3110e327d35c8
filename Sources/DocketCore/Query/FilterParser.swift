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
    /// are `=`, `!=`, `<`, `<=`, `>`, `>=`, `^=` (begins with) and `IN (...)`. A value is a number,
    /// `true`, `false` or a string in double quotes, in which `\` takes the next character as it
    /// is. An instant is a string; the schema decides its meaning.
    ///
    /// - Throws: ``DocketError`` that says what was expected and at which character.
    public init(parsing text: String, limits: Limits = Limits()) throws(DocketError) {
        guard text.utf8.count <= limits.queryBytes else {
            throw .invalid(
                "filter",
                "is \(text.utf8.count) bytes, the limit is \(limits.queryBytes)"
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
            throw .invalid("filter", "is nested too deep, the limit is \(limits.filterDepth)")
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
                throw .invalid("filter", "a list has over \(limits.attributeValues) values")
            }
            values.append(try takeValue())
        }
        guard take(.symbol(")")) else { throw expected(", or )") }
        return values
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
        case .word(let word):
            guard let number = Double(word), number.isFinite, word.utf8.first.map(isNumeric) == true
            else { throw expected("a number, true, false or a string in quotes") }
            value = .number(number)
        default: throw expected("a value")
        }
        place += 1
        return value
    }

    private func isNumeric(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
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
        return .invalid(
            "filter",
            "at character \(tokens[place].position + 1): expected \(what)"
        )
    }
}

private struct FilterToken {
    enum Kind: Equatable {
        case word(String)
        case string(String)
        case symbol(String)
    }

    var kind: Kind
    /// Characters (Unicode scalars) before it.
    var position: Int
}

private struct FilterScanner {
    static let comparisons: Set<String> = ["=", "!=", "<", "<=", ">", ">=", "^="]
    private let text: [Unicode.Scalar]
    private var place = 0

    init(_ text: String) { self.text = Array(text.unicodeScalars) }

    mutating func next() throws(DocketError) -> FilterToken? {
        while place < text.count, text[place].properties.isWhitespace { place += 1 }
        guard place < text.count else { return nil }
        let position = place
        let scalar = text[place]
        if scalar == "\"" {
            return FilterToken(kind: .string(try takeString()), position: position)
        }
        if isWordScalar(scalar) {
            return FilterToken(kind: .word(takeWord()), position: position)
        }
        place += 1
        var symbol = String(scalar)
        if place < text.count, text[place] == "=", Self.comparisons.contains(symbol + "=") {
            symbol += "="
            place += 1
        }
        guard Self.comparisons.contains(symbol) || ["(", ")", ","].contains(symbol) else {
            throw .invalid(
                "filter",
                "at character \(position + 1): unexpected \(scalar.escaped(asASCII: true))"
            )
        }
        return FilterToken(kind: .symbol(symbol), position: position)
    }

    private func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "-", ".", "+": true
        default: false
        }
    }

    private mutating func takeWord() -> String {
        var word = String.UnicodeScalarView()
        while place < text.count, isWordScalar(text[place]) {
            word.append(text[place])
            place += 1
        }
        return String(word)
    }

    private mutating func takeString() throws(DocketError) -> String {
        let start = place
        place += 1
        var string = String.UnicodeScalarView()
        while place < text.count {
            var scalar = text[place]
            place += 1
            if scalar == "\"" { return String(string) }
            if scalar == "\\", place < text.count {
                scalar = text[place]
                place += 1
            }
            string.append(scalar)
        }
        throw .invalid("filter", "at character \(start + 1): a string that does not end")
    }
}
