internal import Glibc

/// A file that could not be opened for the log; `code` is the `errno`.
package struct LogFileError: Error, Sendable {
    package let path: String
    package let code: Int32
}

/// Owns or borrows the descriptor that log lines are written to.
final class LogFileHandle: Sendable {
    /// What a pipe takes without blocking once it is writable.
    private static let pieceMaximum = 4096

    private let descriptor: Int32
    private let isOwned: Bool

    /// Standard error, which stays open.
    init(borrowing descriptor: Int32) {
        self.descriptor = descriptor
        isOwned = false
    }

    /// Opens a file to append to, and makes it (mode 0640) when there is none.
    init(appendingTo path: String) throws(LogFileError) {
        descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o640)
        guard descriptor >= 0 else { throw LogFileError(path: path, code: errno) }
        isOwned = true
    }

    deinit {
        if isOwned { close(descriptor) }
    }

    /// Whether a write would be taken now; waits at most `milliseconds`.
    func waitUntilWritable(milliseconds: Int32) -> Bool {
        var poll = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // A failed descriptor counts as writable, so that the write finds the error.
        return unsafe Glibc.poll(&poll, 1, milliseconds) > 0
    }

    /// Writes some of `bytes` from `start`; 0 to be tried again, nil when the file takes no more.
    func write(_ bytes: [UInt8], from start: Int) -> Int? {
        let count = min(bytes.count - start, Self.pieceMaximum)
        let written = unsafe bytes.withUnsafeBytes { bytes in
            unsafe bytes.baseAddress.map { unsafe Glibc.write(descriptor, $0 + start, count) } ?? 0
        }
        if written >= 0 { return written }
        return errno == EINTR || errno == EAGAIN ? 0 : nil
    }
}
