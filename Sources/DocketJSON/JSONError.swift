/// Why a text is not taken as JSON.
package enum JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    case empty
    /// Longer than the parser's limit.
    case tooLong
    /// Arrays and objects within one another beyond the parser's limit.
    case tooDeep
    case notUTF8
    /// A string that does not end, holds control characters or wrong escapes.
    case badString
    /// Not a number of JSON, or one that no double or 64-bit integer can hold.
    case badNumber
    case badSyntax
    /// An object has this name twice, so what it says depends on who reads it.
    case duplicateName(String)

    package var description: String {
        switch self {
        case .empty: "is empty"
        case .tooLong: "is too long"
        case .tooDeep: "is nested too deeply"
        case .notUTF8: "is not UTF-8"
        case .badString: "has a string that is not one of JSON"
        case .badNumber:
            "has a number that is not one of JSON, or a whole one beyond 18446744073709551615"
        case .badSyntax: "is not JSON"
        case .duplicateName(let name): "has \"\(name.prefix(64))\" twice in one object"
        }
    }
}
