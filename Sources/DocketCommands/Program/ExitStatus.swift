internal import DocketCore

/// How the program ends, as scripts rely on it.
package enum ExitStatus: Int32, Sendable {
    case allWell = 0
    /// Some documents were rejected or failed.
    case someRejected = 1
    case wrongUsage = 2
    /// The server was not reached, or did not answer in time.
    case notReached = 3
    case notPermitted = 4
    case notFound = 5
    /// An error of the server, or too much load on it.
    case serverError = 6
    case interrupted = 130

    /// The status for an error that ended a command.
    init(_ error: DocketError) {
        switch error.code {
        case .invalidArgument, .outOfRange, .alreadyExists, .failedPrecondition:
            self = .wrongUsage
        case .deadlineExceeded: self = .notReached
        case .unavailable: self = error.isUnreachable ? .notReached : .serverError
        case .unauthenticated, .permissionDenied: self = .notPermitted
        case .notFound: self = .notFound
        case .cancelled: self = .interrupted
        default: self = .serverError
        }
    }
}
