internal import DocketClient
internal import DocketCore
internal import DocketJSON

extension CommandContext {
    /// `synonyms show|set`.
    func runSynonyms(_ action: String) async throws {
        let collection = operands[0]
        guard action == "set" else {
            return try show(try await withClient { try await $0.collection(collection) }.synonyms)
        }
        let rules = try SynonymText.rules(
            try await text(of: operands.count > 1 ? operands[1] : "-")
        )
        let changed = try await withClient { try await $0.setSynonyms(rules, of: collection) }
        if isJSON { return try show(changed.synonyms) }
        let count = NumberText.grouped(changed.synonyms.count)
        try console.writeLine("\(count) \(changed.synonyms.count == 1 ? "rule" : "rules") set")
    }

    private func text(of file: String) async throws -> String {
        let input = try InputFiles([file], holdsDocuments: false)
        var bytes: [UInt8] = []
        while true {
            let more = try await input.next()
            if more.isEmpty { return String(decoding: bytes, as: UTF8.self) }
            bytes += more
            guard bytes.count <= SynonymText.bytesMaximum else {
                throw UsageError("\(file) has over \(SynonymText.bytesMaximum) bytes")
            }
        }
    }

    private func show(_ rules: [SynonymRule]) throws {
        try answer {
            var writer = JSONWriter()
            writer.object { writer in
                writer.member("synonyms") { writer in
                    writer.array { writer in for rule in rules { writer.write(rule) } }
                }
            }
            return writer.text
        } text: {
            rules.map { PlainText.line(SynonymText.line($0)) + "\n" }.joined()
        }
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ rule: SynonymRule) {
        object { writer in
            writer.member("words") { list in
                list.array { for word in rule.words { $0.value(word) } }
            }
            writer.member("meanings") { list in
                list.array { for meaning in rule.meanings { $0.value(meaning) } }
            }
        }
    }
}

/// Synonyms as people write them: `a, b` both ways, `a, b => c` one way, a rule on each line; lines
/// that begin with `#` are for people alone.
enum SynonymText {
    /// More than all rules that a collection may have.
    static let bytesMaximum = 1 << 20

    /// - Throws: ``UsageError`` that names the line.
    static func rules(_ text: String) throws(UsageError) -> [SynonymRule] {
        var rules: [SynonymRule] = []
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        for (place, line) in lines.enumerated() {
            let line = line.drop(while: \.isWhitespace)
            guard !line.isEmpty, !line.hasPrefix("#") else { continue }
            let sides = line.split(separator: "=>", omittingEmptySubsequences: false).map(terms)
            guard sides.count <= 2, sides.allSatisfy({ !$0.isEmpty && !$0.contains("") }) else {
                throw UsageError(
                    "line \(place + 1) is no rule: write \"a, b\", or \"a => b\" for one way"
                )
            }
            rules.append(SynonymRule(sides[0], meanings: sides.count > 1 ? sides[1] : []))
        }
        return rules
    }

    private static func terms(_ side: Substring) -> [String] {
        side.split(separator: ",", omittingEmptySubsequences: false).map { term in
            let words = term.split(whereSeparator: \.isWhitespace)
            return words.joined(separator: " ")
        }
    }

    static func line(_ rule: SynonymRule) -> String {
        let words = rule.words.joined(separator: ", ")
        return rule.meanings.isEmpty
            ? words : words + " => " + rule.meanings.joined(separator: ", ")
    }
}
