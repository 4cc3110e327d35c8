/// What a file of documents may turn out to be instead of JSON objects, one a line.
enum DocumentFormat {
    /// Looks at the first bytes of a file, up to 4 KiB.
    ///
    /// - Throws: ``UsageError`` that names the format and a command that makes lines of it.
    static func check(_ start: some Collection<UInt8>, of file: String) throws(UsageError) {
        guard let (format, command) = other(start, file) else { return }
        let isInput = file == "-"
        let name = isInput ? "standard input" : PlainText.line(file)
        throw UsageError(
            "\(name): is \(format), but documents are JSON objects, one a line; convert it with: "
                + command + (isInput ? "" : " <\(name)")
        )
    }

    private static func other(
        _ start: some Collection<UInt8>,
        _ file: String
    ) -> (format: String, command: String)? {
        if start.starts(with: [0x1F, 0x8B]) { return ("compressed by gzip", "zcat") }
        if start.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) {
            return ("compressed by zstd", "zstdcat")
        }
        let text = String(decoding: start, as: UTF8.self)
        let content = text.drop { $0.isWhitespace || $0 == "\u{FEFF}" }
        let line = content.prefix { !$0.isNewline }
        let isWhole = line.endIndex < content.endIndex
        switch line.first {
        case nil: return nil
        case "[": return ("a JSON array", "jq -c '.[]'")
        case "{":
            let last = line.last { !$0.isWhitespace }
            let isCut = isWhole && (last == "{" || last == "[" || last == ",")
            return isCut ? ("JSON over several lines", "jq -c .") : nil
        default:
            let name = file.lowercased()
            let isNamed = name.hasSuffix(".csv") || name.hasSuffix(".tsv")
            guard isNamed || isWhole && isHeader(line) else { return nil }
            return ("CSV", csvCommand(delimiters.first { line.contains($0) } ?? ","))
        }
    }

    private static let delimiters: [Character] = ["\t", ";", ","]

    /// Whether a line is the names of columns, with one of ids among them.
    private static func isHeader(_ line: Substring) -> Bool {
        let names = line.split(omittingEmptySubsequences: false) { delimiters.contains($0) }
            .map { $0.filter { $0 != "\"" && !$0.isWhitespace }.lowercased() }
        return names.count > 1 && names.contains("id")
    }

    /// Columns beside those of every document become attributes.
    private static func csvCommand(_ delimiter: Character) -> String {
        let delimiter = delimiter == "\t" ? "\\t" : "\(delimiter)"
        return "python3 -c 'import csv,json,sys; [print(json.dumps({n: r.pop(n) for n in "
            + "(\"id\",\"title\",\"body\") if n in r} | {\"attributes\": r})) "
            + "for r in csv.DictReader(sys.stdin, delimiter=\"\(delimiter)\")]'"
    }
}
