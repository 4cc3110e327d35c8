internal import DocketSystem
internal import Glibc

/// The small files that the server writes.
enum ServerFile {
    /// Writes `text` into a new file that takes the place of `path` whole; mode 0600.
    static func write(_ text: String, to path: String) throws(ServerFault) {
        do throws(FileError) {
            try SmallFile.replace(path, with: Array(text.utf8))
        } catch {
            throw ServerFault(.data, "\(path) cannot be written: error \(error.code)")
        }
    }

    /// Makes the folder, unless it is there.
    static func makeFolder(_ path: String) throws(ServerFault) {
        do throws(FileError) {
            try SmallFile.makeFolder(path)
        } catch {
            throw ServerFault(.data, "\(path) cannot be made: error \(error.code)")
        }
    }

    /// Files that this process makes from now on are readable by their owner alone, also those that
    /// SQLite makes.
    static func keepPrivate() { _ = umask(0o077) }

    static func remove(_ path: String) { SmallFile.remove(path) }

    static func writeError(_ line: String) { write(line + "\n", STDERR_FILENO) }

    static func writeOutput(_ text: String) { write(text, STDOUT_FILENO) }

    /// Without an error: there is nobody left to tell.
    private static func write(_ text: String, _ descriptor: Int32) {
        try? SmallFile.write(Array(text.utf8), to: descriptor)
    }
}
