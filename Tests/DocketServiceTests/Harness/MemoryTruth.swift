import DocketCore
import Synchronization

/// The truth of one collection in memory.
final class MemoryTruth: HitTruth {
    struct Entry: Sendable {
        var document: Document
        var indexed: UInt64 = 1
        var newest: UInt64 = 1
        var isHidden = false
    }

    private struct State {
        var entries: [UInt64: Entry] = [:]
        var failure: DocketError?
        var asked: [(hits: [HitReference], shows: FieldSelection)] = []
    }

    private let state = Mutex(State())
    private let schema: CollectionSchema

    init(_ schema: CollectionSchema, _ documents: [UInt64: Document]) {
        self.schema = schema
        state.withLock { $0.entries = documents.mapValues { Entry(document: $0) } }
    }

    /// What it was asked, in order.
    var asked: [(hits: [HitReference], shows: FieldSelection)] { state.withLock { $0.asked } }

    /// Documents that may be seen.
    var visible: Set<UInt64> {
        state.withLock { Set($0.entries.filter { !$0.value.isHidden }.keys) }
    }

    func update(_ number: UInt64, _ change: (inout Entry) -> Void) {
        state.withLock { state in
            guard var entry = state.entries[number] else { return }
            change(&entry)
            state.entries[number] = entry
        }
    }

    func hide(_ numbers: some Sequence<UInt64>) {
        for number in numbers { update(number) { $0.isHidden = true } }
    }

    func fail(with error: DocketError?) { state.withLock { $0.failure = error } }

    func check(
        _ tenant: TenantID,
        in collection: Collection,
        _ hits: [HitReference],
        shows: FieldSelection,
        limitBytes: Int,
        work: WorkLimit
    ) async throws(DocketError) -> [CheckedHit?] {
        let (entries, failure) = state.withLock { state in
            state.asked.append((hits, shows))
            return (state.entries, state.failure)
        }
        if let failure { throw failure }
        var bytes = 0
        return hits.prefix { hit in
            defer { bytes += entries[hit.number].map { show($0.document, shows).bytes } ?? 0 }
            return bytes <= limitBytes
        }.map { hit in
            guard let entry = entries[hit.number], !entry.isHidden,
                (entry.indexed...entry.newest).contains(hit.version)
            else { return nil }
            return CheckedHit(
                newestVersion: entry.newest,
                shown: StoredDocument(
                    number: hit.number,
                    version: hit.version,
                    state: entry.newest > hit.version ? .indexing : .indexed,
                    document: show(entry.document, shows)
                )
            )
        }
    }

    private func show(_ document: Document, _ shows: FieldSelection) -> Document {
        Document(
            id: document.id,
            title: shows.title ? document.title : "",
            body: shows.body ? document.body : "",
            attributes: document.attributes.filter { attribute in
                guard let slots = shows.slots else { return true }
                return schema.slot(of: attribute.name).map(slots.contains) ?? false
            }
        )
    }

    func deleteUnchanged(
        _ tenant: TenantID,
        in collection: Collection,
        _ documents: [HitReference],
        work: WorkLimit
    ) async throws(DocketError) -> Int {
        state.withLock { state in
            documents.count { document in
                guard state.entries[document.number]?.newest == document.version else {
                    return false
                }
                state.entries[document.number]?.isHidden = true
                return true
            }
        }
    }
}
