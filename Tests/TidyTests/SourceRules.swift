/// Rules that one file of Swift keeps or breaks by itself.
enum SourceRules {
    static let functionLinesMaximum = 70

    /// Calls that have no place in `Sources/`, each with what to use instead.
    static let replacements: [(call: String, advice: String)] = [
        ("try!", "throw a typed error on, or make the failure impossible by type"),
        ("as!", "use as? and an error, or a type that needs no cast"),
        ("fatalError", "throw a typed error; a peer's bytes never trap"),
        ("print", "write to the log of DocketTelemetry or to the command's output"),
        ("debugPrint", "write to the log of DocketTelemetry"),
        ("Task.detached", "let a call of DocketRPC or DocketRuntime own the task"),
        ("DispatchQueue", "use a ThreadExecutor"),
        ("DispatchSource", "use the event loop"),
        ("NSLock", "use Mutex"),
        ("usleep", "wait for an event or a deadline of the loop"),
        ("sleep", "wait for an event or a deadline of the loop"),
        ("nanosleep", "wait for an event or a deadline of the loop"),
        ("withUnsafeContinuation", "use OneShot or withCheckedContinuation"),
        ("withUnsafeThrowingContinuation", "use OneShot or withCheckedThrowingContinuation"),
    ]

    static func bannedCalls(_ file: SourceFile) -> [Finding] {
        replacements.flatMap { rule in
            file.places(of: rule.call)
                .filter { place in isCall(rule.call, at: place, in: file) }
                .map {
                    Finding(file.path, line: file.line(of: $0), "`\(rule.call)`: \(rule.advice)")
                }
        }
    }

    /// `try!` is one wherever it stands, a function's name only before its parenthesis and where
    /// it is not a member or a declaration of ours, as `Task.sleep` or `func print`.
    private static func isCall(_ call: String, at place: Int, in file: SourceFile) -> Bool {
        guard let last = call.utf8.last, last.isNamePart else { return true }
        if call.contains("Dispatch") || call.contains(".") || call == "NSLock" { return true }
        let next = file.code[(place + call.utf8.count)...].first
        let before = String(decoding: file.code[..<place].suffix(6), as: UTF8.self)
        let isOurs = before.hasSuffix(".") || before.hasSuffix("func ")
        return next == UInt8(ascii: "(") && !isOurs
    }

    /// A task without an owner outlives its call: they start in DocketRuntime and in one file of
    /// DocketRPC.
    static func unownedTasks(_ files: [SourceFile]) -> [Finding] {
        var findings: [Finding] = []
        var starters: Set<String> = []
        for file in files where file.target != "DocketRuntime" {
            for place in file.places(of: "Task") where startsTask(at: place, in: file) {
                guard file.target == "DocketRPC" else {
                    findings.append(
                        Finding(
                            file.path,
                            line: file.line(of: place),
                            "`Task {`: use a task group, or let the call of DocketRPC own the task"
                        )
                    )
                    continue
                }
                starters.insert(file.path)
            }
        }
        if starters.count > 1 {
            findings += starters.sorted().map {
                Finding($0, "`Task {`: only one file of DocketRPC gives tasks to calls")
            }
        }
        return findings
    }

    private static func startsTask(at place: Int, in file: SourceFile) -> Bool {
        let rest = String(decoding: file.code[(place + 4)...].prefix(100), as: UTF8.self)
        if rest.hasPrefix(".immediate") || rest.hasPrefix(".detached") { return true }
        guard let next = rest.first(where: { $0 != " " }) else { return false }
        return next == "{" || (next == "(" && rest.contains("{"))
    }

    static func importsWithoutLevel(_ file: SourceFile) -> [Finding] {
        imports(of: file).filter { $0.level == nil }.map {
            Finding(file.path, line: $0.line, "give `import \($0.module)` an access level")
        }
    }

    static func foreignImports(_ file: SourceFile) -> [Finding] {
        guard let allowed = Architecture.imports[file.target] else {
            return [Finding(file.path, "\(file.target) is not in the table of imports")]
        }
        return imports(of: file)
            .filter { $0.module != "Synchronization" && !allowed.contains($0.module) }
            .map {
                Finding(file.path, line: $0.line, "\(file.target) may not import \($0.module)")
            }
    }

    private static func imports(
        of file: SourceFile
    ) -> [(line: Int, level: Substring?, module: String)] {
        file.codeLines.enumerated().compactMap { index, line in
            let words = line.split(separator: " ").drop { $0.hasPrefix("@") }
            guard let place = words.firstIndex(of: "import"), place <= words.startIndex + 1,
                let module = words.last
            else { return nil }
            let level = place == words.startIndex ? nil : words.first
            return (index + 1, level, String(module.prefix { $0 != "." }))
        }
    }

    static func unsafeCode(_ file: SourceFile) -> [Finding] {
        let places = unsafePlaces(file)
        if Architecture.mayBeUnsafe(file) {
            let advice = "needs no place in the list of files with pointers of Architecture.swift"
            return places.isEmpty ? [Finding(file.path, advice)] : []
        }
        return places.map {
            Finding(file.path, line: $0, "pointers live in the files that Architecture.swift lists")
        }
    }

