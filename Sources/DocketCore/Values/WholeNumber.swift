/// Whole numbers as number attributes keep them, which are doubles.
public enum WholeNumber: Sendable {
    /// 2^53: up to here a double holds every whole number, beyond only some.
    public static let maximum = 9_007_199_254_740_992

    /// The number; nil where a double holds only another one near it.
    public static func exact(_ number: some FixedWidthInteger) -> Double? {
        Double(exactly: number)
    }

    /// What is wrong with a whole number that a double does not hold.
    public static let fault =
        "is a whole number beyond \(maximum) that a number attribute would round; use a keyword"
}
