import DocketCore
import Testing

@testable import DocketService

@Suite("The steps of a second search engine", .timeLimit(.minutes(1)))
struct TwinStepsTests {
    private let collection: Collection

    init() throws {
        collection = Collection(
            number: 1,
            name: "papers",
            schema: try CollectionSchema([]),
            schemaEpoch: 1,
            createdMicroseconds: 0
        )
    }

    private func claim(_ stage: TwinStage, after: UInt64 = 0) -> TwinClaim {
        TwinClaim(
            cluster: "new",
            token: 7,
            stage: stage,
            collection: CollectionReference(tenant: TenantID(1), number: 1),
            after: after,
            documents: 0
        )
    }

    private func slice(
        _ numbers: [UInt64],
        next: UInt64?,
        place: IndexPlace? = nil
    ) -> TwinSlice {
        let reference = CollectionReference(tenant: TenantID(1), number: 1)
        var slice = TwinSlice(collection: reference, place: place)
        slice.changes = numbers.map { number in
            IndexChange(
                tenant: TenantID(1),
                collection: collection,
                number: number,
                version: number,
                place: IndexPlace(name: "pool"),
                content: nil
            )
        }
        slice.next = next
        return slice
    }

    private func text(_ action: TwinSteps.Action) -> String {
        switch action {
        case .claim: "claim"
        case .prepare: "prepare"
        case .read(let claim): "read \(claim.collection.number) after \(claim.after)"
        case .publish(let place, _, let cluster): "publish \(place.name) in \(cluster)"
        case .apply(let changes): "apply \(changes.map(\.number))"
        case .save(let claim):
            "save \(claim.documents), \(claim.collection.number) after \(claim.after)"
        case .refresh: "refresh"
        case .advance(_, let stage): "advance to \(stage)"
        case .rest: "rest"
        }
    }

    @Test("prepare it, fill it collection by collection, and refresh it before it is ready")
    func order() {
        var steps = TwinSteps(TwinLimits())
        #expect(text(steps.after(.claimed(claim(.preparing)))) == "prepare")
        #expect(text(steps.after(.prepared)) == "advance to filling")
        #expect(text(steps.after(.advanced)) == "claim")
        #expect(text(steps.after(.claimed(claim(.filling)))) == "read 1 after 0")
        #expect(text(steps.after(.slice(slice([3, 5], next: 5)))) == "apply [3, 5]")
        #expect(text(steps.after(.applied([.applied, .superseded]))) == "save 2, 1 after 5")
        #expect(text(steps.after(.saved(true))) == "read 1 after 5")
        #expect(text(steps.after(.slice(slice([9], next: nil)))) == "apply [9]")
        #expect(text(steps.after(.applied([.applied]))) == "save 3, 2 after 0")
        #expect(text(steps.after(.saved(true))) == "read 2 after 0")
        #expect(text(steps.after(.slice(TwinSlice()))) == "refresh")
        #expect(text(steps.after(.refreshed)) == "advance to ready")
    }

    @Test("give a collection its own index first")
    func own() {
        var steps = TwinSteps(TwinLimits())
        #expect(text(steps.after(.claimed(claim(.filling)))) == "read 1 after 0")
        let own = slice([3], next: nil, place: IndexPlace(name: "own"))
        #expect(text(steps.after(.slice(own))) == "publish own in new")
        #expect(text(steps.after(.published)) == "apply [3]")
    }

    @Test("keep what it is too busy for, and hold the claim meanwhile")
    func busy() {
        var steps = TwinSteps(TwinLimits())
        _ = steps.after(.claimed(claim(.filling)))
        _ = steps.after(.slice(slice([3, 5, 7], next: nil)))
        #expect(text(steps.after(.applied([.applied, .busy, .held]))) == "rest")
        #expect(text(steps.after(.rested)) == "save 1, 1 after 0")
        #expect(text(steps.after(.saved(true))) == "apply [5, 7]")
        #expect(text(steps.after(.applied([.applied, .applied]))) == "save 3, 2 after 0")
    }

    @Test("begin again after a failure, a lost claim, and when it comes back")
    func failures() {
        var steps = TwinSteps(TwinLimits())
        _ = steps.after(.claimed(claim(.filling)))
        #expect(text(steps.after(.failed)) == "rest")
        #expect(text(steps.after(.rested)) == "claim")
        #expect(text(steps.after(.claimed(nil))) == "rest")
        _ = steps.after(.claimed(claim(.filling)))
        #expect(text(steps.after(.slice(nil))) == "claim")
        #expect(text(steps.after(.claimed(claim(.away)))) == "prepare")
    }
}
