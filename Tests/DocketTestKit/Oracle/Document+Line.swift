package import DocketCore
internal import Foundation

/// A line of ``OracleDraw`` is not as its documents are.
package struct WrongLine: Error {}

extension Document {
    /// The document in a line of JSON that ``OracleDraw`` drew.
    package init(line: String) throws {
        let json = try JSONSerialization.jsonObject(with: Data(line.utf8))
        guard let fields = json as? [String: Any], let id = fields["id"] as? String,
            let title = fields["title"] as? String, let body = fields["body"] as? String
        else { throw WrongLine() }
        var attributes: [Attribute] = []
        for (name, value) in fields["attributes"] as? [String: Any] ?? [:] {
            let values = value as? [Any] ?? [value]
            attributes.append(Attribute(name, try values.map { try Self.value(name, $0) }))
        }
        self.init(id: id, title: title, body: body, attributes: attributes)
    }

    private static func value(_ name: String, _ value: Any) throws -> AttributeValue {
        switch (name, value) {
        case ("year", let year as Double): return .number(year)
        case ("open", let isOpen as Bool): return .boolean(isOpen)
        case ("made", let text as String):
            guard let time = Timestamp.microseconds(parsing: text) else { throw WrongLine() }
            return .time(microseconds: time)
        case (_, let text as String): return .string(text)
        default: throw WrongLine()
        }
    }
}
