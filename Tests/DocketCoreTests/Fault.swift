import DocketCore

/// The field and the reason of the error that `body` throws, as `field: reason`; nil for none.
func fault(_ body: () throws(DocketError) -> Void) -> String? {
    do throws(DocketError) {
        try body()
        return nil
    } catch {
        guard error.code == .invalidArgument, let detail = error.details.first else {
            return "\(error)"
        }
        return "\(detail.field): \(detail.reason)"
    }
}

/// The field that the error of `body` names; nil for no error.
func faultyField(_ body: () throws(DocketError) -> Void) -> String? {
    fault(body)?.split(separator: ":", maxSplits: 1).first.map(String.init)
}
