internal import DocketSystem
package import DocketTelemetry
internal import Synchronization

/// Log lines, to be waited for, and what the metrics said when each was written.
package final class LineLog: LogSink {
    private struct State {
        var lines: [String] = []
        var metrics: [String] = []
        var waiting: [(text: String, shot: OneShot<Void>)] = []
    }

    private let state = Mutex(State())
    private let metrics: @Sendable () -> String

    package init(metrics: @escaping @Sendable () -> String) { self.metrics = metrics }

    package func accept(_ record: LogRecord) {
        var bytes: [UInt8] = []
        record.encode(into: &bytes)
        let line = String(decoding: bytes, as: UTF8.self)
        let metrics = metrics()
        let met = state.withLock { state in
            state.lines.append(line)
            state.metrics.append(metrics)
            let met = state.waiting.filter { line.contains($0.text) }
            state.waiting.removeAll { line.contains($0.text) }
            return met.map(\.shot)
        }
        for shot in met { shot.succeed(()) }
    }

    package func line(with text: String) -> String? {
        state.withLock { $0.lines.last { $0.contains(text) } }
    }

    /// What the metrics said when the first line with `text` was written.
    package func metrics(at text: String) -> String? {
        state.withLock { state in
            state.lines.firstIndex { $0.contains(text) }.map { state.metrics[$0] }
        }
    }

    /// Returns once a line with `text` was written.
    package func wait(for text: String) async throws {
        let shot = OneShot<Void>()
        let isThere = state.withLock { state in
            if state.lines.contains(where: { $0.contains(text) }) { return true }
            state.waiting.append((text, shot))
            return false
        }
        if !isThere { try await shot.value() }
    }
}
