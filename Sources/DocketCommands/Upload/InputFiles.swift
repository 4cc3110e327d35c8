internal import DocketRuntime
package import DocketSystem
internal import Glibc

/// A file, or standard input as `-`, that cannot be read.
package struct InputError: Error {
    let message: String
}

/// The bytes of several files, one after another, read on a thread of their own.
///
/// A read that never ends (of a terminal, a pipe) does not outlive its reader's patience: the task
/// that waits can be cancelled, and the thread ends with the process.
package actor InputFiles {
    private static let chunkBytes = 256 << 10
    /// Of the start of a file, which tells what it holds.
    private static let startBytes = 4 << 10

    private nonisolated let executor: ThreadExecutor
    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe executor.asUnownedSerialExecutor()
    }
    private nonisolated let reads = TaskSet()
    private let holdsDocuments: Bool
    private var files: ArraySlice<String>
    private var descriptor: Int32?
    private var isAtStart = true
    /// Whether the file read now has not ended its last line.
    private var isInLine = false

    /// These files; those that are to hold documents are refused when they are of another format.
    package init(_ files: [String], holdsDocuments: Bool) throws(ThreadError) {
        executor = try ThreadExecutor(name: "input")
        self.holdsDocuments = holdsDocuments
        self.files = files[...]
    }

    /// Bytes of all files, nil when one of them is not a regular file.
    nonisolated static func totalBytes(of files: [String]) -> Int? {
        var total = 0
        for file in files {
            var status = stat()
            guard file != "-", unsafe stat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG
            else { return nil }
            total += Int(status.st_size)
        }
        return total
    }

    /// Looks at the starts of all regular files, before the first of them is read.
    ///
    /// - Throws: ``UsageError`` for one of another format.
    nonisolated func checkStarts() async throws {
        let check = OneShot<Void>()
        reads.start { await self.checkStarts(check) }
        try await check.value()
    }

    /// The next bytes, empty at the end of the last file.
    ///
    /// - Throws: ``InputError``, ``UsageError`` for a file of another format, or
    ///   `CancellationError`.
    package nonisolated func next() async throws -> [UInt8] { try await next(until: nil) ?? [] }

    /// As ``next()``, but nil when nothing has come at the deadline.
    ///
    /// What is there is read even after the deadline.
    ///
    /// - Throws: ``InputError``, or `CancellationError`.
    nonisolated func next(until deadline: MonotonicTime?) async throws -> [UInt8]? {
        let chunk = OneShot<[UInt8]?>()
        reads.start { await self.read(into: chunk, until: deadline) }
        return try await chunk.value()
    }

    private func checkStarts(_ check: OneShot<Void>) {
        check.settle(
            Result {
                for file in files where Self.totalBytes(of: [file]) != nil {
                    // One that cannot be read is found out when its turn comes.
                    guard let descriptor = try? Self.open(file) else { continue }
                    defer { close(descriptor) }
                    guard let start = try? Self.read(descriptor, file, Self.startBytes) else {
                        continue
                    }
                    try checkStart(start, of: file)
                }
            }
        )
    }

    private func checkStart(_ bytes: [UInt8], of file: String) throws(UsageError) {
        guard holdsDocuments else { return }
        try DocumentFormat.check(bytes.prefix(Self.startBytes), of: file)
    }

    private func read(into chunk: OneShot<[UInt8]?>, until deadline: MonotonicTime?) {
        chunk.settle(Result { try readNext(until: deadline) })
    }

    private func readNext(until deadline: MonotonicTime?) throws -> [UInt8]? {
        while true {
            if descriptor == nil {
                guard let file = files.first else { return [] }
                descriptor = try Self.open(file)
                isAtStart = true
            }
            guard let descriptor, let file = files.first else { return [] }
            if let deadline, try !Self.isReadable(descriptor, file, by: deadline) { return nil }
            let bytes = try Self.read(descriptor, file, Self.chunkBytes)
            if isAtStart { try checkStart(bytes, of: file) }
            isAtStart = false
            if let last = bytes.last {
                isInLine = last != UInt8(ascii: "\n")
                return bytes
            }
            if file != "-" { close(descriptor) }
            self.descriptor = nil
            files.removeFirst()
            // The first line of the next file is a line of its own.
            if isInLine, !files.isEmpty { return endLine() }
        }
    }

    private func endLine() -> [UInt8] {
        isInLine = false
        return [UInt8(ascii: "\n")]
    }

    private static func open(_ file: String) throws(InputError) -> Int32 {
        guard file != "-" else { return STDIN_FILENO }
        let descriptor = unsafe Glibc.open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(file) }
        return descriptor
    }

    /// Whether a read would return now, or at the deadline at the latest.
    private static func isReadable(
        _ descriptor: Int32,
        _ file: String,
        by deadline: MonotonicTime
    ) throws(InputError) -> Bool {
        var asked = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while true {
            let left = deadline.nanoseconds(since: .now()) / 1_000_000
            let count = unsafe poll(&asked, 1, Int32(clamping: left))
            // What is not to be polled, an end and an error are all read at once.
            if count >= 0 { return count > 0 }
            guard errno == EINTR else { throw failure(file) }
        }
    }

    private static func read(
        _ descriptor: Int32,
        _ file: String,
        _ bytesMaximum: Int
    ) throws(InputError) -> [UInt8] {
        var count = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: bytesMaximum) { buffer, filled in
            repeat {
                count = unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
            } while count < 0 && errno == EINTR
            filled = max(0, count)
        }
        guard count >= 0 else { throw failure(file) }
        return bytes
    }

    private static func failure(_ file: String) -> InputError {
        let reason = unsafe String(cString: strerror(errno))
        return InputError(message: "\(file): \(reason)")
    }
}
