internal import DocketCore
internal import DocketSystem

/// When snapshots are made by themselves, and which are removed: what the engine has goes in, what
/// is to be done comes out.
///
/// Time is cut into slots, each of which has one snapshot, named by its beginning: so servers need
/// not agree on who makes it.
struct SnapshotSchedule: Sendable {
    enum Action: Hashable, Sendable {
        case begin(String)
        case remove(String)
        case rest(Duration)
    }

    private static let start = "scheduled-"
    /// While a snapshot runs.
    private static let poll = Duration.seconds(10)
    /// Others may remove what this one counts on.
    private static let restMaximum = Duration.seconds(60)

    /// The length of a slot.
    let interval: Duration
    /// Snapshots of slots that are kept; at least 1.
    let kept: Int

    /// What is to be done next, `now` in microseconds since 1970.
    func next(_ snapshots: [IndexSnapshot], at now: Int64) -> Action {
        let own = snapshots.filter { $0.name.hasPrefix(Self.start) }
        guard !own.contains(where: { $0.state == .running }) else { return .rest(Self.poll) }
        let length = max(1, interval.components.seconds) * 1_000_000
        let begin = now - now % length
        let name = Self.start + SnapshotName.time(begin)
        guard own.contains(where: { $0.name == name }) else { return .begin(name) }
        // One that failed keeps its slot: it says what happened until the next one.
        let failed = own.first { $0.state == .failed && $0.name != name }
        let whole = own.filter { $0.state == .complete }.sorted { $0.name < $1.name }
        if let old = failed ?? (whole.count > kept ? whole.first : nil) { return .remove(old.name) }
        let left = Duration.microseconds(begin + length - now)
        return .rest(min(left, Self.restMaximum))
    }
}

/// What snapshots are called.
enum SnapshotName {
    private static let bytesMaximum = 100

    /// As `20261128t110500z`.
    static func time(_ microseconds: Int64) -> String {
        let text = CalendarTime(microseconds: microseconds).text
        return text.filter { $0 != "-" && $0 != ":" }.lowercased() + "z"
    }

    /// - Throws: ``DocketError`` `invalidArgument` for a name that the engine may take for
    ///   something else.
    static func check(_ name: String) throws(DocketError) {
        guard (1...bytesMaximum).contains(name.utf8.count) else {
            throw .invalid("name", "has to have 1 to \(bytesMaximum) bytes", limit: bytesMaximum)
        }
        let isPlain = name.utf8.allSatisfy { byte in
            (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
                || "-_.".utf8.contains(byte)
        }
        guard isPlain, name.utf8.first.map({ "-_.".utf8.contains($0) }) == false else {
            throw .invalid(
                "name",
                "has to be lower case letters, digits, -, _ and ., and begin with one of the first"
            )
        }
    }
}
