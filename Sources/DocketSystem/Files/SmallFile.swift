internal import Glibc

/// A call on a file that the system refused; `code` is the `errno`.
package struct FileError: Error, Sendable {
    package let code: Int32

    /// Why, as the end of a sentence that begins with the file's name.
    package var reason: String {
        switch code {
        case ENOENT: "there is no such file"
        case EACCES, EPERM: "may not be read"
        case EISDIR: "is a directory"
        case EFBIG: "is too long"
        case ENOSPC, EDQUOT: "the disk is full"
        default: "cannot be read or written (error \(code))"
        }
    }
}

/// Files that are read and written whole.
package enum SmallFile {
    private static let chunkBytes = 16_384
    private static let passwordBytesMaximum = 1024

    /// Makes a folder that only its owner may enter, unless it is there.
    package static func makeFolder(_ path: String) throws(FileError) {
        guard unsafe mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw FileError(code: errno)
        }
    }

    /// The bytes of a file; of one longer than `maximum` a ``FileError`` of EFBIG.
    package static func read(_ path: String, maximum: Int) throws(FileError) -> [UInt8] {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw FileError(code: errno) }
        defer { close(file) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: chunkBytes)
        while true {
            let count = unsafe chunk.withUnsafeMutableBytes { chunk in
                unsafe Glibc.read(file, chunk.baseAddress, chunk.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileError(code: errno) }
            guard count > 0 else { return bytes }
            bytes += chunk[..<count]
            guard bytes.count <= maximum else { throw FileError(code: EFBIG) }
        }
    }

    /// The first line of a file that holds a password, of 1 KiB at most.
    package static func password(in path: String) throws(FileError) -> String {
        let bytes = try read(path, maximum: passwordBytesMaximum)
        let line = bytes.prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        return String(decoding: line, as: UTF8.self)
    }

    /// Makes a file of mode 0600 and writes it durably; one that exists is a ``FileError`` of
    /// EEXIST.
    package static func write(_ bytes: [UInt8], toNew path: String) throws(FileError) {
        try write(bytes, to: path, O_EXCL)
    }

    /// Writes a file of mode 0600 that takes the place of `path` whole and durably.
    package static func replace(_ path: String, with bytes: [UInt8]) throws(FileError) {
        let temporary = path + ".new"
        do throws(FileError) {
            try write(bytes, to: temporary, O_TRUNC)
            guard unsafe rename(temporary, path) == 0 else { throw FileError(code: errno) }
        } catch {
            remove(temporary)
            throw error
        }
    }

    /// Removes a file, if there is one.
    package static func remove(_ path: String) { _ = unsafe unlink(path) }

    /// Makes durable what a file or folder holds.
    package static func synchronize(_ path: String) throws(FileError) {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { throw FileError(code: errno) }
        defer { close(file) }
        guard fsync(file) == 0 else { throw FileError(code: errno) }
    }

    private static func write(
        _ bytes: [UInt8],
        to path: String,
        _ flag: Int32
    ) throws(FileError) {
        let file = unsafe open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flag, 0o600)
        guard file >= 0 else { throw FileError(code: errno) }
        defer { close(file) }
        try write(bytes, to: file)
        guard fsync(file) == 0 else { throw FileError(code: errno) }
    }

    /// Writes all of `bytes` to an open descriptor, such as standard output.
    package static func write(_ bytes: [UInt8], to descriptor: Int32) throws(FileError) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { bytes in
                let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
                return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileError(code: errno) }
            written += count
        }
    }
}
