import Testing

/// Each rule finds what it is for and leaves alone what only looks like it.
@Suite("Rules of Swift files", .timeLimit(.minutes(5)))
struct SourceRulesTests {
    private func source(
        _ text: String,
        _ path: String = "Sources/DocketWire/Frame.swift"
    )
        -> SourceFile
    { SourceFile(path: path, text) }

    @Test("comments and strings are no code, what they interpolate is")
    func blanking() {
        let file = source(
            ##"""
            let a = "try! \(b.map { "as! \(c)" }) fatalError()" // print()
            let d = #"print(\#(e)) \(f)"# /* try! */ + """
                fatalError() "quoted" \(g(h))
                """
            """##
        )
        let code = String(decoding: file.code, as: UTF8.self)
        for word in ["try", "as!", "fatalError", "print", "quoted", "f)"] {
            #expect(!code.contains(word), "\(word) in \(code)")
        }
        for word in ["a", "b.map", "c", "d", "e", "g(h)"] { #expect(code.contains(word)) }
        #expect(file.codeLines.count == 4)
    }

    @Test("banned calls are found, with what replaces them")
    func bannedCalls() {
        let file = source("let a = try! b()\nprint(a)\nfatalError(\"x\")\nlet c = a as! Int\n")
        #expect(SourceRules.bannedCalls(file).map(\.line).sorted() == [1, 2, 3, 4])
        #expect(SourceRules.bannedCalls(file).allSatisfy { $0.advice.count > 20 })
    }

    @Test("members, declarations and longer names are not banned calls")
    func allowedCalls() {
        let file = source(
            "try await Task.sleep(for: .seconds(1))\nfunc print(_ x: Int) {}\n"
                + "blueprint(1)\nlet sleep = 1\ntry? b()\n// print(1)\n"
        )
        #expect(SourceRules.bannedCalls(file).isEmpty)
    }

    @Test("tasks start in DocketRuntime and in one file of DocketRPC")
    func tasks() {
        func files(_ paths: String...) -> [SourceFile] {
            paths.map { source("let work = Task { await run() }\nlet old: Task<Void, Never>?", $0) }
        }
        #expect(SourceRules.unownedTasks(files("Sources/DocketRuntime/OneShot.swift")).isEmpty)
        #expect(SourceRules.unownedTasks(files("Sources/DocketRPC/Call.swift")).isEmpty)
        #expect(SourceRules.unownedTasks(files("Sources/DocketService/Search.swift")).count == 1)
        let two = files("Sources/DocketRPC/Call.swift", "Sources/DocketRPC/Server.swift")
        #expect(SourceRules.unownedTasks(two).count == 2)
    }

    @Test("a task of any spelling is one, the types of the library are not")
    func taskSpellings() {
        let text =
            "Task(priority: .low) { }\nTask.immediate { }\nTask.detached { }\nTask{ }\n"
            + "Task.isCancelled\nTask.checkCancellation()\nvar a: Task<Int, Never>\nTaskGroup {}"
        let file = source(text, "Sources/DocketCore/A.swift")
        #expect(SourceRules.unownedTasks([file]).map(\.line) == [1, 2, 3, 4])
    }

    @Test("an import needs its access level and a place in the table")
    func imports() {
        let text =
            "import DocketSystem\ninternal import DocketCore\npackage import CDocketZstd\n"
        let file = source(text)
        #expect(SourceRules.importsWithoutLevel(file).map(\.line) == [1])
        #expect(SourceRules.foreignImports(file).map(\.line) == [2])
        let unknown = source("", "Sources/DocketMystery/A.swift")
        #expect(SourceRules.foreignImports(unknown).count == 1)
    }

    @Test("pointers outside of their files are found")
    func unsafeCode() {
        let text =
            "let a: OpaquePointer\nlet b: UnsafeRawBufferPointer\nunsafe c()\nlet d = \"unsafe\"\n"
            + "unsafe loop.asUnownedSerialExecutor()\n"
        #expect(SourceRules.unsafeCode(source(text)).map(\.line) == [1, 2, 3])
        let listed = "Sources/DocketRPC/Transport/SocketHandle.swift"
        #expect(SourceRules.unsafeCode(source(text, listed)).isEmpty)
        #expect(SourceRules.unsafeCode(source("let a = 1\n", listed)).count == 1)
        let like = "Sources/DocketRPC/Transport/SocketHandle+Options.swift"
        #expect(SourceRules.unsafeCode(source(text, like)).count == 3)
    }

    @Test("a check that is switched off needs its reason directly above")
    func explanations() {
        let bare = source("\nfinal class A: @unchecked Sendable {}\n")
        #expect(SourceRules.unexplained(bare).map(\.line) == [2])
        let far = source("// Because: it is.\n\nfinal class A: @unchecked Sendable {}\n")
        #expect(SourceRules.unexplained(far).map(\.line) == [3])
        let said = source("// Because: it is\n// so.\n@safe\nfinal class A: @unchecked Sendable {}")
        #expect(SourceRules.unexplained(said).isEmpty)
        let format = source("// swift-format-ignore\nlet a = 1\n")
        #expect(SourceRules.unexplained(format).count == 1)
    }

    @Test("a suite without a time limit is found")
    func endlessSuites() {
        let endless = source("@Suite(\"A\")\nstruct A {\n    let a = B.timeLimit(1)\n}\n")
        #expect(SourceRules.endlessSuites(endless).map(\.line) == [1])
        let limited = source("@Suite(\n    \"A\",\n    .timeLimit(.minutes(1))\n)\nstruct A {}\n")
        #expect(SourceRules.endlessSuites(limited).isEmpty)
    }

    @Test("a vague file name is found")
    func fileNames() {
        #expect(SourceRules.vagueNames(source("", "Sources/DocketCore/ByteUtils.swift")).count == 1)
        #expect(SourceRules.vagueNames(source("", "Sources/DocketCore/Byte.swift")).isEmpty)
    }

    @Test("functions are measured from their first line to the closing brace")
    func functionLength() {
        let text = """
            protocol P {
                func a() throws
                init(b: Int)
                func c(d: Int = { 1 }()) -> Int
            }
            struct S: P {
                init(
                    b: Int
                ) {
                    let e = "}"
                    self.init()
                }
                func f() { if g { h() } }
            }
            """
        #expect(SourceRules.functions(of: source(text)) == [7...12, 13...13])
        let long = "func a() {\n" + String(repeating: "    b()\n", count: 68) + "}\n"
        #expect(SourceRules.longFunctions(source(long)).isEmpty)
        #expect(
            SourceRules.longFunctions(source("\n" + long.replacing("{", with: "{\n"))).count == 1
        )
    }
}
