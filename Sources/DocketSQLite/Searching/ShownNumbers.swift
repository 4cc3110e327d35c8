internal import DocketCore

/// The documents that earlier pages have shown, asked for one candidate after another.
///
/// Candidates come mostly in ascending order, so that each question is a step or two.
struct ShownNumbers {
    private let numbers: [UInt64]
    /// The first that is not before the number asked for last.
    private var place = 0

    init(_ shown: ShownDocuments) { numbers = shown.numbers }

    mutating func contains(_ number: Int64) -> Bool {
        let wanted = UInt64(bitPattern: number)
        if place > 0, numbers[place - 1] >= wanted { goBack(to: wanted) }
        while place < numbers.count, numbers[place] < wanted { place += 1 }
        return place < numbers.count && numbers[place] == wanted
    }

    private mutating func goBack(to wanted: UInt64) {
        var (low, high) = (0, place)
        while low < high {
            let middle = (low + high) / 2
            if numbers[middle] < wanted { low = middle + 1 } else { high = middle }
        }
        place = low
    }
}
