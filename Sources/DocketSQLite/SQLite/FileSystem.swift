internal import DocketCore
internal import DocketSystem
internal import Glibc

/// The few calls on files and folders that SQLite does not make itself.
@safe enum FileSystem {
    static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    /// Bytes of a file, 0 when there is none.
    static func size(_ path: String) -> Int {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? Int(status.st_size) : 0
    }

    /// Makes a folder for its owner alone; one that is there is well.
    static func makeFolder(_ path: String) throws(DocketError) {
        do throws(FileError) {
            try SmallFile.makeFolder(path)
        } catch {
            throw DocketError(.unavailable, "a folder of the store cannot be made")
        }
    }

    /// Names in a folder, without `.` and `..`; nil when it cannot be read.
    static func names(in folder: String) -> [String]? {
        guard let directory = unsafe opendir(folder) else { return nil }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names
    }

    /// Removes a database with the files beside it; what is not there is well.
    static func removeDatabase(_ path: String) throws(DocketError) {
        let suffixes = ["-wal", "-shm", "-journal", "-seal", ""]
        for suffix in suffixes { try remove(path + suffix) }
        guard !path.hasSuffix(conversionSuffix) else { return }
        for suffix in suffixes { try remove(path + conversionSuffix + suffix) }
    }

    /// Of the copy of a database that will take its place.
    static let conversionSuffix = "-converted"

    /// Removes a file; one that is not there is well.
    static func remove(_ path: String) throws(DocketError) {
        guard unsafe unlink(path) == 0 || errno == ENOENT else {
            throw DocketError(.unavailable, "a file of the store cannot be removed")
        }
    }

    /// Puts a file in the place of another of the same folder, durably.
    static func rename(_ path: String, to target: String) throws(DocketError) {
        guard unsafe Glibc.rename(path, target) == 0 else {
            throw DocketError(.unavailable, "a file of the store cannot be renamed")
        }
        let folder = target.lastIndex(of: "/").map { String(target[..<$0]) } ?? "."
        try synchronize(folder)
    }

    /// Writes a small file, durably.
    static func write(_ text: String, to path: String) throws(DocketError) {
        do throws(FileError) {
            try SmallFile.write(Array(text.utf8), toNew: path)
        } catch {
            throw DocketError(.unavailable, "a file of the store cannot be written")
        }
    }

    /// The text of a file of at most 16 MiB; nil when it cannot be read.
    static func read(_ path: String) -> String? {
        (try? SmallFile.read(path, maximum: 16 << 20)).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Makes the file or folder of this name durable.
    static func synchronize(_ path: String) throws(DocketError) {
        do throws(FileError) {
            try SmallFile.synchronize(path)
        } catch {
            throw DocketError(.unavailable, "a folder of the store cannot be made durable")
        }
    }
}
