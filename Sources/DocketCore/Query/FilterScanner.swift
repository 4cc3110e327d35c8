/// A part of a filter's text.
struct FilterToken {
    enum Kind: Equatable {
        case word(String)
        case string(String)
        case symbol(String)
    }

    var kind: Kind
    /// Characters (Unicode scalars) before it.
    var position: Int
}

/// Takes the text of a filter apart.
struct FilterScanner {
    static let comparisons: Set<String> = ["=", "!=", "<", "<=", ">", ">=", "^="]
    private let text: [Unicode.Scalar]
    private var place = 0

    init(_ text: String) { self.text = Array(text.unicodeScalars) }

    /// nil at the end.
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
            let hint = FilterHint.symbol(scalar).map { ": \($0)" } ?? ""
            throw .filter(at: position, "unexpected \(Self.shown(scalar))" + hint)
        }
        return FilterToken(kind: .symbol(symbol), position: position)
    }

    /// As it is where that is safe to show.
    private static func shown(_ scalar: Unicode.Scalar) -> String {
        (" "..."~").contains(scalar) ? String(scalar) : scalar.escaped(asASCII: true)
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
                guard scalar == "\"" || scalar == "\\" else {
                    throw .filter(
                        at: place - 1,
                        "there is no escape \\\(Self.shown(scalar)), "
                            + "only \\\" and \\\\"
                    )
                }
                place += 1
            }
            string.append(scalar)
        }
        throw .filter(at: start, "a string that does not end")
    }
}

extension DocketError {
    /// What is wrong with a filter's text, behind so many of its characters.
    static func filter(at position: Int, _ reason: String) -> DocketError {
        .invalid("filter", "at character \(position + 1): \(reason)")
    }
}

/// What to write instead of what other languages have.
enum FilterHint {
    private static let keywords: Set<String> = ["and", "or", "not", "in", "exists", "between"]
    private static let begins: Set<String> = [
        "like", "starts", "startswith", "matches", "contains",
    ]

    static func symbol(_ scalar: Unicode.Scalar) -> String? {
        switch scalar {
        case "'", "\u{2018}"..."\u{201F}", "`": "strings are written in double quotes"
        case "&": "write AND"
        case "|": "write OR"
        case "!": "write NOT, or !="
        case "~": "a beginning is written name ^= \"text\""
        case "[": "a range is written name BETWEEN 1 AND 5"
        default: nil
        }
    }

    /// About a word in a place where it cannot be.
    static func word(_ word: String) -> String? {
        let lower = word.lowercased()
        if keywords.contains(lower) {
            switch word {
            case "EXISTS": return "EXISTS goes before the name"
            case "NOT": return "NOT goes before the condition"
            default: return word == word.uppercased() ? nil : "\(word.uppercased()) is in capitals"
            }
        }
        if begins.contains(lower) { return "a beginning is written name ^= \"text\"" }
        switch lower {
        case "null", "nil", "none": return "a missing attribute is written NOT EXISTS name"
        case "is": return "write =, EXISTS name or NOT EXISTS name"
        case "true", "false": return "\(lower) is in small letters"
        default: return nil
        }
    }
}