    /// The lines that are unsafe or name a pointer.
    private static func unsafePlaces(_ file: SourceFile) -> [Int] {
        file.codeLines.enumerated().compactMap { index, line in
            // The hook that Swift gives executors is unsafe by its type.
            guard !line.contains("asUnownedSerialExecutor()") else { return nil }
            let words = line.utf8.split { !$0.isNamePart }.map { String($0) ?? "" }
            let isUnsafe = words.contains { word in
                word == "OpaquePointer" || word == "Unmanaged"
                    || (word.hasPrefix("Unsafe") && word.hasSuffix("Pointer"))
            }
            let isMarked = words.contains("unsafe") && !line.contains("nonisolated(unsafe)")
            return isUnsafe || isMarked ? index + 1 : nil
        }
    }

    /// What switches a check of the compiler off says why, on the lines above it.
    static func unexplained(_ file: SourceFile) -> [Finding] {
        let lines = file.file.lines
        let code = file.codeLines
        return lines.indices.compactMap { index in
            let isOff =
                code[index].contains("@unchecked Sendable")
                || code[index].contains("nonisolated(unsafe)")
                || (lines[index].contains("swift-format-ignore") && isComment(lines[index]))
            guard isOff else { return nil }
            let above = lines[..<index].reversed().prefix { isComment($0) || isAttribute($0) }
            guard !above.contains(where: { $0.contains("Because:") }) else { return nil }
            return Finding(file.path, line: index + 1, "say why above it: `// Because: ...`")
        }
    }

    private static func isComment(_ line: Substring) -> Bool {
        line.drop { $0 == " " }.hasPrefix("//")
    }

    private static func isAttribute(_ line: Substring) -> Bool {
        line.drop { $0 == " " }.hasPrefix("@")
    }

    static func vagueNames(_ file: SourceFile) -> [Finding] {
        let vague = ["Utils", "Util", "Helpers", "Helper", "Extensions", "Common", "Types", "Misc"]
        guard let word = vague.first(where: { file.stem.hasSuffix($0) }) else { return [] }
        return [Finding(file.path, "name the file by what is in it, not \(word)")]
    }

    /// A test that waits for what never happens ends at its suite's limit.
    ///
    /// The limit holds for each test of the suite by itself.
    static func endlessSuites(_ file: SourceFile) -> [Finding] {
        file.places(of: "@Suite").compactMap { place in
            let rest = file.code[place...]
            let declaration = rest.prefix { $0 != UInt8(ascii: "{") }
            guard !String(decoding: declaration, as: UTF8.self).contains(".timeLimit(") else {
                return nil
            }
            let advice = "give the suite a time limit: `.timeLimit(.minutes(5))`"
            return Finding(file.path, line: file.line(of: place), advice)
        }
    }

    static func longFunctions(_ file: SourceFile) -> [Finding] {
        functions(of: file).filter { $0.count > functionLinesMaximum }.map {
            let advice = "a function of \($0.count) lines, the limit is \(functionLinesMaximum)"
            return Finding(file.path, line: $0.lowerBound, advice)
        }
    }

    /// First and last line of each function, initializer and subscript that has a body.
    static func functions(of file: SourceFile) -> [ClosedRange<Int>] {
        ["func", "init", "deinit", "subscript"].flatMap { file.places(of: $0) }.sorted()
            .compactMap { start in
                guard start == 0 || file.code[start - 1] != UInt8(ascii: "."),
                    let opening = body(after: start, in: file.code),
                    let closing = end(ofBody: opening, in: file.code)
                else { return nil }
                return file.line(of: start)...file.line(of: closing)
            }
    }

    /// The brace that opens the body of the declaration at `start`; nil for a requirement of a
    /// protocol, which ends at the next declaration or at the protocol's own brace.
    private static func body(after start: Int, in code: [UInt8]) -> Int? {
        var depth = 0
        var hasParameters = false
        for place in start..<code.count {
            switch code[place] {
            case UInt8(ascii: "("), UInt8(ascii: "["):
                depth += 1
                hasParameters = true
            case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
            case UInt8(ascii: "{") where depth == 0: return place
            case UInt8(ascii: "}") where depth == 0: return nil
            case UInt8(ascii: "\n") where depth == 0 && hasParameters:
                guard continues(code[(place + 1)...]) else { return nil }
            default: break
            }
        }
        return nil
    }

    /// Whether the next line goes on with a signature instead of starting something new.
    private static func continues(_ rest: ArraySlice<UInt8>) -> Bool {
        let line = String(decoding: rest.drop { $0.isSpace }.prefix(8), as: UTF8.self)
        return ["{", "->", ")", "where ", "throws", "async"].contains { line.hasPrefix($0) }
    }

    private static func end(ofBody opening: Int, in code: [UInt8]) -> Int? {
        var depth = 0
        for place in opening..<code.count {
            if code[place] == UInt8(ascii: "{") { depth += 1 }
            if code[place] == UInt8(ascii: "}") { depth -= 1 }
            if depth == 0 { return place }
        }
        return nil
    }
}
