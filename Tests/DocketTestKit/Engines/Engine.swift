internal import Foundation
internal import Synchronization

/// A real engine on a port of its own, with its data in a directory of its own.
///
/// `scripts/engine` runs it and reads orders from a pipe, whose end is the engine's: it is gone a
/// moment after this is released, or after the process of the tests has ended in whatever way.
package final class Engine: Sendable {
    /// What `scripts/engine` can run.
    package enum Kind: String, Sendable {
        case postgres
        case pgbouncer
        case redis
        case rabbitmq
        case elasticsearch
        case opensearch
        case kubernetes
    }

    package let kind: Kind
    package let host = "127.0.0.1"
    /// Stays the same when the engine comes back.
    package let port: UInt16
    /// What the engine writes; its output is the file `log`.
    package let directory: String
    private let program: RunningProgram
    private let orders = Mutex(0)

    /// The path of `scripts/engine`.
    package static let script = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("scripts/engine").path

    /// The variable that says where search engines are.
    static let location = ProcessInfo.processInfo.environment
        .filter { $0.key == "DOCKET_TEST_ENGINES" }

    /// Starts it; returns when it answers.
    ///
    /// - Parameters:
    ///   - kind: The engine.
    ///   - settings: In its own words, `name=value`.
    ///   - environment: The variables that `scripts/engine` documents.
    /// - Throws: ``EngineFailed`` when it ends, or has not answered after four minutes.
    init(_ kind: Kind, settings: [String], environment: [String: String]) async throws {
        program = try RunningProgram(
            Self.script,
            [kind.rawValue] + settings,
            environment: Self.location.merging(environment) { $1 },
            takesInput: true
        )
        self.kind = kind
        let line = try await Self.answer("ready ", of: program, kind)
        let words = line.split(separator: " ", maxSplits: 2)
        guard words.count == 3, let port = UInt16(words[1]) else {
            throw EngineFailed(kind: kind, lines: [line])
        }
        self.port = port
        directory = String(words[2])
    }

    /// Kills all of its processes, as a crash does.
    package func crash() async throws { try await order("kill") }

    /// Starts it again after a crash, on the same port and data; returns when it answers.
    package func start() async throws { try await order("start") }

    /// Stops all of its processes: connections stay, and nothing answers.
    package func freeze() async throws { try await order("freeze") }

    /// Lets its processes go on after ``freeze()``.
    package func thaw() async throws { try await order("thaw") }

    /// Leaves not a byte of a disk of its own.
    package func fill() async throws { try await order("fill") }

    /// Leaves three percent of a disk of its own.
    package func crowd() async throws { try await order("crowd") }

    /// Takes away what ``fill()`` or ``crowd()`` has put there.
    package func drain() async throws { try await order("drain") }

    /// Ends it for good; returns when its processes and its directory are gone.
    package func stop() async throws {
        program.closeInput()
        _ = try await program.end()
    }

    private func order(_ order: String) async throws {
        let number = orders.withLock { count in
            count += 1
            return count
        }
        try program.send("\(order) \(number)")
        _ = try await Self.answer("done \(order) \(number)", of: program, kind)
    }

    private static func answer(
        _ text: String,
        of program: RunningProgram,
        _ kind: Kind
    ) async throws -> String {
        do {
            return try await program.output.first(containing: text)
        } catch {
            // The reason comes after the last answer.
            let end = try await program.end()
            throw EngineFailed(kind: kind, lines: end.errors)
        }
    }
}

/// An engine did not start, or a program that asked it failed.
package struct EngineFailed: Error {
    package let kind: Engine.Kind
    /// What it said, or the end of its log.
    package let lines: [String]
}
