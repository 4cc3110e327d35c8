/// Draws indices with given weights, each in the same time: Walker's alias method.
///
/// Each index has a column as high as the mean weight, filled up by one other index. The
/// arithmetic is of whole numbers, so the same seed draws the same on every machine.
struct WeightedDraw: Sendable {
    private struct Column {
        /// Draws below this height are the column's own index, the others `alias`.
        var height: UInt64
        var alias: Int32
    }

    private var columns: [Column]
    /// The height of every column.
    private let height: UInt64

    /// Draws indices of `weights`: at least one, none negative, their sum at most 2^40.
    init(_ weights: [Int]) {
        let total = UInt64(weights.reduce(0, +))
        let count = UInt64(weights.count)
        height = max(1, total)
        // Times `count`, so that the mean is a whole number: the sum.
        columns = weights.map { Column(height: UInt64($0) * count, alias: 0) }
        var low: [Int32] = []
        var high: [Int32] = []
        for index in columns.indices {
            columns[index].alias = Int32(index)
            if columns[index].height < height {
                low.append(Int32(index))
            } else {
                high.append(Int32(index))
            }
        }
        while let filled = low.popLast(), let filler = high.popLast() {
            columns[Int(filled)].alias = filler
            columns[Int(filler)].height -= height - columns[Int(filled)].height
            if columns[Int(filler)].height < height {
                low.append(filler)
            } else {
                high.append(filler)
            }
        }
    }

    /// The next index.
    func index(_ draw: inout SeededDraw) -> Int {
        let place = draw.number(below: columns.count)
        let column = columns[place]
        return UInt64(draw.number(below: Int(height))) < column.height ? place : Int(column.alias)
    }
}
