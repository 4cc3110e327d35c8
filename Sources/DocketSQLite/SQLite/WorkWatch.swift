internal import DocketCore
internal import DocketRuntime
internal import DocketSystem

/// What work on a connection looks at as it goes on.
///
/// It tells whether anybody still wants the work, and whether it is another's turn. One thread at a
/// time uses it.
final class WorkWatch {
    /// Units of work between two looks: one takes some 100 ns, so that a look comes every few
    /// microseconds and costs little of that.
    static let unitsBetweenLooks = 64

    private var work: WorkLimit?
    private var turn: JobTurn?
    private var unitsLeft = unitsBetweenLooks
    private var isHeeded = true
    /// How often the work has looked since it began.
    private(set) var looks = 0

    /// What is done from here on is done for `work`, in `turn`.
    func begin(_ work: WorkLimit?, _ turn: JobTurn?) {
        self.work = work
        self.turn = turn
        unitsLeft = Self.unitsBetweenLooks
        looks = 0
    }

    func end() { begin(nil, nil) }

    /// Runs what has to come to its end although the work is no longer wanted.
    func unheeded(_ body: () -> Void) {
        isHeeded = false
        body()
        isHeeded = true
    }

    /// Whether the work is no longer wanted; first gives way to others whose turn it is.
    func hasEnded() -> Bool {
        looks += 1
        guard isHeeded, turn != nil || work != nil else { return false }
        let now = MonotonicTime.now()
        turn?.look(at: now)
        return work?.hasEnded(at: now.nanoseconds) ?? false
    }

    /// Counts so much work, and looks when enough has come together.
    ///
    /// - Throws: ``DocketError`` `cancelled` once the work is no longer wanted.
    func spend(_ units: Int = 1) throws(DocketError) {
        unitsLeft -= units
        guard unitsLeft <= 0 else { return }
        unitsLeft = Self.unitsBetweenLooks
        if hasEnded() { throw DocketError(.cancelled, "the work was stopped") }
    }
}
