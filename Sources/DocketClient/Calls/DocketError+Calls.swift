internal import DocketCore
internal import DocketMessages
internal import DocketRPC
internal import DocketRuntime

extension DocketError {
    /// An error of connecting or of a call.
    init(calling error: any Error) {
        switch error {
        case let error as DocketError: self = error
        case let failure as CallFailure: self.init(failure.status)
        case is CancellationError: self = .taskCancelled
        case is DeadlineExceeded: self = .tooLate
        default:
            self.init(.unavailable, "\(error)")
            isUnreachable = true
        }
    }

    /// An error of waiting for a connection: nothing was sent.
    init(waiting error: any Error) {
        self.init(calling: error)
        isNotProcessed = true
        isUnreachable = isUnreachable || code == .unavailable
    }

    static let taskCancelled = DocketError(.cancelled, "the task was cancelled")
    static let tooLate = DocketError(.deadlineExceeded, "the deadline has passed")
}
