internal import Glibc

/// The small files that the server writes.
enum ServerFile {
    /// Writes `text` into a new file that takes the place of `path` whole; mode 0600.
    static func write(_ text: String, to path: String) throws(ServerFault) {
        let temporary = path + ".new"
        let file = unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { throw ServerFault(.data, "\(path) cannot be written") }
        let bytes = Array(text.utf8)
        let written = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.write(file, $0.baseAddress, $0.count)
        }
        let isWhole = written == bytes.count && fsync(file) == 0
        close(file)
        guard isWhole, unsafe rename(temporary, path) == 0 else {
            _ = unsafe unlink(temporary)
            throw ServerFault(.data, "\(path) cannot be written")
        }
    }

    /// Files that this process makes from now on are readable by their owner alone, also those that
    /// SQLite makes.
    static func keepPrivate() { _ = umask(0o077) }

    static func remove(_ path: String) { _ = unsafe unlink(path) }

    static func writeError(_ line: String) { write(line + "\n", STDERR_FILENO) }

    static func writeOutput(_ text: String) { write(text, STDOUT_FILENO) }

    private static func write(_ text: String, _ descriptor: Int32) {
        let bytes = Array(text.utf8)
        _ = unsafe bytes.withUnsafeBytes {
            unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
        }
    }
}
