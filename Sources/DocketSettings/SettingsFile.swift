internal import DocketSystem

/// Small files that settings come from.
package enum SettingsFile {
    /// Longest file that is read: 1 MiB.
    package static let byteMaximum = 1 << 20

    /// The text of a file of settings or of a key.
    package static func text(at path: String) throws(SettingsError) -> String {
        guard let text = String(validating: try bytes(at: path), as: UTF8.self) else {
            throw SettingsError("\(path): is not UTF-8")
        }
        return text
    }

    /// The environment with which this process was started.
    package static func environment() -> [String: String] {
        guard let bytes = try? bytes(at: "/proc/self/environ") else { return [:] }
        var variables: [String: String] = [:]
        for entry in bytes.split(separator: 0) {
            guard let equals = entry.firstIndex(of: UInt8(ascii: "=")) else { continue }
            let name = String(decoding: entry[..<equals], as: UTF8.self)
            variables[name] = String(decoding: entry[(equals + 1)...], as: UTF8.self)
        }
        return variables
    }

    private static func bytes(at path: String) throws(SettingsError) -> [UInt8] {
        do throws(FileError) {
            return try SmallFile.read(path, maximum: byteMaximum)
        } catch {
            throw SettingsError("\(path): \(error.reason)")
        }
    }
}
