import Foundation

/// The files of this repository that git knows or would know: no build products, nothing ignored.
struct Repository: Sendable {
    static let current = Repository()

    let root: URL
    let files: [RepositoryFile]

    private init() {
        root = URL(filePath: #filePath).resolvingSymlinksInPath()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let listing = Command.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            in: root
        )
        let root = root
        files = Set(listing.output.split(separator: "\0")).sorted().compactMap { path in
            RepositoryFile(String(path), in: root)
        }
    }

    /// Swift under `Sources/` that people write.
    var sources: [SourceFile] { swiftFiles(under: "Sources/") }

    /// Swift under `Sources/` and `Tests/`.
    var swiftFiles: [SourceFile] { swiftFiles(under: "Sources/") + swiftFiles(under: "Tests/") }

    private func swiftFiles(under folder: String) -> [SourceFile] {
        files.filter { $0.path.hasPrefix(folder) && $0.path.hasSuffix(".swift") }
            .map(SourceFile.init)
    }

    /// Text that people write: code, scripts, schema, documents.
    var handwritten: [RepositoryFile] {
        files.filter { !$0.isGenerated && !$0.isData && !$0.text.isEmpty }
    }

    var documents: [RepositoryFile] { files.filter { $0.path.hasSuffix(".md") } }

    func text(_ path: String) -> String? { files.first { $0.path == path }?.text }
}

/// One file with what the checks ask of it.
struct RepositoryFile: Sendable {
    let path: String
    let bytes: Int
    let isExecutable: Bool
    /// Empty for what is not UTF-8.
    let text: String

    init?(_ path: String, in root: URL) {
        let url = root.appending(path: path)
        guard let data = try? Data(contentsOf: url) else { return nil }
        self.init(
            path: path,
            text: String(data: data, encoding: .utf8) ?? "",
            bytes: data.count,
            isExecutable: FileManager.default.isExecutableFile(atPath: url.path)
        )
    }

    init(path: String, text: String, bytes: Int? = nil, isExecutable: Bool = false) {
        self.path = path
        self.text = text
        self.bytes = bytes ?? text.utf8.count
        self.isExecutable = isExecutable
    }

    var name: String { path.split(separator: "/").last.map(String.init) ?? path }

    var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

    /// What a tool wrote and a check of its own compares.
    var isGenerated: Bool {
        name.contains(".pb-c.") || name.contains("_pb2.")
    }

    var isData: Bool {
        path.hasPrefix("samples/") || path.contains("/Fixtures/") || path.hasSuffix(".jsonl")
    }
}

/// A program run to its end.
struct Command {
    let status: Int32
    let output: String

    static func run(_ words: [String], in folder: URL) -> Command {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        process.currentDirectoryURL = folder
        process.standardOutput = pipe
        process.standardError = pipe
        process.standardInput = FileHandle.nullDevice
        do {
            try process.run()
        } catch {
            return Command(status: 127, output: "\(error)")
        }
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Command(
            status: process.terminationStatus,
            output: String(decoding: data, as: UTF8.self)
        )
    }

    static func exists(_ program: String, in folder: URL) -> Bool {
        run(["which", program], in: folder).status == 0
    }
}
