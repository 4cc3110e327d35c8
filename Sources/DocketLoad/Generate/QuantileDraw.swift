/// Draws numbers that are spread as those of a sample are.
struct QuantileDraw: Sendable {
    private let sorted: [Double]
    /// What every number is a multiple of; nil for any number.
    private let unit: Double?
    /// Whether numbers between those of the sample are drawn as well.
    private let interpolates: Bool

    /// Draws as `sample`, of which there is at least one; multiples of the largest of `units` that
    /// divides them all.
    init(_ sample: [Double], units: [Double]) {
        sorted = sample.sorted()
        unit = units.sorted(by: >).first { unit in
            sample.allSatisfy { ($0 / unit).rounded() * unit == $0 }
        }
        // Few different ones are kinds rather than amounts.
        interpolates = Set(sample).count * 2 > sample.count
    }

    /// The next number, between the smallest and the largest of the sample.
    func next(_ draw: inout SeededDraw) -> Double {
        let place = draw.number(below: sorted.count)
        guard interpolates, place + 1 < sorted.count else { return sorted[place] }
        let number = sorted[place] + (sorted[place + 1] - sorted[place]) * draw.fraction()
        guard let unit else { return number }
        return (number / unit).rounded() * unit
    }
}
