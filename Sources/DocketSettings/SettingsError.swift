/// A setting, an argument or a file of settings that is wrong; says what and how to correct it.
package struct SettingsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// One line, without secrets.
    package let message: String

    init(_ message: String) { self.message = message }

    package var description: String { message }

    /// A name that nothing has, with the one that may have been meant.
    static func unknown(_ kind: String, _ name: String, known: [String]) -> SettingsError {
        let hint = NearestName.find(name, in: known).map { ", did you mean \($0)?" } ?? ""
        return SettingsError("unknown \(kind) \(name)\(hint)")
    }
}

/// The name that was probably meant.
enum NearestName {
    /// The known name that the fewest typing errors lead to, if they are few.
    static func find(_ name: String, in known: [String]) -> String? {
        let ranked = known.map { ($0, distance(Array(name.utf8), Array($0.utf8))) }
        guard let best = ranked.min(by: { ($0.1, $0.0) < ($1.1, $1.0) }) else { return nil }
        return best.1 <= max(2, name.utf8.count / 3) ? best.0 : nil
    }

    /// Insertions, deletions, replacements and swaps of neighbours between the two.
    static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
        // Longer names are nobody's typing error.
        guard left.count <= 64, right.count <= 64 else { return .max }
        var before: [Int] = []
        var above = Array(0...right.count)
        for row in 1..<(left.count + 1) {
            var current = [row]
            for column in 1..<(right.count + 1) {
                let isSame = left[row - 1] == right[column - 1]
                var least = min(
                    above[column] + 1,
                    current[column - 1] + 1,
                    above[column - 1] + (isSame ? 0 : 1)
                )
                if row > 1, column > 1, left[row - 1] == right[column - 2],
                    left[row - 2] == right[column - 1]
                {
                    least = min(least, before[column - 2] + 1)
                }
                current.append(least)
            }
            (before, above) = (above, current)
        }
        return above[right.count]
    }
}
