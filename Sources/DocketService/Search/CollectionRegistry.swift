package import DocketCache
package import DocketCore
internal import DocketSystem
internal import Synchronization

/// The collections in use with their live generations, and who hears when those change.
///
/// Every cached reply refers to the state that it was filled at, so a state that leaves the
/// registry is retired first: no reply of it is given again.
package final class CollectionRegistry: GenerationObserver {
    private struct Key: Hashable {
        let tenant: TenantID
        let number: UInt32
    }

    private struct Name: Hashable {
        let tenant: TenantID
        let name: String
    }

    private struct State {
        var open: [Name: OpenCollection] = [:]
        var states: [Key: CollectionState] = [:]
    }

    private let store: any DocumentStore
    private let generations: any GenerationSource
    private let removals: KnownRemovals?
    private let onFilled: @Sendable (WorkHint) -> Void
    private let onDeleted: @Sendable (TenantID) -> Void
    private let statesMaximum: Int
    private let state = Mutex(State())

    /// A registry that tells `onFilled` of tenants whose documents wait to be indexed, and
    /// `onDeleted` of tenants that are gone.
    ///
    /// It knows `statesMaximum` collections at once; beyond it one is retired and read again when
    /// it is asked for.
    ///
    /// `removals` are there where other servers change the same truth: what this server's store
    /// removes is put there, and generations hold as long as ``ChangeWatch`` confirms them. nil
    /// where the store itself tells each change.
    package init(
        store: any DocumentStore,
        generations: any GenerationSource,
        removals: KnownRemovals? = nil,
        statesMaximum: Int = 100_000,
        onFilled: @escaping @Sendable (WorkHint) -> Void,
        onDeleted: @escaping @Sendable (TenantID) -> Void
    ) {
        self.store = store
        self.generations = generations
        self.removals = removals
        self.statesMaximum = statesMaximum
        self.onFilled = onFilled
        self.onDeleted = onDeleted
    }

    /// The collection of this name when it is in use already; nil says nothing.
    func opened(_ tenant: TenantID, _ name: String) -> OpenCollection? {
        let open = state.withLock { $0.open[Name(tenant: tenant, name: name)] }
        return open.flatMap { $0.isCurrent ? $0 : nil }
    }

    /// The collection of this name with its live state.
    ///
    /// - Throws: ``DocketError`` `notFound`, also for the name of another tenant's collection.
    package func open(
        _ tenant: TenantID,
        _ name: String,
        work: WorkLimit
    ) async throws(DocketError) -> OpenCollection {
        if let open = opened(tenant, name) { return open }
        guard ResourceName.fault(in: name) == nil else {
            throw .invalid("collection", name.isEmpty ? "is missing" : "is not the name of one")
        }
        let collection = try await store.collection(tenant, named: name, work: work)
        // Registered before the generations are read, so that no change meanwhile goes unheard.
        let key = Key(tenant: tenant, number: collection.number)
        let live = register(key)
        do throws(DocketError) {
            let asked = MonotonicTime.now().nanoseconds
            let now = try await generations.generations(tenant, of: collection, work: work)
            live.raise(hard: now.hard, soft: now.soft, schemaEpoch: now.schemaEpoch)
            live.confirm(at: removals == nil ? .max : asked)
        } catch {
            retire { $0 == key }
            throw error
        }
        let open = OpenCollection(collection: collection, state: live)
        // One that is gone meanwhile would only take up room.
        state.withLock { state in
            if open.isCurrent { state.open[Name(tenant: tenant, name: name)] = open }
        }
        return open
    }

    /// The collection's live state, at first without generations.
    private func register(_ key: Key) -> CollectionState {
        state.withLock { state in
            if let live = state.states[key] { return live }
            if state.states.count >= statesMaximum, let some = state.states.first {
                some.value.retire()
                state.states[some.key] = nil
                state.open = state.open.filter { !$0.value.state.isRetired }
            }
            let live = CollectionState(hard: 0, soft: 0, schemaEpoch: 0, confirmed: 0)
            state.states[key] = live
            return live
        }
    }

    /// The truth was asked at `time`, monotonic nanoseconds; all that had changed is known here.
    func confirm(at time: UInt64) {
        let states = state.withLock { Array($0.states.values) }
        for live in states { live.confirm(at: time) }
    }

    // MARK: GenerationObserver

    package func generationsChanged(_ tenant: TenantID, _ collection: UInt32, _ now: Generations) {
        let live = state.withLock { $0.states[Key(tenant: tenant, number: collection)] }
        live?.raise(hard: now.hard, soft: now.soft, schemaEpoch: now.schemaEpoch)
    }

    package func documentsRemoved(
        _ tenant: TenantID,
        _ collection: UInt32,
        _ numbers: [UInt64]
    ) {
        removals?.add(numbers, of: CollectionReference(tenant: tenant, number: collection))
    }

    package func outboxFilled(_ hint: WorkHint) { onFilled(hint) }

    package func collectionDeleted(_ tenant: TenantID, _ collection: UInt32) {
        retire { $0.tenant == tenant && $0.number == collection }
        removals?.forget(CollectionReference(tenant: tenant, number: collection))
    }

    package func tenantDeleted(_ tenant: TenantID) {
        retire { $0.tenant == tenant }
        removals?.forget(tenant)
        onDeleted(tenant)
    }

    private func retire(_ isMeant: (Key) -> Bool) {
        state.withLock { state in
            for (key, live) in state.states where isMeant(key) {
                live.retire()
                state.states[key] = nil
            }
            state.open = state.open.filter { !$0.value.state.isRetired }
        }
    }
}

/// A collection with the state that its cached replies are held against.
package struct OpenCollection: Sendable {
    package let collection: Collection
    package let state: CollectionState

    /// False once the schema has changed or the collection is gone.
    var isCurrent: Bool {
        !state.isRetired && state.mark().schemaEpoch == collection.schemaEpoch
    }
}
