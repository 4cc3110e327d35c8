/// A file of Swift, once as written and once with comments and strings blanked out.
struct SourceFile: Sendable {
    let file: RepositoryFile
    /// The same bytes, with spaces where comments and the text of strings were; lines stay lines.
    let code: [UInt8]
    private let lineStarts: [Int]

    init(_ file: RepositoryFile) {
        self.file = file
        var scanner = CodeScanner(Array(file.text.utf8))
        code = scanner.blanked()
        var starts = [0]
        for (place, byte) in code.enumerated() where byte == UInt8(ascii: "\n") {
            starts.append(place + 1)
        }
        lineStarts = starts
    }

    init(path: String, _ text: String) { self.init(RepositoryFile(path: path, text: text)) }

    var path: String { file.path }

    /// The folder under `Sources/` or `Tests/`.
    var target: String {
        let parts = path.split(separator: "/")
        return parts.count > 1 ? String(parts[1]) : ""
    }

    /// The name without its extension.
    var stem: String { String(file.name.prefix { $0 != "." }) }

    /// The line of a byte, from 1.
    func line(of place: Int) -> Int {
        var low = 0
        var high = lineStarts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if lineStarts[middle] <= place { low = middle } else { high = middle }
        }
        return low + 1
    }

    /// The code of each line, blanked.
    var codeLines: [String] {
        code.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// Places where `word` stands in the code, not as a part of a longer name.
    func places(of word: String) -> [Int] {
        let word = Array(word.utf8)
        guard let first = word.first, let last = word.last, code.count >= word.count else {
            return []
        }
        var places: [Int] = []
        for start in 0...(code.count - word.count) where code[start] == first {
            guard code[start..<(start + word.count)].elementsEqual(word) else { continue }
            let end = start + word.count
            if first.isNamePart, start > 0, code[start - 1].isNamePart { continue }
            if last.isNamePart, end < code.count, code[end].isNamePart { continue }
            places.append(start)
        }
        return places
    }

    func lines(of word: String) -> [Int] { places(of: word).map(line(of:)) }
}

extension UInt8 {
    var isNamePart: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: false
        }
    }

    var isSpace: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\n") }
}

/// Walks Swift's text and keeps only its code: what interpolations hold counts as code.
private struct CodeScanner {
    /// What surrounds the place: code up to its closing parenthesis, or a string.
    private enum Surrounding {
        case code(openParentheses: Int)
        case string(hashes: Int, isMultiline: Bool)
    }

    private let source: [UInt8]
    private var output: [UInt8]
    private var place = 0
    private var stack: [Surrounding] = [.code(openParentheses: 0)]

    init(_ source: [UInt8]) {
        self.source = source
        output = source
    }

    mutating func blanked() -> [UInt8] {
        while place < source.count {
            switch stack.last {
            case .string(let hashes, let isMultiline):
                stepInString(hashes: hashes, isMultiline: isMultiline)
            case .code(let open):
                stepInCode(open: open)
            case nil:
                return output
            }
        }
        return output
    }

    private func startsHere(_ text: StaticString, at offset: Int = 0) -> Bool {
        let count = text.utf8CodeUnitCount
        guard place + offset + count <= source.count else { return false }
        return "\(text)".utf8.elementsEqual(source[(place + offset)..<(place + offset + count)])
    }

    private func hashes(at start: Int) -> Int {
        source[min(start, source.count)...].prefix { $0 == UInt8(ascii: "#") }.count
    }

    private mutating func blank(_ count: Int) {
        for index in place..<min(place + count, source.count)
        where source[index] != UInt8(ascii: "\n") {
            output[index] = UInt8(ascii: " ")
        }
        place += count
    }

    private mutating func stepInCode(open: Int) {
        switch source[place] {
        case UInt8(ascii: "/") where startsHere("//"):
            blank(source[place...].prefix { $0 != UInt8(ascii: "\n") }.count)
        case UInt8(ascii: "/") where startsHere("/*"):
            blankBlockComment()
        case UInt8(ascii: "\""), UInt8(ascii: "#"):
            let count = hashes(at: place)
            guard startsHere("\"", at: count) else {
                place += max(count, 1)
                return
            }
            let isMultiline = startsHere("\"\"\"", at: count)
            stack.append(.string(hashes: count, isMultiline: isMultiline))
            blank(count + (isMultiline ? 3 : 1))
        case UInt8(ascii: "("):
            stack[stack.count - 1] = .code(openParentheses: open + 1)
            place += 1
        case UInt8(ascii: ")") where open == 0 && stack.count > 1:
            stack.removeLast()
            blank(1)
        case UInt8(ascii: ")"):
            stack[stack.count - 1] = .code(openParentheses: max(0, open - 1))
            place += 1
        default:
            place += 1
        }
    }

    private mutating func blankBlockComment() {
        var end = place + 2
        while end + 1 < source.count,
            !(source[end] == UInt8(ascii: "*") && source[end + 1] == UInt8(ascii: "/"))
        { end += 1 }
        blank(end + 2 - place)
    }

    private mutating func stepInString(hashes count: Int, isMultiline: Bool) {
        let closing = isMultiline ? 3 : 1
        if startsHere("\\"), hashes(at: place + 1) >= count {
            let isInterpolation = startsHere("(", at: 1 + count)
            blank(2 + count)
            if isInterpolation { stack.append(.code(openParentheses: 0)) }
        } else if isMultiline ? startsHere("\"\"\"") : startsHere("\""),
            hashes(at: place + closing) >= count
        {
            blank(closing + count)
            stack.removeLast()
        } else {
            // A string of one line that did not end is no string: Swift would not compile it.
            if !isMultiline, source[place] == UInt8(ascii: "\n") { stack.removeLast() }
            blank(1)
        }
    }
}
