internal import CDocketPages
internal import Foundation

/// A folder that is removed at the end.
package final class TestFolder: Sendable {
    package let path = FileManager.default.temporaryDirectory.path + "/docket-\(UUID().uuidString)"

    package init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// The path of what has this name in the folder.
    package func path(_ name: String) -> String { "\(path)/\(name)" }

    /// Writes a file; returns its path.
    @discardableResult
    package func write(_ text: String, to name: String) throws -> String {
        try text.write(toFile: path(name), atomically: true, encoding: .utf8)
        return path(name)
    }

    package func text(_ name: String) throws -> String {
        try String(contentsOfFile: path(name), encoding: .utf8)
    }

    package func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: path(name))))
    }

    /// The files below a folder, with their sizes.
    package func files(_ name: String) throws -> [String: Int] {
        var sizes: [String: Int] = [:]
        for file in FileManager.default.subpaths(atPath: path(name)) ?? [] {
            let facts = try FileManager.default.attributesOfItem(atPath: path("\(name)/\(file)"))
            guard facts[.type] as? FileAttributeType == .typeRegular else { continue }
            sizes[file] = facts[.size] as? Int
        }
        return sizes
    }

    /// Puts `bytes` into the first page of a database, as if it had been written so.
    package func rewriteHeader(_ name: String, at offset: UInt64, with bytes: [UInt8]) throws {
        try overwrite(name, at: offset, with: bytes)
        let page = Array(try self.bytes(name).prefix(Int(DOCKET_PAGE_BYTES)))
        let sum = unsafe docket_page_checksum(page, 1)
        let place = page.count - Int(DOCKET_CHECKSUM_BYTES)
        try overwrite(name, at: UInt64(place), with: (0..<8).map { UInt8(sum >> (8 * $0) & 0xFF) })
    }

    /// Puts `bytes` over those of a file, from `offset` on.
    package func overwrite(_ name: String, at offset: UInt64, with bytes: [UInt8]) throws {
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path(name)))
        defer { try? file.close() }
        try file.seek(toOffset: offset)
        try file.write(contentsOf: bytes)
    }
}
