internal import DocketCore
internal import DocketSystem

/// What Docket shows to the engine; never logged.
package enum EngineCredentials: Sendable {
    case none
    /// A file with an API key in the form that the engine gives out as `encoded`.
    case apiKey(file: String)
    /// A user, and a file with the password.
    case password(user: String, file: String)

    private static let fileBytesMaximum = 4096

    /// The header that carries them; nil for none.
    ///
    /// - Throws: ``DocketError`` `failedPrecondition` that names the file and what is wrong.
    func authorization() throws(DocketError) -> String? {
        switch self {
        case .none: return nil
        case .apiKey(let file): return "Authorization: ApiKey \(try Self.read(file))"
        case .password(let user, let file):
            let pair = Array("\(user):\(try Self.read(file))".utf8)
            return "Authorization: Basic \(Self.base64(pair))"
        }
    }

    /// The only line of a file.
    private static func read(_ path: String) throws(DocketError) -> String {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try SmallFile.read(path, maximum: fileBytesMaximum)
        } catch {
            throw DocketError(.failedPrecondition, "\(path) \(error.reason)")
        }
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        // A control character would end the header and begin another one.
        guard !line.isEmpty, line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw DocketError(.failedPrecondition, "\(path) holds no secret in its first line")
        }
        return String(decoding: line, as: UTF8.self)
    }

    static func base64(_ bytes: [UInt8]) -> String {
        let digits = Array(
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
        )
        var text: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            var bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            bits <<= UInt32(8 * (3 - group.count))
            for place in 0..<4 {
                let isDigit = place <= group.count
                let digit = digits[Int(bits >> UInt32(18 - 6 * place) & 63)]
                text.append(isDigit ? digit : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
