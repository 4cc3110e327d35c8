package import DocketCore
internal import Synchronization

/// Passes on what a store reports to an observer that is made after the store.
package final class GenerationRelay: GenerationObserver {
    private let observer = Mutex<(any GenerationObserver)?>(nil)

    package init() {}

    /// Everything from now on goes to `observer`.
    package func attach(_ observer: any GenerationObserver) {
        self.observer.withLock { $0 = observer }
    }

    private var attached: (any GenerationObserver)? { observer.withLock { $0 } }

    package func generationsChanged(_ tenant: TenantID, _ collection: UInt32, _ now: Generations) {
        attached?.generationsChanged(tenant, collection, now)
    }

    package func outboxFilled(_ tenant: TenantID) { attached?.outboxFilled(tenant) }

    package func collectionDeleted(_ tenant: TenantID, _ collection: UInt32) {
        attached?.collectionDeleted(tenant, collection)
    }

    package func tenantDeleted(_ tenant: TenantID) { attached?.tenantDeleted(tenant) }
}
