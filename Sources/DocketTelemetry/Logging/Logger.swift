internal import DocketSystem

/// Where log records go.
package protocol LogSink: Sendable {
    /// Takes the record or drops it, without waiting; from any thread.
    func accept(_ record: LogRecord)
}

/// Writes log lines of at least one level to a sink, each with the fields of this logger.
///
/// A message is fixed in the code and lower case; what varies is in fields. A call never waits.
package struct Logger: Sendable {
    /// Lines below it are not made.
    package let level: LogLevel
    private let sink: (any LogSink)?
    private var fields: LogFields = [:]

    package init(_ sink: any LogSink, level: LogLevel = .info) {
        self.sink = sink
        self.level = level
    }

    private init() {
        sink = nil
        level = .error
    }

    /// A logger that writes nothing.
    package static let silent = Logger()

    /// This logger, with more fields on every line.
    package func with(_ fields: LogFields) -> Logger {
        var logger = self
        logger.fields.append(contentsOf: fields)
        return logger
    }

    package func isEnabled(_ level: LogLevel) -> Bool { sink != nil && level >= self.level }

    package func debug(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.debug, message, fields())
    }

    package func info(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.info, message, fields())
    }

    package func warning(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.warning, message, fields())
    }

    package func error(_ message: StaticString, _ fields: @autoclosure () -> LogFields = [:]) {
        log(.error, message, fields())
    }

    /// Writes a line; `fields` are not evaluated when the level is below the logger's.
    package func log(
        _ level: LogLevel,
        _ message: StaticString,
        _ fields: @autoclosure () -> LogFields = [:]
    ) {
        guard isEnabled(level), let sink else { return }
        var all = self.fields
        all.append(contentsOf: fields())
        sink.accept(
            LogRecord(time: WallClock.microseconds(), level: level, message: message, fields: all)
        )
    }
}
