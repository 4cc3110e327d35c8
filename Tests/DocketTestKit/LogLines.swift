package import DocketTelemetry
internal import Synchronization

/// Keeps what was logged.
package final class LogLines: LogSink {
    private let lines = Mutex<[String]>([])

    package init() {}

    package func accept(_ record: LogRecord) { lines.withLock { $0.append(record.message) } }

    package var messages: [String] { lines.withLock { $0 } }
}
