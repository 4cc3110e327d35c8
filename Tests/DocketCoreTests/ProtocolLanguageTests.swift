import DocketCore
import Foundation
import Testing

/// Every query and filter that docs/PROTOCOL.md shows is what it says it is.
@Suite("Languages as the protocol's description has them", .timeLimit(.minutes(5)))
struct ProtocolLanguageTests {
    /// The lines of all fences that are marked so, without their comments.
    private static func examples(_ marker: String) throws -> [String] {
        let page = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "docs/PROTOCOL.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        return text.components(separatedBy: "\n```\(marker)\n").dropFirst().flatMap { rest in
            rest.components(separatedBy: "\n```")[0].components(separatedBy: "\n").map { line in
                line.components(separatedBy: "  #")[0]
            }
        }
    }

    @Test("filters are filters")
    func filters() throws {
        let examples = try Self.examples("filter")
        #expect(examples.count >= 5)
        for example in examples { _ = try Filter(parsing: example) }
    }

    @Test("what is refused is refused, with the place")
    func refused() throws {
        let examples = try Self.examples("refused")
        #expect(examples.count >= 6)
        for example in examples {
            let fault = fault { () throws(DocketError) in _ = try Filter(parsing: example) }
            #expect(fault?.hasPrefix("filter: at character ") == true, "\(example)")
        }
    }

    @Test("queries are read as they are explained")
    func queries() throws {
        let examples = try Self.examples("query").map { text in
            try TextQuery(parsing: text.trimmingCharacters(in: .whitespaces)) { $0 == "title" }
        }
        typealias Clause = TextQuery.Clause
        let expected: [[Clause]] = [
            [Clause(.word("web")), Clause(.word("server"))],
            [Clause(.phrase("web server")), Clause(.word("apache"), isExcluded: true)],
            [Clause(.prefix("graph"), in: "title"), Clause(.word("std::vector"))],
            [Clause(.word("panic:")), Clause(.phrase("index out of"))],
        ]
        #expect(examples.map(\.clauses) == expected)
    }
}
