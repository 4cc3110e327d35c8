/// What one field of a log line says: numbers, and strings of bounded length.
///
/// Text of documents and queries never goes here, nor do secrets.
package enum LogValue: Sendable, Equatable {
    case integer(Int64)
    case unsigned(UInt64)
    case double(Double)
    case boolean(Bool)
    case string(String)

    /// Bytes of a string that are kept; the rest is replaced by an ellipsis.
    package static let stringBytesMaximum = 256

    /// A whole number of any type; clamped to 64 bits.
    package static func number(_ value: some BinaryInteger) -> LogValue {
        value < 0 ? .integer(Int64(clamping: value)) : .unsigned(UInt64(clamping: value))
    }

    /// A duration, in whole microseconds; name its field `..._us`.
    package static func microseconds(_ duration: Duration) -> LogValue {
        let (seconds, attoseconds) = duration.components
        let (scaled, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000)
        return .integer(overflow ? .max : scaled &+ attoseconds / 1_000_000_000_000)
    }

    /// This value with at most ``stringBytesMaximum`` bytes.
    var bounded: LogValue {
        guard case .string(let string) = self, string.utf8.count > Self.stringBytesMaximum else {
            return self
        }
        let prefix = string.utf8.prefix(Self.stringBytesMaximum)
        return .string(String(decoding: prefix, as: UTF8.self) + "…")
    }
}

/// The fields of a log line, in the order in which they were given; at most ``maximum``.
package struct LogFields: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    /// One field: a name fixed in the code, and its value.
    package struct Field: Sendable, Equatable {
        package let name: String
        package let value: LogValue
    }

    /// Fields of one line; more are left out.
    package static let maximum = 16

    package private(set) var fields: [Field] = []

    package init(dictionaryLiteral elements: (StaticString, LogValue)...) {
        for (name, value) in elements { append(name, value) }
    }

    package mutating func append(_ name: StaticString, _ value: LogValue) {
        guard fields.count < Self.maximum else { return }
        fields.append(Field(name: name.description, value: value.bounded))
    }

    mutating func append(contentsOf other: LogFields) {
        fields.append(contentsOf: other.fields.prefix(Self.maximum - fields.count))
    }

    /// The value of the first field of this name.
    package subscript(_ name: String) -> LogValue? { fields.first { $0.name == name }?.value }
}
