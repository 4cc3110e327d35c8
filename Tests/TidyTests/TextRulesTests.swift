import Testing

@Suite("Rules of all files", .timeLimit(.minutes(5)))
struct TextRulesTests {
    private func file(_ text: String, _ path: String = "scripts/run") -> RepositoryFile {
        RepositoryFile(path: path, text: text)
    }

    @Test("a file may have 400 lines, a line 100 columns")
    func lengths() {
        let line = "#!" + String(repeating: "a", count: 98)
        let full = Array(repeating: line, count: 400).joined(separator: "\n")
        #expect(TextRules.longFiles(file(full + "\n")).isEmpty)
        #expect(TextRules.longLines(file(full)).isEmpty)
        #expect(TextRules.longFiles(file(full + "\na\n")).count == 1)
        #expect(TextRules.longLines(file(full + "a")).map(\.line) == [400])
    }

    @Test("links and rows of tables may be longer")
    func unbreakable() {
        let words = String(repeating: "word ", count: 30)
        #expect(TextRules.longLines(file("# A\n\(words)", "README.md")).count == 1)
        #expect(TextRules.longLines(file("| \(words) |", "README.md")).isEmpty)
        #expect(TextRules.longLines(file("\(words) https://a.example", "README.md")).isEmpty)
    }

    @Test("a file over 256 KiB is found, a generated one may be larger")
    func sizes() {
        let size = 256 * 1024
        let name = "Sources/CDocketMessages/docket.pb-c.c"
        #expect(TextRules.large(RepositoryFile(path: "a", text: "", bytes: size)).isEmpty)
        #expect(TextRules.large(RepositoryFile(path: "a", text: "", bytes: size + 1)).count == 1)
        #expect(TextRules.large(RepositoryFile(path: name, text: "", bytes: size + 1)).isEmpty)
    }

    @Test("scripts are executable, other files are not")
    func modes() {
        let script = "#!/bin/sh\n"
        #expect(TextRules.wrongMode(file(script)).count == 1)
        #expect(TextRules.wrongMode(file("a")).isEmpty)
        let runnable = RepositoryFile(path: "a", text: script, isExecutable: true)
        #expect(TextRules.wrongMode(runnable).isEmpty)
        let data = RepositoryFile(path: "a", text: "a", isExecutable: true)
        #expect(TextRules.wrongMode(data).count == 1)
    }

    @Test("postponed work is found")
    func postponed() {
        #expect(TextRules.postponed(file("a\n// TO" + "DO: b\n")).map(\.line) == [2])
        #expect(TextRules.postponed(file("TO" + "DOS")).isEmpty)
    }

    @Test("paths of a machine are found, what only ends like one is not")
    func machinePaths() {
        #expect(TextRules.machinePaths(file("cd /" + "work/main")).count == 1)
        #expect(TextRules.machinePaths(file("cd '/" + "home/me/docket'")).count == 1)
        #expect(
            TextRules.machinePaths(file("cd $d/" + "work/x ../" + "root/x a/" + "opt/x")).isEmpty
        )
    }

    @Test("a document has one title")
    func titles() {
        #expect(DocumentRules.titles(file("# A\n\n## B\n```\n# a comment\n```\n")).isEmpty)
        #expect(DocumentRules.titles(file("## A\n")).count == 1)
        #expect(DocumentRules.titles(file("# A\n# B\n")).map(\.line) == [2])
    }

    @Test("dead links are found, to files and to headings")
    func links() {
        let target = file("# Title\n## One thing, two\n", "docs/A.md")
        func findings(_ link: String, from path: String = "docs/B.md") -> Int {
            let page = file("# B\n[b](\(link))\n", path)
            return DocumentRules.deadLinks(page, in: [page, target]).count
        }
        #expect(findings("A.md") == 0)
        #expect(findings("A.md#one-thing-two") == 0)
        #expect(findings("docs", from: "README.md") == 0)
        #expect(findings("../docs/A.md") == 0)
        #expect(findings("https://a.example") == 0)
        #expect(findings("C.md") == 1)
        #expect(findings("A.md#two") == 1)
        #expect(findings("#two") == 1)
    }

    @Test("names of metrics and flags are read from a page")
    func vocabulary() {
        #expect(
            Vocabulary.metrics(in: "`docket_calls_total` docket_data") == ["docket_calls_total"]
        )
        #expect(Vocabulary.flags(inTableOf: "| `--data-dir DIR` | x |\nsee `--x`") == ["data-dir"])
    }
}
