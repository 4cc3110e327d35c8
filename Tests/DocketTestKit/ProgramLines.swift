internal import Synchronization

/// The lines that a program writes, for all who wait for them.
package final class ProgramLines: Sendable {
    private struct State {
        var lines: [String] = []
        var rest: [UInt8] = []
        var hasEnded = false
        var waiting: [AsyncStream<String>.Continuation] = []

        mutating func endLine() {
            let line = String(decoding: rest, as: UTF8.self)
            rest = []
            lines.append(line)
            for waiting in waiting { waiting.yield(line) }
        }
    }

    private let state = Mutex(State())

    /// What came so far.
    package var all: [String] { state.withLock { $0.lines } }

    /// The first line with `text` in it, which may be yet to come.
    package func first(containing text: String) async throws -> String {
        for await line in stream() where line.contains(text) { return line }
        throw LineMissing(text: text, lines: all)
    }

    /// Returns when no more will come.
    func end() async { for await _ in stream() {} }

    /// All lines, from the first one on.
    private func stream() -> AsyncStream<String> {
        AsyncStream { continuation in
            state.withLock { state in
                for line in state.lines { continuation.yield(line) }
                if state.hasEnded {
                    continuation.finish()
                } else {
                    state.waiting.append(continuation)
                }
            }
        }
    }

    func add(_ bytes: some Sequence<UInt8>) {
        state.withLock { state in
            for byte in bytes {
                if byte == UInt8(ascii: "\n") { state.endLine() } else { state.rest.append(byte) }
            }
        }
    }

    func finish() {
        state.withLock { state in
            if !state.rest.isEmpty { state.endLine() }
            state.hasEnded = true
            for waiting in state.waiting { waiting.finish() }
        }
    }
}

/// The program ended, or the test's time did, without such a line.
package struct LineMissing: Error {
    let text: String
    let lines: [String]
}
