/// How often keys were asked for lately: a count-min sketch of 4-bit counters that forgets.
///
/// A key has four counters, all in one block of 64 bytes, and was asked for at most as often as the
/// least of them says. After 10 requests for each key that the sketch is made for all counters are
/// halved, so that what was popular gives way to what is: the reset of TinyLFU (Einziger, Friedman,
/// Manes: TinyLFU, a highly efficient cache admission policy, 2017). It takes 8 bytes for each key.
///
/// Hashes are of a keyed hash, so nobody can aim at the counters of others.
struct FrequencySketch: Sendable {
    /// No key counts as asked for more often.
    static let frequencyMaximum = 15
    private static let requestsPerKey = 10
    private static let blockWords = 8
    private static let countersPerKey = 4

    private var words = [UInt64](repeating: 0, count: blockWords)
    /// Requests counted since the last reset, those before it by half.
    private var requests = 0

    /// How many keys it tells apart well.
    var capacity: Int { words.count }

    /// Makes it fit for so many keys; what was counted stays.
    mutating func reserve(_ keys: Int) {
        // A block's keys are those of two blocks then, and each finds its counters in its own.
        while capacity < keys { words += words }
    }

    /// How often a key was asked for lately, 0 to 15.
    func frequency(of hash: UInt64) -> Int {
        let block = firstWord(of: hash)
        var least = UInt64(Self.frequencyMaximum)
        for counter in 0..<Self.countersPerKey {
            let place = Self.place(hash, counter)
            least = min(least, words[block + place.word] &>> place.shift & 15)
        }
        return Int(least)
    }

    /// Counts a request for a key.
    mutating func add(_ hash: UInt64) {
        let block = firstWord(of: hash)
        for counter in 0..<Self.countersPerKey {
            let place = Self.place(hash, counter)
            guard words[block + place.word] &>> place.shift & 15 < 15 else { continue }
            words[block + place.word] &+= 1 &<< place.shift
        }
        requests += 1
        if requests >= Self.requestsPerKey * capacity { reset() }
    }

    private mutating func reset() {
        for index in words.indices { words[index] = words[index] &>> 1 & 0x7777_7777_7777_7777 }
        requests /= 2
    }

    private func firstWord(of hash: UInt64) -> Int {
        Int(truncatingIfNeeded: hash) & (words.count - 1) & ~(Self.blockWords - 1)
    }

    /// Where the key's counter of this number, 0 to 3, is in its block: each in two words of its
    /// own.
    private static func place(_ hash: UInt64, _ counter: Int) -> (word: Int, shift: UInt64) {
        let byte = hash &>> UInt64(32 + 8 * counter)
        return (2 * counter + Int(byte & 1), (byte &>> 1 & 15) * 4)
    }
}
