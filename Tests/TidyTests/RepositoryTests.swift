import Testing

/// The rules of docs/CONTRIBUTING.md, held against every file of the repository.
@Suite("The repository", .timeLimit(.minutes(5)))
struct RepositoryTests {
    private let repository = Repository.current

    @Test("is found, with sources, tests and documents")
    func found() {
        #expect(repository.sources.count > 20)
        let hasManifest = repository.text("Package.swift") != nil
        #expect(hasManifest)
        #expect(repository.documents.count > 5)
    }

    @Test("imports with an access level")
    func importLevels() {
        expectNone(repository.sources.flatMap(SourceRules.importsWithoutLevel))
    }

    @Test("imports only what the architecture allows")
    func importTable() {
        expectNone(repository.sources.flatMap(SourceRules.foreignImports))
    }

    @Test("calls nothing that has a better replacement")
    func bannedCalls() {
        expectNone(repository.sources.flatMap(SourceRules.bannedCalls))
    }

    @Test("starts tasks only where each has an owner")
    func tasks() { expectNone(SourceRules.unownedTasks(repository.sources)) }

    @Test("keeps pointers in the files that own them")
    func unsafeCode() { expectNone(repository.sources.flatMap(SourceRules.unsafeCode)) }

    @Test("says why where it switches a check of the compiler off")
    func explanations() { expectNone(repository.swiftFiles.flatMap(SourceRules.unexplained)) }

    @Test("names files by what is in them")
    func fileNames() { expectNone(repository.swiftFiles.flatMap(SourceRules.vagueNames)) }

    @Test("gives every suite of tests a time limit")
    func timeLimits() { expectNone(repository.swiftFiles.flatMap(SourceRules.endlessSuites)) }

    @Test("has no function over 70 lines")
    func functionLength() { expectNone(repository.swiftFiles.flatMap(SourceRules.longFunctions)) }

    @Test("has no file over 400 lines")
    func fileLength() { expectNone(repository.handwritten.flatMap(TextRules.longFiles)) }

    @Test("has no line over 100 columns")
    func columns() { expectNone(repository.handwritten.flatMap(TextRules.longLines)) }

    @Test("has no file over 256 KiB")
    func fileSize() { expectNone(repository.files.flatMap(TextRules.large)) }

    @Test("makes scripts executable, and nothing else")
    func modes() { expectNone(repository.files.flatMap(TextRules.wrongMode)) }

    @Test("postpones nothing in a comment")
    func postponed() { expectNone(repository.handwritten.flatMap(TextRules.postponed)) }

    @Test("names no path of a machine")
    func machinePaths() { expectNone(repository.handwritten.flatMap(TextRules.machinePaths)) }

    @Test("gives each document one title")
    func titles() { expectNone(repository.documents.flatMap(DocumentRules.titles)) }

    @Test("has no dead link in a document")
    func links() {
        expectNone(
            repository.documents.flatMap { DocumentRules.deadLinks($0, in: repository.files) }
        )
    }

    @Test("is formatted")
    func formatting() {
        let result = Command.run(
            [
                "swift", "format", "lint", "--strict", "--parallel", "--recursive", "Sources",
                "Tests",
            ],
            in: repository.root
        )
        #expect(result.status == 0, "\(result.output.prefix(4_000))")
    }
}

/// What has its source elsewhere in the repository.
@Suite("What must agree", .timeLimit(.minutes(5)))
struct AgreementTests {
    private static let repository = Repository.current
    private static let hasCompiler =
        Command.exists("protoc-c", in: repository.root)
        && repository.text("scripts/generate") != nil

    /// A document that must be there.
    private func page(_ path: String) throws -> String {
        let text = Self.repository.text(path)
        return try #require(text, "\(path) is missing")
    }

    @Test(
        "the generated code is what the contract makes",
        .enabled(if: hasCompiler, "protoc-c is not installed, so nothing was compared")
    )
    func generatedCode() {
        let result = Command.run(["scripts/generate", "--check"], in: Self.repository.root)
        #expect(result.status == 0, "\(result.output.prefix(4_000))")
    }

    @Test("every method and status code of the contract is in docs/PROTOCOL.md")
    func contract() throws {
        let text = try page("docs/PROTOCOL.md")
        let methods = Vocabulary.methods(Self.repository)
        let codes = Vocabulary.statusCodes(Self.repository)
        #expect(methods.count > 20)
        #expect(codes.count == 17)
        for word in methods + codes where !text.contains(word) {
            Issue.record("docs/PROTOCOL.md does not mention \(word)")
        }
    }

    @Test("the metrics of the code and of docs/OPERATIONS.md are the same")
    func metrics() throws {
        let text = try page("docs/OPERATIONS.md")
        let documented = Vocabulary.metrics(in: text)
        let counted = Vocabulary.metrics(Self.repository)
        #expect(documented == counted)
    }

    @Test("the settings of docketd and of docs/OPERATIONS.md are the same")
    func settings() throws {
        let text = try page("docs/OPERATIONS.md")
        let documented = Vocabulary.flags(inTableOf: text)
        let declared = Vocabulary.settings(Self.repository)
        #expect(documented == declared)
    }

    @Test("the tests that docs/FAULTS.md names are there")
    func faults() throws {
        let named = Vocabulary.tests(in: try page("docs/FAULTS.md"))
        let there = Vocabulary.tests(Self.repository)
        #expect(named.count > 60)
        for test in named.subtracting(there).sorted() {
            Issue.record("docs/FAULTS.md names \(test), which is no test")
        }
    }

    @Test("every target of the manifest is in the table of imports and in docs/ARCHITECTURE.md")
    func targets() throws {
        let text = try page("docs/ARCHITECTURE.md")
        let folders = Set(Self.repository.sources.map(\.target))
        for target in folders.sorted() {
            #expect(Architecture.imports[target] != nil, "\(target) has no row in the table")
            #expect(text.contains(target), "docs/ARCHITECTURE.md does not mention \(target)")
        }
    }

    @Test("each C module has one importer")
    func importersOfC() {
        let modules = Architecture.imports.values.joined().filter { $0.hasPrefix("CDocket") }
        #expect(Set(modules).count == modules.count)
    }
}
