/// One statement with its parameters: `$1` is the first.
struct SQLStatement: Sendable {
    let text: String
    let values: [SQLValue]

    init(_ text: String, _ values: SQLValue...) {
        self.text = text
        self.values = values
    }

    init(_ text: String, values: [SQLValue]) {
        self.text = text
        self.values = values
    }
}

/// A parameter with its type, so that the server never guesses.
enum SQLValue: Sendable {
    case integer(Int64?)
    case boolean(Bool)
    case text(String?)
    case bytes([UInt8])
    case integers([Int64])
    case optionalIntegers([Int64?])
    case booleans([Bool])
    case texts([String?])
    case byteArrays([[UInt8]])

    /// A whole number; those beyond 63 bits keep their bits.
    static func number(_ value: some FixedWidthInteger) -> SQLValue {
        .integer(Int64(truncatingIfNeeded: value))
    }

    static func numbers(_ values: [some FixedWidthInteger]) -> SQLValue {
        .integers(values.map { Int64(truncatingIfNeeded: $0) })
    }

    static func optional(_ value: Int?) -> SQLValue { .integer(value.map(Int64.init)) }
}
