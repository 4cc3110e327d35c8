package import DocketCore
package import DocketWire

extension DocketError {
    /// The error that a status says.
    package init(_ status: CallStatus) {
        self.init(
            Code(rawValue: status.code.rawValue),
            status.message,
            details: status.details.map { detail in
                Detail(
                    item: detail.item.map(Int.init),
                    field: detail.field,
                    limit: Int(clamping: detail.limit),
                    reason: detail.reason
                )
            },
            retryAfter: status.retryAfterMilliseconds.map { .milliseconds(Int($0)) },
            isNotProcessed: status.notProcessed
        )
    }

    /// The status that says this error.
    package var callStatus: CallStatus {
        CallStatus(
            StatusCode(rawValue: code.rawValue),
            message,
            details: details.map { detail in
                StatusDetail(
                    field: detail.field,
                    item: detail.item.map { UInt32(clamping: $0) },
                    limit: UInt64(clamping: detail.limit),
                    reason: detail.reason
                )
            },
            retryAfterMilliseconds: retryAfter.map { UInt32(clamping: $0 / .milliseconds(1)) },
            notProcessed: isNotProcessed
        )
    }
}

extension UInt32 {
    fileprivate init(clamping ratio: Double) { self.init(Swift.max(0, Swift.min(4e9, ratio))) }
}
