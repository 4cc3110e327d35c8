internal import Glibc

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
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw SettingsError("\(path): \(reason(errno))") }
        defer { close(file) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = unsafe buffer.withUnsafeMutableBytes { buffer in
                unsafe read(file, buffer.baseAddress, buffer.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw SettingsError("\(path): \(reason(errno))") }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= byteMaximum else {
                throw SettingsError("\(path): is longer than 1 MiB")
            }
        }
    }

    private static func reason(_ code: Int32) -> String {
        switch code {
        case ENOENT: "there is no such file"
        case EACCES, EPERM: "may not be read"
        case EISDIR: "is a directory"
        default: "cannot be read (error \(code))"
        }
    }
}
