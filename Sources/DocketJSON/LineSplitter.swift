/// Cuts bytes that come in pieces into lines, such as those of a file with one document a line.
///
/// A byte order mark at the start and a carriage return at the end of a line are taken off.
package struct LineSplitter: Sendable {
    /// One line and its number, from 1.
    package struct Line: Hashable, Sendable {
        package let number: Int
        /// Without its end; nil when it was longer than the limit.
        package let bytes: [UInt8]?
    }

    /// Bytes of one line; longer ones are skipped and said to be.
    package let byteMaximum: Int
    private var partial: [UInt8] = []
    private var isTooLong = false
    private var number = 0

    package init(byteMaximum: Int) { self.byteMaximum = byteMaximum }

    /// The lines that are complete with `bytes`.
    package mutating func append(_ bytes: ArraySlice<UInt8>) -> [Line] {
        var lines: [Line] = []
        var rest = bytes
        while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
            keep(rest[..<end])
            lines.append(takeLine())
            rest = rest[(end + 1)...]
        }
        keep(rest)
        return lines
    }

    /// The last line, when it has no line feed.
    package mutating func finish() -> Line? { partial.isEmpty && !isTooLong ? nil : takeLine() }

    private mutating func keep(_ bytes: ArraySlice<UInt8>) {
        // A mark of three bytes and a carriage return do not count.
        guard !isTooLong, partial.count + bytes.count <= byteMaximum + 4 else {
            partial = []
            isTooLong = isTooLong || !bytes.isEmpty
            return
        }
        partial += bytes
    }

    private mutating func takeLine() -> Line {
        number += 1
        defer {
            partial.removeAll(keepingCapacity: true)
            isTooLong = false
        }
        var line = partial[...]
        if number == 1, line.starts(with: [0xEF, 0xBB, 0xBF]) { line = line.dropFirst(3) }
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        let isFitting = !isTooLong && line.count <= byteMaximum
        return Line(number: number, bytes: isFitting ? Array(line) : nil)
    }
}
