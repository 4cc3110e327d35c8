internal import DocketCore
internal import DocketMessages
internal import DocketRPC
internal import DocketTelemetry
internal import DocketWire

/// The layer that turns what a method throws into what its caller learns, and logs the cause.
struct CallFailures: Sendable {
    let logger: Logger
    private let rate = LogRate(maximum: 10)

    init(logger: Logger) { self.logger = logger }

    /// Ends the call; what the caller is not told is logged and stays inside.
    func end(_ call: CallContext, _ error: any Error) async {
        let (status, cause) = Self.failure(error, call.requestID)
        if let cause { log(call, status.code, cause) }
        await call.fail(status)
    }

    /// What the caller is told, and what is behind it.
    private static func failure(
        _ error: any Error,
        _ requestID: String
    ) -> (CallStatus, cause: String?) {
        switch error {
        case let error as DocketError:
            let isOurs = error.code == .internalError || error.code == .dataLoss
            return (error.callStatus, error.cause.text ?? (isOurs ? error.message : nil))
        case let error as CallFailure:
            let isOurs = error.status.code == .internalError
            return (error.status, isOurs ? error.status.message : nil)
        case is CancellationError: return (CallStatus(.cancelled, "the call was cancelled"), nil)
        default:
            let message = "the call failed, see request \(requestID)"
            return (CallStatus(.internalError, message), "\(type(of: error)): \(error)")
        }
    }

    private func log(_ call: CallContext, _ code: StatusCode, _ cause: String) {
        guard let leftOut = rate.next() else { return }
        var fields: LogFields = [
            "method": .string(call.method?.name ?? ""),
            "tenant": .unsigned(call.caller.grant.tenant?.number ?? 0),
            "status": .string(CallMetrics.name(of: code)), "cause": .string(cause),
            "request_id": .string(call.requestID),
        ]
        if leftOut > 0 { fields.append("left_out", .number(leftOut)) }
        let isOurs = code == .internalError || code == .dataLoss
        logger.log(isOurs ? .error : .warning, "a call failed", fields)
    }
}
