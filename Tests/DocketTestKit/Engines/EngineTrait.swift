internal import Foundation
internal import Synchronization
package import Testing

extension Trait where Self == ConditionTrait {
    /// Skips tests where an engine cannot be had, and says what is missing.
    ///
    /// `scripts/test` lists and counts at its end what was skipped as `missing`.
    package static func needs(_ engines: Engine.Kind...) -> Self {
        let missing = engines.flatMap(\.missing).joined(separator: ", ")
        return .disabled(if: !missing.isEmpty, "missing: \(missing)")
    }
}

extension Trait where Self == ConditionTrait {
    /// Skips tests where a search engine cannot have a disk of its own, and says why.
    package static var needsDisk: Self {
        let missing = Engine.Kind.gaps("elasticsearch", ["ENGINE_DISK": "1m"])
        return .disabled(if: !missing.isEmpty, "missing: \(missing.joined(separator: ", "))")
    }

    /// Skips tests where programs are not installed, and says which.
    package static func needs(programs: String...) -> Self {
        let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
        let missing = programs.filter { program in
            !folders.contains {
                FileManager.default.isExecutableFile(atPath: "\($0)/\(program)")
            }
        }
        let reason = missing.map { "\($0) is not installed" }.joined(separator: ", ")
        return .disabled(if: !missing.isEmpty, "missing: \(reason)")
    }
}

extension Engine.Kind {
    /// What keeps the engine from starting on this machine.
    fileprivate var missing: [String] {
        Self.known.withLock { known in
            if let gaps = known[self] { return gaps }
            let found = Self.gaps(rawValue)
            known[self] = found
            return found
        }
    }

    fileprivate static func gaps(
        _ engine: String,
        _ environment: [String: String] = [:]
    ) -> [String] {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(fileURLWithPath: Engine.script)
        process.arguments = ["--missing", engine]
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = pipe
        process.standardInput = FileHandle.nullDevice
        do { try process.run() } catch { return ["scripts/engine does not start: \(error)"] }
        let lines = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: lines, as: UTF8.self).split(separator: "\n").map(String.init)
    }

    private static let known = Mutex<[Self: [String]]>([:])
}
