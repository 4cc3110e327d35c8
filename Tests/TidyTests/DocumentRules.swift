import Foundation

/// Rules for Markdown.
enum DocumentRules {
    static func titles(_ file: RepositoryFile) -> [Finding] {
        let titles = prose(file).filter { $0.text.hasPrefix("# ") }
        if titles.isEmpty { return [Finding(file.path, "begin with one `# Title`")] }
        return titles.dropFirst().map {
            Finding(file.path, line: $0.line, "a second `# Title`")
        }
    }

    /// Links to files that are not in the repository, and to headings that are not in the file.
    static func deadLinks(_ file: RepositoryFile, in repository: [RepositoryFile]) -> [Finding] {
        let folder = file.path.split(separator: "/").dropLast().map(String.init)
        return prose(file).flatMap { line in
            targets(of: line.text).compactMap { target in
                guard !target.contains("://"), !target.hasPrefix("mailto:") else { return nil }
                let parts = target.split(separator: "#", omittingEmptySubsequences: false)
                let path = parts[0].isEmpty ? file.path : resolved(String(parts[0]), from: folder)
                let advice = "a dead link: \(target)"
                let finding = Finding(file.path, line: line.line, advice)
                guard let destination = repository.first(where: { $0.path == path }) else {
                    let isFolder = repository.contains { $0.path.hasPrefix(path + "/") }
                    return isFolder ? nil : finding
                }
                guard parts.count > 1 else { return nil }
                return anchors(of: destination).contains(String(parts[1])) ? nil : finding
            }
        }
    }

    /// The lines outside of code blocks, with their numbers.
    private static func prose(_ file: RepositoryFile) -> [(line: Int, text: Substring)] {
        var isCode = false
        return file.lines.enumerated().compactMap { index, line in
            if line.drop(while: { $0 == " " }).hasPrefix("```") { isCode.toggle() }
            return isCode ? nil : (index + 1, line)
        }
    }

    private static func targets(of line: Substring) -> [String] {
        line.components(separatedBy: "](").dropFirst().compactMap { rest in
            rest.split(separator: ")", omittingEmptySubsequences: false).first.map(String.init)
        }
    }

    private static func resolved(_ path: String, from folder: [String]) -> String {
        var parts = folder
        for part in path.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
        }
        return parts.joined(separator: "/")
    }

    /// The headings as links name them: lower case, hyphens for spaces, no punctuation.
    private static func anchors(of file: RepositoryFile) -> Set<String> {
        Set(
            prose(file).filter { $0.text.hasPrefix("#") }.map { heading in
                heading.text.drop { $0 == "#" || $0 == " " }.lowercased()
                    .replacingOccurrences(of: " ", with: "-")
                    .filter { $0.isLetter || $0.isNumber || $0 == "-" || $0 == "_" }
            }
        )
    }
}
