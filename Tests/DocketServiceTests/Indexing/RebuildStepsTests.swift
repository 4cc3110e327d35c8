import DocketCore
import DocketSystem
import Testing

@testable import DocketService

@Suite("The steps of a rebuild", .timeLimit(.minutes(1)))
struct RebuildStepsTests {
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

    private func rebuild(_ stage: RebuildStage) -> Rebuild {
        Rebuild(
            tenant: TenantID(1),
            collection: collection,
            number: 7,
            token: 9,
            stage: stage,
            place: IndexPlace(name: "new")
        )
    }

    private func slice(_ numbers: ClosedRange<UInt64>, next: UInt64?) -> RebuildSlice {
        RebuildSlice(
            changes: numbers.map { number in
                IndexChange(
                    tenant: TenantID(1),
                    collection: collection,
                    number: number,
                    version: number,
                    place: IndexPlace(name: "new"),
                    content: nil
                )
            },
            next: next
        )
    }

    /// What was done, in words.
    private func text(_ action: RebuildSteps.Action) -> String {
        switch action {
        case .claim: "claim"
        case .make(let place): "make \(place.name)"
        case .read(let rebuild): "read after \(rebuild.after)"
        case .apply(let changes): "apply \(changes.map { "\($0.number)" }.joined(separator: ","))"
        case .save(let rebuild): "save \(rebuild.documents) up to \(rebuild.after)"
        case .preserve: "preserve"
        case .publish: "publish"
        case .advance(_, let stage, let delay, let reason):
            "advance to \(stage) after \(delay.components.seconds) s\(reason)"
        case .rest: "rest"
        }
    }

    private func run(_ events: [RebuildSteps.Event]) -> [String] {
        var steps = RebuildSteps(RebuildLimits())
        return events.map { text(steps.after($0)) }
    }

    @Test("fill the new index slice by slice, publish it, and empty the old one")
    func whole() {
        #expect(
            run([.claimed(nil), .rested, .claimed(rebuild(.begun)), .made, .advanced])
                == ["rest", "claim", "make new", "advance to filling after 0 s", "claim"]
        )
        let applied = RebuildSteps.Event.applied([.applied, .superseded])
        #expect(
            run([
                .claimed(rebuild(.filling)), .slice(slice(1...2, next: 2)), applied, .saved(true),
                .slice(slice(5...6, next: nil)), applied, .saved(true),
                .preserved(true), .published, .advanced,
            ]) == [
                "read after 0", "apply 1,2", "save 2 up to 2", "read after 2", "apply 5,6",
                "save 4 up to 2", "preserve", "publish", "advance to switched after 10 s", "claim",
            ]
        )
        #expect(
            run([.claimed(rebuild(.switched)), .advanced])
                == ["advance to clearing after 0 s", "claim"]
        )
        #expect(
            run([
                .claimed(rebuild(.clearing)), .slice(slice(1...2, next: nil)), applied,
                .saved(true), .advanced,
            ]) == [
                "read after 0", "apply 1,2", "save 0 up to 0", "advance to done after 0 s", "claim",
            ]
        )
    }

    @Test("publish nothing before there is a snapshot, with the claim renewed")
    func preserved() {
        #expect(
            run([
                .claimed(rebuild(.filling)), .slice(slice(1...1, next: nil)), .applied([.applied]),
                .saved(true), .preserved(false), .rested, .saved(true), .preserved(true),
            ]) == [
                "read after 0", "apply 1", "save 1 up to 0", "preserve", "rest", "save 1 up to 0",
                "preserve", "publish",
            ]
        )
    }

    @Test("leave an index of its own as a whole")
    func ownIndex() {
        var left = rebuild(.clearing)
        left.left = IndexPlace(name: "old")
        #expect(run([.claimed(left)]) == ["advance to done after 0 s"])
    }

    @Test("wait for an index that is busy or held, with the claim renewed")
    func busy() {
        #expect(
            run([
                .claimed(rebuild(.filling)), .slice(slice(1...3, next: 3)),
                .applied([.applied, .busy, .held]), .rested, .saved(true),
                .applied([.applied, .applied]), .saved(true),
            ]) == [
                "read after 0", "apply 1,2,3", "rest", "save 1 up to 0", "apply 2,3",
                "save 3 up to 3", "read after 3",
            ]
        )
    }

    @Test("begin anew when the claim is lost, an answer fails or is none")
    func lost() {
        #expect(
            run([.claimed(rebuild(.filling)), .slice(nil)]) == ["read after 0", "claim"]
        )
        let some = slice(1...1, next: nil)
        #expect(
            run([.claimed(rebuild(.filling)), .slice(some), .applied([.applied]), .saved(false)])
                .last == "claim"
        )
        #expect(
            run([.claimed(rebuild(.filling)), .slice(some), .failed, .rested]).suffix(2)
                == ["rest", "claim"]
        )
        #expect(
            run([.claimed(rebuild(.filling)), .slice(some), .applied([])]).last == "rest"
        )
    }

    @Test("give up when the new index refuses a document, or nobody needs it any longer")
    func givenUp() {
        #expect(
            run([
                .claimed(rebuild(.filling)), .slice(slice(1...1, next: nil)),
                .applied([.refused(reason: "no")]),
            ]).last == "advance to failed after 0 sthe new index refuses a document: no"
        )
        var deleted = rebuild(.filling)
        deleted.isCollectionDeleted = true
        #expect(
            run([.claimed(deleted)]) == ["advance to failed after 0 sthe collection was deleted"]
        )
        // What it left behind goes first.
        deleted.stage = .switched
        #expect(run([.claimed(deleted)]) == ["advance to clearing after 0 s"])
    }
}
