internal import DocketSystem
internal import Glibc
internal import Synchronization

/// Writes log records as JSON lines to standard error or a file, from a thread of its own.
///
/// Records wait in a bounded queue; when it is full they are dropped and counted, and a later line
/// says how many. A pipe that nobody reads stops nobody but this thread.
package final class LogOutput: LogSink, Sendable {
    private struct Queue {
        var records: [LogRecord] = []
        var isSleeping = false
        var isClosing = false
    }

    /// Records that wait to be written, unless configured.
    package static let capacityDefault = 4096
    /// How long `close()` waits for a file that takes nothing.
    private static let closingPatience = 10
    private static let pollMilliseconds: Int32 = 100

    private let capacity: Int
    private let file: LogFileHandle
    private let queue = Mutex(Queue())
    private let dropped = Atomic<Int>(0)
    private let wakeup = Semaphore()
    private let thread = Mutex<SystemThread?>(nil)

    /// Writes to an open descriptor, which stays open; to standard error if none is given.
    package init(descriptor: Int32 = STDERR_FILENO, capacity: Int = capacityDefault) {
        self.capacity = capacity
        file = LogFileHandle(borrowing: descriptor)
        start()
    }

    /// Appends to a file.
    package init(path: String, capacity: Int = capacityDefault) throws(LogFileError) {
        self.capacity = capacity
        file = try LogFileHandle(appendingTo: path)
        start()
    }

    /// Records dropped since the start.
    package var droppedRecords: Int { dropped.load(ordering: .relaxed) }

    /// Records that wait to be written.
    package var waitingRecords: Int { queue.withLock { $0.records.count } }

    package func accept(_ record: LogRecord) {
        let (isTaken, mustWake) = queue.withLock { queue in
            guard queue.records.count < capacity, !queue.isClosing else { return (false, false) }
            queue.records.append(record)
            defer { queue.isSleeping = false }
            return (true, queue.isSleeping)
        }
        if !isTaken { dropped.add(1, ordering: .relaxed) }
        if mustWake { wakeup.signal() }
    }

    /// Writes what waits and ends the thread; gives up after a second in which nothing is taken.
    package func close() {
        let mustWake = queue.withLock { queue in
            queue.isClosing = true
            defer { queue.isSleeping = false }
            return queue.isSleeping
        }
        if mustWake { wakeup.signal() }
        thread.withLock { $0 }?.join()
    }

    private func start() {
        do throws(ThreadError) {
            let started = try SystemThread(name: "log") { [self] in run() }
            thread.withLock { $0 = started }
        } catch {
            // Without a thread every record is counted as dropped.
            queue.withLock { $0.isClosing = true }
        }
    }

    private func run() {
        var reported = 0
        while let records = next() {
            var lines: [UInt8] = []
            for record in records { record.encode(into: &lines) }
            let droppedNow = droppedRecords
            if droppedNow != reported {
                let fields: LogFields = ["dropped": .number(droppedNow - reported)]
                LogRecord(
                    time: WallClock.microseconds(),
                    level: .warning,
                    message: "log lines were dropped",
                    fields: fields
                ).encode(into: &lines)
                reported = droppedNow
            }
            let lost = lines[write(lines)...].count { $0 == UInt8(ascii: "\n") }
            dropped.add(lost, ordering: .relaxed)
        }
    }

    /// Waits for records and takes them all; nil when there are none and will be none.
    private func next() -> [LogRecord]? {
        while true {
            let (records, isClosing) = queue.withLock { queue in
                let records = queue.records
                queue.records = []
                queue.isSleeping = records.isEmpty && !queue.isClosing
                return (records, queue.isClosing)
            }
            if !records.isEmpty { return records }
            if isClosing { return nil }
            wakeup.wait()
        }
    }

    /// Writes the lines; how many bytes of them the file took before it failed, or took nothing for
    /// too long while the output closes.
    private func write(_ lines: [UInt8]) -> Int {
        var start = 0
        var patience = Self.closingPatience
        while start < lines.count, patience > 0 {
            if file.waitUntilWritable(milliseconds: Self.pollMilliseconds) {
                guard let written = file.write(lines, from: start) else { break }
                start += written
            } else if queue.withLock({ $0.isClosing }) {
                patience -= 1
            }
        }
        return start
    }
}
