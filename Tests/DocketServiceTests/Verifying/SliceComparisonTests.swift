import DocketCore
import Testing

@testable import DocketService

@Suite("Comparing a slice of the truth with an index", .timeLimit(.minutes(5)))
struct SliceComparisonTests {
    private static let tenant = TenantID(7)
    private static let place = IndexPlace(name: "pool")
    private static let collection: UInt32 = 3

    private static func expected(
        _ number: UInt64,
        _ state: DocumentState = .indexed,
        version: UInt64 = 10,
        isQueued: Bool = false,
        isApplied: Bool = false
    ) -> ExpectedDocument {
        ExpectedDocument(
            number: number,
            collection: collection,
            version: version,
            state: state,
            isQueued: isQueued,
            isApplied: isApplied,
            place: place
        )
    }

    private static func held(
        _ number: UInt64,
        version: UInt64 = 10,
        of tenant: TenantID = tenant,
        isWhole: Bool = true,
        in place: IndexPlace = place
    ) -> HeldDocument {
        HeldDocument(
            owner: .init(tenant: tenant, collection: collection, number: number),
            isWhole: isWhole,
            version: version,
            place: place,
            name: "\(tenant.number).3.\(number)",
            routing: "\(tenant.number)"
        )
    }

    private static func compare(
        _ expected: [ExpectedDocument],
        _ held: [HeldDocument]
    ) -> [IndexDifference] {
        var comparison = SliceComparison(tenant, collection, in: nil, expected)
        return comparison.add(held, through: nil)
    }

    private static func queued(_ number: UInt64, held: UInt64) -> IndexDifference.Remedy {
        .queue(RepairedDocument(number: number, known: 10, held: held))
    }

    @Test("finds nothing where both are the same, whatever is being changed")
    func same() {
        var comparison = SliceComparison(
            Self.tenant,
            Self.collection,
            in: nil,
            [
                Self.expected(1), Self.expected(2, .deleted), Self.expected(3, .failed),
                Self.expected(4, .indexing, isQueued: true),
                Self.expected(5, .indexing, version: 12, isApplied: true),
                Self.expected(6, .deleting, isQueued: true),
            ]
        )
        let held = [Self.held(1), Self.held(5, version: 12), Self.held(6, version: 3)]
        #expect(comparison.add(held, through: nil) == [])
        #expect(comparison.compared == 3 && comparison.waiting == 3)
    }

    @Test("tells missing, stale and extra documents, and what puts each right")
    func differences() {
        let found = Self.compare(
            [
                Self.expected(1), Self.expected(2), Self.expected(3), Self.expected(4, .failed),
                Self.expected(5, .indexing), Self.expected(6, .deleted),
            ],
            [
                Self.held(2, version: 9), Self.held(3, version: 11), Self.held(4, version: 8),
                Self.held(6, version: 7), Self.held(9),
            ]
        )
        #expect(found.map(\.number) == [1, 2, 3, 4, 5, 6, 9])
        #expect(
            found.map(\.kind) == [.missing, .stale, .stale, .extra, .missing, .extra, .extra]
        )
        #expect(
            found.map(\.remedy) == [
                Self.queued(1, held: 0), Self.queued(2, held: 9), Self.queued(3, held: 11),
                Self.queued(4, held: 8), Self.queued(5, held: 0), Self.queued(6, held: 7),
                .remove(Self.held(9)),
            ]
        )
    }

    @Test("compares a slice page by page")
    func pages() {
        var comparison = SliceComparison(
            Self.tenant,
            Self.collection,
            in: nil,
            [Self.expected(1), Self.expected(2), Self.expected(3), Self.expected(4)]
        )
        let first = comparison.add([Self.held(1), Self.held(3)], through: 3)
        #expect(first.map(\.number) == [2])
        #expect(comparison.add([], through: 10).map(\.number) == [4])
        #expect(comparison.compared == 4)
    }

    @Test("a copy beside the document's place is extra, and removed there")
    func copies() {
        let other = IndexPlace(name: "other")
        let copy = Self.held(1, in: other)
        let found = Self.compare([Self.expected(1)], [copy, Self.held(1)])
        #expect(found.map(\.kind) == [.extra])
        #expect(found.map(\.remedy) == [.remove(copy)])
        let alone = Self.compare([Self.expected(1)], [copy])
        #expect(alone.map(\.kind) == [.missing, .extra])
    }

    @Test("another tenant's document is foreign: the name is at fault, or the document")
    func foreign() {
        let other = TenantID(8)
        let damaged = Self.held(1, of: other, isWhole: false)
        let found = Self.compare([], [Self.held(2, of: other), damaged])
        #expect(found.map(\.kind) == [.foreign, .foreign])
        #expect(found.map(\.remedy) == [.restoreName, .remove(damaged)])
        var nameless = damaged
        nameless.owner = nil
        #expect(Self.compare([], [nameless]).map(\.kind) == [.foreign])
    }

    @Test("a suspicion holds where the truth still says what it said")
    func confirmed() {
        let suspicions = Self.compare([Self.expected(1), Self.expected(2)], [Self.held(9)])
        #expect(suspicions.count == 3)
        let changed = [Self.expected(1, .indexing, version: 20, isQueued: true), Self.expected(2)]
        let found = SliceComparison.confirmed(suspicions, changed)
        #expect(found.map(\.number) == [2, 9])
        // One that was uploaded meanwhile is not extra.
        let new = [Self.expected(1), Self.expected(2), Self.expected(9)]
        #expect(SliceComparison.confirmed(suspicions, new).map(\.number) == [1, 2])
        // Under a number of another collection it is.
        var other = Self.expected(9)
        other.collection = 4
        let known = [Self.expected(1), Self.expected(2), other]
        #expect(SliceComparison.confirmed(suspicions, known).map(\.number) == [1, 2, 9])
    }
}
