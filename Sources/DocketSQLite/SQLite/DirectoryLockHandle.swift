internal import DocketCore
internal import Glibc

/// Owns the lock on a data directory, held until the process ends or this does.
@safe final class DirectoryLockHandle: Sendable {
    private let descriptor: Int32

    /// Takes the lock by the file `lock` in the directory and writes this process's id into it.
    ///
    /// - Throws: ``DocketError`` `failedPrecondition` that says which process holds it.
    init(directory: String) throws(DocketError) {
        let path = directory + "/lock"
        let opened = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard opened >= 0 else {
            throw DocketError(.failedPrecondition, "the data directory cannot be written")
        }
        // Possible return codes: EWOULDBLOCK when it is held, EINTR, ENOLCK.
        guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
            let holder = Self.read(opened)
            close(opened)
            throw DocketError(
                .failedPrecondition,
                "the data directory is in use by process \(holder)"
            )
        }
        descriptor = opened
        let text = Array("\(getpid())\n".utf8)
        // The number only informs: that it cannot be written does no harm.
        _ = ftruncate(opened, 0)
        _ = unsafe text.withUnsafeBytes { unsafe pwrite(opened, $0.baseAddress, $0.count, 0) }
    }

    deinit { close(descriptor) }

    private static func read(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 20)
        let count = unsafe bytes.withUnsafeMutableBytes {
            unsafe pread(descriptor, $0.baseAddress, $0.count, 0)
        }
        let digits = bytes.prefix(max(0, count)).prefix { (48...57).contains($0) }
        return digits.isEmpty ? "unknown" : String(decoding: digits, as: UTF8.self)
    }
}
