internal import DocketRPC
internal import DocketTelemetry

/// Says in the log how connections ended.
struct ConnectionLog: Sendable {
    /// Lines a second: peers decide how often a connection fails.
    private static let linesMaximum = 10
    private let faults = LogRate(maximum: linesMaximum)
    private let others = LogRate(maximum: linesMaximum)
    private let logger: Logger

    init(_ logger: Logger) { self.logger = logger }

    func ended(_ end: ConnectionEnd) {
        let level: LogLevel = end.isFault ? .info : .debug
        guard logger.isEnabled(level),
            let leftOut = (end.isFault ? faults : others).next()
        else { return }
        var fields: LogFields = [
            "peer": .string("\(end.peer)"), "reason": .string(end.reason),
            "lasted_us": .microseconds(end.lasted),
        ]
        if leftOut > 0 { fields.append("left_out", .number(leftOut)) }
        if end.isFault {
            logger.info("a connection failed", fields)
        } else {
            logger.debug("a connection ended", fields)
        }
    }
}
