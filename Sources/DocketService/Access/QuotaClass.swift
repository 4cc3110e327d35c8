internal import DocketCore

/// What a tenant may hold, in steps: metrics tell tenants apart by these, never by their names.
package enum QuotaClass: Int, CaseIterable, Sendable {
    /// Up to 10,000 documents.
    case small
    /// Up to 1,000,000 documents.
    case medium
    /// More, but not without a bound.
    case large
    /// As many as there is room for.
    case unbounded

    init(_ quota: Quota) {
        self =
            switch quota.documents ?? .max {
            case ...10_000: .small
            case ...1_000_000: .medium
            case .max: .unbounded
            default: .large
            }
    }
}
