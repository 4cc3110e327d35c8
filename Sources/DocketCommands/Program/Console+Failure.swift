internal import DocketCore
internal import DocketSettings

extension Console {
    /// Says in one line why a program failed, and how it therefore ends.
    package func report(_ error: any Error, of program: String) -> ExitStatus {
        let (status, message): (ExitStatus, String)
        switch error {
        // The reader of the output, such as `head`, has seen enough.
        case is OutputClosed: return .allWell
        case let error as DocketError:
            guard error.code != .cancelled || !Task.isCancelled else { return .interrupted }
            (status, message) = (ExitStatus(error), Self.text(of: error))
        case let error as UsageError: (status, message) = (.wrongUsage, error.message)
        case let error as SettingsError: (status, message) = (.wrongUsage, error.message)
        case let error as InputError: (status, message) = (.wrongUsage, error.message)
        case is CancellationError: return .interrupted
        default: (status, message) = (.serverError, "\(error)")
        }
        writeErrorLine("\(program): \(PlainText.line(message))")
        return status
    }

    private static func text(of error: DocketError) -> String {
        var text = error.code == .unauthenticated ? "\(error)" : error.message
        if text.isEmpty { text = "\(error.code)" }
        if let wait = error.retryAfter, wait > .zero {
            text += " (again after \(NumberText.duration(wait)))"
        }
        return text
    }
}
