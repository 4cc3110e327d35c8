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
        line += LogTime.text(time).utf8
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
        let digits = Array("0123456789abcdef".utf8)
        line.append(UInt8(ascii: "\""))
        for byte in string.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                line += [UInt8(ascii: "\\"), byte]
            case 0..<0x20, 0x7F:
                line += "\\u00".utf8
                line += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default:
                line.append(byte)
            }
        }
        line.append(UInt8(ascii: "\""))
    }
}

/// Times of the log as RFC 3339 writes them, in UTC with microseconds.
package enum LogTime {
    /// The time that is `microseconds` after 1970, in the years 0 to 9999.
    package static func text(_ microseconds: Int64) -> String {
        let (second, fraction) = floorDivide(microseconds, 1_000_000)
        let (day, inDay) = floorDivide(second, 86_400)
        let date = civil(day)
        return "\(pad(date.year, 4))-\(pad(date.month, 2))-\(pad(date.day, 2))T"
            + "\(pad(inDay / 3600, 2)):\(pad(inDay / 60 % 60, 2)):\(pad(inDay % 60, 2))"
            + ".\(pad(fraction, 6))Z"
    }

    /// The date of the proleptic Gregorian calendar that is `day` days after 1970-01-01.
    private static func civil(_ day: Int64) -> (year: Int64, month: Int64, day: Int64) {
        // Years begin in March, so that the leap day ends one; eras have 400 years.
        let (era, inEra) = floorDivide(day + 719_468, 146_097)
        let yearOfEra = (inEra - inEra / 1460 + inEra / 36_524 - inEra / 146_096) / 365
        let inYear = inEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let fromMarch = (5 * inYear + 2) / 153
        let month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, inYear - (153 * fromMarch + 2) / 5 + 1)
    }

    private static func floorDivide(_ value: Int64, _ by: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = value.quotientAndRemainder(dividingBy: by)
        return remainder < 0 ? (quotient - 1, remainder + by) : (quotient, remainder)
    }

    private static func pad(_ number: Int64, _ width: Int) -> String {
        let text = "\(number)"
        return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
    }
}
