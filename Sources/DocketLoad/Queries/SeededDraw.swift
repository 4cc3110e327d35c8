/// Numbers that look random and are the same for the same seed, whatever the version of Swift.
///
/// SplitMix64.
struct SeededDraw: Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// A number from 0 up to, not including, `bound`; 0 where that is not positive.
    mutating func number(below bound: Int) -> Int {
        // Its bias, of `bound` in 2^64, is nothing to the draws made here.
        Int(next().multipliedFullWidth(by: UInt64(max(1, bound))).high)
    }

    /// True once in so many times.
    mutating func isOne(in times: Int) -> Bool { number(below: times) == 0 }

    /// A number above 0, up to 1.
    mutating func fraction() -> Double { Double((next() >> 11) + 1) * 0x1p-53 }

    private mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var word = state
        word = (word ^ (word >> 30)) &* 0xbf58_476d_1ce4_e5b9
        word = (word ^ (word >> 27)) &* 0x94d0_49bb_1331_11eb
        return word ^ (word >> 31)
    }
}
