/// Which of the connections waits longest for the head of a request, and goes for a new one.
///
/// Answers are made at once, so a connection waits for a head at all times between two answers.
struct HTTPPlaces {
    private struct Waiting {
        let descriptor: Int32
        var since: ContinuousClock.Instant
    }

    private let maximum: Int
    /// The longest waiting first.
    private var waiting: [Waiting] = []

    init(maximum: Int) { self.maximum = max(1, maximum) }

    var count: Int { waiting.count }

    /// A connection was taken: returns the one that is cut for it.
    mutating func opened(_ descriptor: Int32, at now: ContinuousClock.Instant) -> Int32? {
        let leaving = waiting.count >= maximum ? waiting.removeFirst().descriptor : nil
        waiting.append(Waiting(descriptor: descriptor, since: now))
        return leaving
    }

    /// A request of the connection was answered: it waits for the next.
    mutating func answered(_ descriptor: Int32, at now: ContinuousClock.Instant) {
        guard let index = waiting.firstIndex(where: { $0.descriptor == descriptor }) else { return }
        waiting.remove(at: index)
        waiting.append(Waiting(descriptor: descriptor, since: now))
    }

    mutating func closed(_ descriptor: Int32) {
        waiting.removeAll { $0.descriptor == descriptor }
    }

    /// Those that have waited since before `limit`; each is told once.
    mutating func takeLate(before limit: ContinuousClock.Instant) -> [Int32] {
        let late = waiting.prefix { $0.since < limit }
        waiting.removeFirst(late.count)
        return late.map(\.descriptor)
    }
}
