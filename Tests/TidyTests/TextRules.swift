import Foundation

/// Rules for every file that people write, whatever its language.
enum TextRules {
    static let linesMaximum = 400
    static let columnsMaximum = 100
    static let bytesMaximum = 256 * 1024

    static func longFiles(_ file: RepositoryFile) -> [Finding] {
        let count = file.lines.count - (file.text.hasSuffix("\n") ? 1 : 0)
        guard isCode(file) || file.path.hasSuffix(".proto"), count > linesMaximum else { return [] }
        // The contract is one page by design: a reader of it needs all of it.
        guard !file.path.hasSuffix(".proto") || count > 2 * linesMaximum else { return [] }
        return [Finding(file.path, "\(count) lines, the limit is \(linesMaximum)")]
    }

    static func longLines(_ file: RepositoryFile) -> [Finding] {
        guard isCode(file) || file.path.hasSuffix(".proto") || file.path.hasSuffix(".md") else {
            return []
        }
        return file.lines.enumerated().compactMap { index, line in
            guard line.count > columnsMaximum, !line.contains("://") else { return nil }
            // A row of a table cannot be wrapped.
            guard !(file.path.hasSuffix(".md") && line.hasPrefix("|")) else { return nil }
            return Finding(
                file.path,
                line: index + 1,
                "\(line.count) columns, the limit is \(columnsMaximum)"
            )
        }
    }

    /// Swift, C, C++, Python, Perl, make and scripts.
    private static func isCode(_ file: RepositoryFile) -> Bool {
        let endings = [".swift", ".c", ".h", ".cc", ".py", ".pl", ".go"]
        return endings.contains { file.name.hasSuffix($0) } || file.name == "Makefile"
            || file.text.hasPrefix("#!")
    }

    static func large(_ file: RepositoryFile) -> [Finding] {
        guard !file.isGenerated, file.bytes > bytesMaximum else { return [] }
        return [Finding(file.path, "\(file.bytes) bytes, the limit is \(bytesMaximum)")]
    }

    static func wrongMode(_ file: RepositoryFile) -> [Finding] {
        let isScript = file.text.hasPrefix("#!")
        if isScript, !file.isExecutable {
            return [Finding(file.path, "make the script executable")]
        }
        if !isScript, file.isExecutable { return [Finding(file.path, "no script: chmod -x")] }
        return []
    }

    /// What is to do belongs into an issue, where somebody finds it.
    static func postponed(_ file: RepositoryFile) -> [Finding] {
        linesThatContain(["TO" + "DO", "FIX" + "ME", "X" + "XX"], in: file) { mark in
            "do it now or file an issue: \(mark)"
        }
    }

    /// Paths of the machine on which something was written mean nothing on another.
    static func machinePaths(_ file: RepositoryFile) -> [Finding] {
        let starts = ["work", "farm", "root", "home", "opt", "tmp/dk", "tmp/bash_jobs"]
        return starts.flatMap { start in
            linesThatContain(["/" + start + "/"], in: file) { "a path of one machine: \($0)" }
        }
    }

    private static func linesThatContain(
        _ marks: [String],
        in file: RepositoryFile,
        advice: (String) -> String
    ) -> [Finding] {
        marks.filter { file.text.contains($0) }.flatMap { mark in
            file.lines.enumerated().compactMap { index, line in
                guard let range = line.range(of: mark) else { return nil }
                // `$work/data/` or `homework/` is not the mark, it only ends like it.
                let before = line[..<range.lowerBound].last
                let after = line[range.upperBound...].first
                guard before.map(isPartOfName) != true else { return nil }
                guard mark.hasSuffix("/") || after.map(isPartOfName) != true else { return nil }
                return Finding(file.path, line: index + 1, advice(mark))
            }
        }
    }

    private static func isPartOfName(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || "_}.$-*)".contains(character)
    }
}
