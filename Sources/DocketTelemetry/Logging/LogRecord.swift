internal import DocketSystem

/// One line of the log before it is written.
package struct LogRecord: Sendable, Equatable {
    /// Microseconds since 1970.
    package let time: Int64
    package let level: LogLevel
    /// Fixed in the code, lower case, without values: what one searches the log for.
    package let message: String
    package let fields: LogFields

    package init(time: Int64, level: LogLevel, message: StaticString, fields: LogFields) {
        self.time = time
        self.level = level
        self.message = message.description
        self.fields = fields
    }

    /// Appends the record as one line of JSON, with its line feed.
    package func encode(into line: inout [UInt8]) {
        line += "{\"time\":\"".utf8
        let time = CalendarTime(microseconds: time)
        line += "\(time.text).\(time.fraction)Z".utf8
        line += "\",\"level\":\"".utf8
        line += level.rawValue.utf8
        line += "\",\"message\":".utf8
        Self.encode(message, into: &line)
        for field in fields.fields {
            line.append(UInt8(ascii: ","))
            Self.encode(field.name, into: &line)
            line.append(UInt8(ascii: ":"))
            Self.encode(field.value, into: &line)
        }
        line += "}\n".utf8
    }

    private static func encode(_ value: LogValue, into line: inout [UInt8]) {
        switch value {
        case .integer(let number): line += "\(number)".utf8
        case .unsigned(let number): line += "\(number)".utf8
        case .double(let number): line += (number.isFinite ? "\(number)" : "null").utf8
        case .boolean(let value): line += (value ? "true" : "false").utf8
        case .string(let string): encode(string, into: &line)
        }
    }

    /// Writes a string of JSON; control characters are escaped, so no value can begin a line.
    private static func encode(_ string: String, into line: inout [UInt8]) {
        line.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                line += [UInt8(ascii: "\\"), byte]
            case 0..<0x20, 0x7F:
                line += "\\u00".utf8
                Hexadecimal.append(byte, to: &line)
            default:
                line.append(byte)
            }
        }
        line.append(UInt8(ascii: "\""))
    }
}
