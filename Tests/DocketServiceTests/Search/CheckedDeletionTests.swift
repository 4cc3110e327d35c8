import DocketCore
import DocketTelemetry
import Testing

@testable import DocketService

@Suite("Deletes by filter of an index, checked against the truth", .timeLimit(.minutes(5)))
struct CheckedDeletionTests {
    private static let tenant = TenantID(7)
    private let registry = MetricsRegistry()

    private func collection() throws -> Collection {
        Collection(
            number: 3,
            name: "papers",
            schema: try CollectionSchema([AttributeDefinition("year", .number, [.filter])]),
            schemaEpoch: 1,
            createdMicroseconds: 0
        )
    }

    private func make(_ count: UInt64) throws -> (MemoryIndex, MemoryTruth, CheckedDeletion) {
        let index = MemoryIndex(Self.tenant, (1...count).map { MemoryIndex.Entry(number: $0) })
        let documents = (1...count).map { ($0, Document(id: "d\($0)", body: "tea")) }
        let truth = MemoryTruth(
            try collection().schema,
            Dictionary(uniqueKeysWithValues: documents)
        )
        let deletion = CheckedDeletion(
            index: index,
            truth: truth,
            removals: KnownRemovals(),
            registry: registry,
            logger: .silent
        )
        return (index, truth, deletion)
    }

    private func slice(after number: UInt64, limit: Int) throws -> DeleteSlice {
        DeleteSlice(
            collection: try collection(),
            filter: .exists(slot: 0),
            after: number,
            limit: limit
        )
    }

    @Test("deletes what is still as it was found, slice by slice")
    func slices() async throws {
        let (index, truth, deletion) = try make(10)
        truth.update(2) { $0.newest = 5 }
        truth.hide([3])
        var next: UInt64? = 0
        var deleted = 0
        while let after = next {
            let result = try await deletion.deleteMatching(
                Self.tenant,
                try slice(after: after, limit: 4),
                work: WorkLimit()
            )
            deleted += result.deleted
            next = result.next
        }
        #expect(deleted == 8 && truth.visible == [2])
        #expect(index.asked.map(\.filter) == [BoundFilter](repeating: .exists(slot: 0), count: 3))
        let shown = FieldSelection(title: false, body: false, slots: [])
        #expect(truth.asked.allSatisfy { $0.shows == shown })
    }

    @Test("an index that names somebody else's document deletes nothing")
    func foreign() async throws {
        let (index, truth, deletion) = try make(10)
        index.answer { $0[4].tenant = TenantID(8) }
        let slice = try slice(after: 0, limit: 100)
        let error = await failure {
            _ = try await deletion.deleteMatching(Self.tenant, slice, work: WorkLimit())
        }
        #expect(error?.code == .internalError && truth.visible.count == 10)
    }
}
