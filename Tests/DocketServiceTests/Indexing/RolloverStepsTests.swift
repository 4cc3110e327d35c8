import DocketCore
import Testing

@testable import DocketService

@Suite("The steps of a rollover", .timeLimit(.minutes(1)))
struct RolloverStepsTests {
    private static let limits = {
        var limits = RolloverLimits()
        limits.bytes = 600
        limits.documents = 60
        limits.age = .seconds(100)
        return limits
    }()

    private static func place(_ number: Int) -> IndexPlace { IndexPlace(name: "pool-\(number)") }

    private static func index(
        _ number: Int,
        documents: Int = 1,
        deleted: Int = 0,
        bytes: Int = 0,
        age: Int = 0,
        changes: Int = 0
    ) -> PoolIndex {
        PoolIndex(
            place: place(number),
            documents: documents,
            deleted: deleted,
            bytes: bytes,
            age: .seconds(age),
            changes: changes
        )
    }

    /// Steps that have claimed the pool, where documents go to the index of this number.
    private static func claimed(_ number: Int?) -> RolloverSteps {
        var steps = RolloverSteps(limits)
        #expect(steps.after(.rested) == .claim)
        #expect(steps.after(.claimed(PoolClaim(place: number.map(place)))) == .look)
        return steps
    }

    @Test("make the next index, give it all aliases, and record it last")
    func order() {
        var steps = Self.claimed(nil)
        #expect(
            steps.after(.looked([Self.index(1, documents: 60)])) == .make(after: Self.place(1))
        )
        #expect(steps.after(.made(Self.place(2))) == .attach(Self.place(2)))
        #expect(steps.after(.attached) == .record(from: nil, to: Self.place(2)))
        #expect(steps.after(.recorded(true)) == .rest)
        #expect(steps.after(.rested) == .claim)
    }

    @Test("are taken up where somebody was killed, whatever was done")
    func again() {
        // Made, and given aliases or not: documents still go to the one before.
        var steps = Self.claimed(1)
        let pool = [Self.index(1, documents: 60), Self.index(2, documents: 0)]
        #expect(steps.after(.looked(pool)) == .make(after: Self.place(1)))
        #expect(steps.after(.failed) == .rest)
        #expect(steps.after(.rested) == .claim)
        #expect(steps.after(.claimed(PoolClaim(place: Self.place(1)))) == .look)
        #expect(steps.after(.looked(pool)) == .make(after: Self.place(1)))
        #expect(steps.after(.made(Self.place(2))) == .attach(Self.place(2)))
        #expect(steps.after(.failed) == .rest)
        // Recorded: the new one is looked at.
        steps = Self.claimed(2)
        #expect(steps.after(.looked(pool)) == .rest)
    }

    @Test("do nothing while another server has the claim, or for an index that is not there")
    func others() {
        var steps = RolloverSteps(Self.limits)
        #expect(steps.after(.claimed(nil)) == .rest)
        steps = Self.claimed(3)
        #expect(steps.after(.looked([Self.index(1, documents: 60)])) == .rest)
        steps = Self.claimed(nil)
        #expect(steps.after(.looked([])) == .rest)
    }

    @Test("roll over by bytes, documents, and age where the index is worth it")
    func limits() {
        let full = [
            Self.index(1, documents: 60), Self.index(1, bytes: 600),
            Self.index(1, documents: 10, age: 100), Self.index(1, bytes: 100, age: 100),
            Self.index(1, age: 600),
        ]
        let fitting = [
            Self.index(1, documents: 59, bytes: 599, age: 99), Self.index(1, bytes: 99, age: 599),
            Self.index(1, documents: 0, age: 10_000),
        ]
        for index in full { #expect(Self.limits.isFull(index), "\(index)") }
        for index in fitting { #expect(!Self.limits.isFull(index), "\(index)") }
    }

    @Test("put an old index in order once it is quiet, and again after it was changed")
    func expunge() {
        var steps = Self.claimed(3)
        func look(_ first: PoolIndex, _ second: PoolIndex) -> RolloverSteps.Action {
            let action = steps.after(.looked([first, second, Self.index(3, deleted: 50)]))
            if case .expunge = action { #expect(steps.after(.expunged) == .rest) }
            #expect(steps.after(.rested) == .claim)
            #expect(steps.after(.claimed(PoolClaim(place: Self.place(3)))) == .look)
            return action
        }
        let clean = Self.index(2, documents: 100, deleted: 2, changes: 5)
        #expect(look(Self.index(1, documents: 80, deleted: 20, changes: 7), clean) == .rest)
        // It has changed, and then it has not.
        let used = Self.index(1, documents: 79, deleted: 21, changes: 8)
        #expect(look(used, clean) == .rest)
        #expect(look(used, clean) == .expunge(Self.place(1)))
        #expect(look(used, clean) == .rest)
        let more = Self.index(1, documents: 60, deleted: 19, changes: 27)
        #expect(look(more, clean) == .rest)
        #expect(look(more, clean) == .expunge(Self.place(1)))
    }
}
