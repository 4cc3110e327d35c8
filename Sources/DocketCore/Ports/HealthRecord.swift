internal import DocketSystem
internal import Synchronization

/// How one part of the server is, as the part itself last said: written where that shows, read by
/// whoever asks how the server is.
package final class HealthRecord: Sendable {
    /// Bytes of an error that are kept.
    private static let errorBytes = 200

    private let state: Mutex<PartHealth>

    package init(_ part: String, address: String = "", _ state: HealthState = .unknown) {
        self.state = Mutex(
            PartHealth(
                part: part,
                address: address,
                state: state,
                sinceMicroseconds: state == .unknown ? 0 : WallClock.microseconds()
            )
        )
    }

    package var now: PartHealth { state.withLock { $0 } }

    /// Something failed, which by itself does not change how the part is.
    package func note(_ error: String) {
        let time = WallClock.microseconds()
        state.withLock { Self.note(error, at: time, in: &$0) }
    }

    private static func note(_ error: String, at time: Int64, in kept: inout PartHealth) {
        kept.lastError = error.prefix(bytes: errorBytes)
        kept.lastErrorMicroseconds = time
    }

    /// The part is so now, `error` is why; never an engine's words about a document or a secret.
    package func set(_ state: HealthState, error: String? = nil) {
        let time = WallClock.microseconds()
        self.state.withLock { kept in
            if kept.state != state {
                kept.state = state
                kept.sinceMicroseconds = time
            }
            if let error { Self.note(error, at: time, in: &kept) }
        }
    }
}

extension String {
    /// As many of its first characters as fit.
    fileprivate func prefix(bytes: Int) -> String {
        var text = self
        while text.utf8.count > bytes { text.removeLast() }
        return text
    }
}
