/// How much a log line matters.
package enum LogLevel: String, CaseIterable, Comparable, Sendable {
    case debug
    case info
    case warning
    /// Something was lost or refused that should not have been.
    case error

    package static func < (left: LogLevel, right: LogLevel) -> Bool { left.rank < right.rank }

    private var rank: Int {
        switch self {
        case .debug: 0
        case .info: 1
        case .warning: 2
        case .error: 3
        }
    }
}
