internal import DocketRuntime
internal import DocketSystem

/// Which node of the engine is asked next: in turns, without those that failed a moment ago.
///
/// A node that fails is left out for a while that doubles with each failure; then one request a
/// second tries it, and the others follow when one is answered.
struct Endpoints: Sendable {
    /// What became of a request to a node.
    enum Outcome: Sendable {
        /// It answered, whatever it said.
        case answered
        /// No connection, a broken one, or a status that says that the node cannot serve.
        case failed
        /// It did not answer in a time that most requests need not: it hangs or has much to do.
        case late
        /// The request was ended before it could tell.
        case unknown
    }

    private enum State {
        case serving
        case leftOut(until: MonotonicTime, Backoff)
        /// One request finds out whether it serves again, and the next one if that takes long.
        case tried(nextAt: MonotonicTime, Backoff)
    }

    /// Addresses as `https://host:9200`, without a slash at the end.
    let urls: [String]
    private var states: [State]
    private var next = 0
    /// A bulk may take many seconds, for which searches are not to be kept away.
    private static let trialTime = Duration.seconds(1)
    private static let backoff = Backoff(
        base: .milliseconds(250),
        cap: .seconds(15),
        jitter: .equal
    )

    /// - Precondition: there is an address.
    init(_ urls: [String]) {
        precondition(!urls.isEmpty, "there is no address of a search engine")
        self.urls = urls
        states = urls.map { _ in .serving }
    }

    /// Nodes that are not left out.
    var serving: Int {
        states.count { if case .serving = $0 { true } else { false } }
    }

    /// The place of the node to ask; nil when none may be, but for those of `tried`.
    mutating func choose(at now: MonotonicTime, without tried: Set<Int> = []) -> Int? {
        for offset in urls.indices {
            let place = (next + offset) % urls.count
            guard !tried.contains(place) else { continue }
            switch states[place] {
            case .serving: break
            case .leftOut(let until, let backoff) where until <= now,
                .tried(let until, let backoff) where until <= now:
                states[place] = .tried(nextAt: now + Self.trialTime, backoff)
            case .leftOut, .tried: continue
            }
            next = (place + 1) % urls.count
            return place
        }
        return nil
    }

    mutating func settle(_ place: Int, _ outcome: Outcome, at now: MonotonicTime) {
        switch (outcome, states[place]) {
        case (.answered, _): states[place] = .serving
        case (.failed, .serving): leaveOut(place, Self.backoff, now)
        case (.failed, .tried(_, let backoff)): leaveOut(place, backoff, now)
        case (.late, .serving): if !isAlone(place) { leaveOut(place, Self.backoff, now) }
        case (.late, .tried(_, let backoff)):
            if isAlone(place) { states[place] = .serving } else { leaveOut(place, backoff, now) }
        // Others that were under way when it began to fail say nothing new.
        case (.failed, .leftOut), (.late, .leftOut): break
        case (.unknown, .tried(_, let backoff)):
            states[place] = .leftOut(until: now, backoff)
        case (.unknown, _): break
        }
    }

    /// Whether the node at `place` is asked in its turn.
    func isServing(_ place: Int) -> Bool {
        if case .serving = states[place] { true } else { false }
    }

    /// Whether no other node serves: a slow answer is better than none, so that a bulk which takes
    /// long does not end searches.
    private func isAlone(_ place: Int) -> Bool {
        !states.indices.contains { $0 != place && isServing($0) }
    }

    private mutating func leaveOut(_ place: Int, _ backoff: Backoff, _ now: MonotonicTime) {
        var backoff = backoff
        let pause = backoff.next()
        states[place] = .leftOut(until: now + pause, backoff)
    }

    /// How long until some node may be asked again.
    func pause(at now: MonotonicTime) -> Duration {
        let ends = states.map { state -> MonotonicTime in
            switch state {
            case .serving: now
            case .leftOut(let until, _), .tried(let until, _): until
            }
        }
        return max(.milliseconds(50), (ends.min() ?? now) - now)
    }
}
