internal import DocketClient
internal import DocketSystem
internal import Synchronization

/// What all calls of a rehearsal were told, counted by the phase that they fell into.
final class FaultHistory: Sendable {
    enum Phase: Int, CaseIterable, Sendable { case before, during, after }

    enum Call: CaseIterable, Sendable {
        case upload
        /// A search that is made again and again.
        case repeated
        /// A search that nobody has made before.
        case new
    }

    enum Outcome: Hashable, Sendable {
        case answered
        /// From a cache, flagged.
        case degraded
        case failed(DocketError.Code, message: String)

        init(_ error: DocketError) {
            self = .failed(error.code, message: error.message)
        }

        var isFailure: Bool { if case .failed = self { true } else { false } }
    }

    /// One cell of the table.
    struct Cell: Hashable, Sendable {
        let call: Call
        let phase: Phase
        let outcome: Outcome
    }

    /// The beginning of a call.
    struct Start: Sendable {
        let phase: Phase
        let time: MonotonicTime
        /// How many deletes had been acknowledged: these documents may not be seen any more.
        let deletes: Int
    }

    struct State: Sendable {
        var phase = Phase.before
        var phaseBegan = MonotonicTime.now()
        /// Calls that began in the phase.
        var begun = 0
        var counts: [Cell: Int] = [:]
        var latencies: [Cell: [Duration]] = [:]
        /// How long after the fault's begin a search was answered from a cache and said so; nil
        /// when none was.
        var untilDegraded: Duration?
        /// How long after the fault's end a search still failed or was degraded.
        var untilNormal = Duration.zero
        var uploaded: Set<String> = []
        /// Whose delete had no answer.
        var undecided: Set<String> = []
        /// In the order of the answers, from 0.
        var deleted: [String: Int] = [:]
        /// Of all searches.
        var hits = 0
        /// Repeated searches that were answered once, so that caches have them.
        var known: Set<String> = []
        /// Deleted documents that were found.
        var wronglyFound: Set<String> = []

        /// Documents that must be there.
        var standing: Set<String> { uploaded.subtracting(undecided).subtracting(deleted.keys) }

        func count(_ call: Call, _ phase: Phase, where fits: (Outcome) -> Bool) -> Int {
            counts.reduce(0) { sum, cell in
                let isWanted = cell.key.call == call && cell.key.phase == phase
                return isWanted && fits(cell.key.outcome) ? sum + cell.value : sum
            }
        }

        func codes(_ call: Call, _ phase: Phase) -> Set<DocketError.Code> {
            Set(
                counts.keys.compactMap { cell in
                    guard cell.call == call, cell.phase == phase,
                        case .failed(let code, _) = cell.outcome
                    else { return nil }
                    return code
                }
            )
        }
    }

    private struct Watched: Sendable {
        var state = State()
        var watchers: [(isMet: @Sendable (State) -> Bool, met: OneShot<Void>)] = []
    }

    private let watched = Mutex(Watched())

    var now: State { watched.withLock { $0.state } }

    func enter(_ phase: Phase) {
        change { state in
            state.phase = phase
            state.phaseBegan = .now()
            state.begun = 0
        }
    }

    func begin() -> Start {
        change { state in
            state.begun += 1
            return Start(phase: state.phase, time: .now(), deletes: state.deleted.count)
        }
    }

    /// A call that met the fault belongs to it, however it began or ended.
    func end(_ call: Call, _ start: Start, _ outcome: Outcome) {
        let now = MonotonicTime.now()
        change { state in
            let phase = start.phase == .before ? state.phase : start.phase
            let cell = Cell(call: call, phase: phase, outcome: outcome)
            state.counts[cell, default: 0] += 1
            state.latencies[cell, default: []].append(now - start.time)
            if state.phase == .during, outcome == .degraded, state.untilDegraded == nil {
                state.untilDegraded = now - state.phaseBegan
            }
            if state.phase == .after, call != .upload, outcome != .answered {
                state.untilNormal = now - state.phaseBegan
            }
        }
    }

    func uploaded(_ id: String) {
        change { _ = $0.uploaded.insert(id) }
    }

    /// False for a document that nobody was told is there.
    func willDelete(_ id: String) -> Bool {
        change { state in
            guard state.uploaded.contains(id) else { return false }
            state.undecided.insert(id)
            return true
        }
    }

    func deleted(_ id: String) {
        change { state in
            state.undecided.remove(id)
            state.deleted[id] = state.deleted.count
        }
    }

    func found(_ ids: [String], by start: Start, of words: String, isNew: Bool) {
        change { state in
            if !isNew { state.known.insert(words) }
            state.hits += ids.count
            for id in ids where state.deleted[id].map({ $0 < start.deletes }) ?? false {
                state.wronglyFound.insert(id)
            }
        }
    }

    /// Returns once `isMet` is true.
    func until(_ isMet: @escaping @Sendable (State) -> Bool) async throws {
        let met = OneShot<Void>()
        watched.withLock { $0.watchers.append((isMet, met)) }
        change { _ in }
        try await met.value()
    }

    private func change<Value>(_ body: (inout State) -> Value) -> Value {
        let (value, met) = watched.withLock { watched in
            let value = body(&watched.state)
            guard !watched.watchers.isEmpty else { return (value, [OneShot<Void>]()) }
            let met = watched.watchers.filter { $0.isMet(watched.state) }.map(\.met)
            watched.watchers.removeAll { $0.isMet(watched.state) }
            return (value, met)
        }
        for met in met { met.succeed(()) }
        return value
    }
}
