/// Which lines of an upload have been answered: batches may be answered in any order.
struct UploadLedger: Sendable {
    private var open: [Int: ClosedRange<Int>] = [:]
    private var answered: [ClosedRange<Int>] = []
    private var lastBatch = 0

    /// All lines up to this one are answered: an upload can go on after it.
    private(set) var acknowledgedLine: Int

    /// An upload whose first line is `fromLine`.
    init(fromLine: Int) { acknowledgedLine = fromLine - 1 }

    /// Lines that were read and go into one batch; lines are batched in order, without gaps.
    mutating func begin(_ lines: ClosedRange<Int>) -> Int {
        lastBatch += 1
        open[lastBatch] = lines
        return lastBatch
    }

    /// The batch is answered.
    mutating func end(_ batch: Int) {
        guard let lines = open.removeValue(forKey: batch) else { return }
        let place = answered.firstIndex { $0.lowerBound > lines.lowerBound } ?? answered.count
        answered.insert(lines, at: place)
        while let first = answered.first, first.lowerBound == acknowledgedLine + 1 {
            acknowledgedLine = first.upperBound
            answered.removeFirst()
        }
    }
}
