internal import DocketSystem

/// Tells a node that is gone from one that has much to do, while requests wait for it: when nothing
/// has come from it for a while it is asked whether it is there, which costs it nothing.
///
/// Without it a request to a frozen node, or by a network that swallows it, waits for the whole
/// time that its caller has. Time comes from the caller.
struct NodeWatch: Sendable {
    struct Limits: Sendable {
        /// Without a reply for so long, while one is waited for, a node is asked.
        var quiet = Duration.seconds(1)
        /// A node that then says nothing for so long is silent.
        var probe = Duration.seconds(2)
    }

    enum Finding: Hashable, Sendable {
        case fine
        /// Ask the node whether it is there.
        case ask
        /// Whoever waits for it waits in vain.
        case silent
    }

    private enum State {
        case heard(at: MonotonicTime)
        case asked(at: MonotonicTime)
    }

    private let limits: Limits
    private var state: State

    /// Of a node that a first request goes to at `now`.
    init(_ limits: Limits, at now: MonotonicTime) {
        self.limits = limits
        state = .heard(at: now)
    }

    /// Something has come from the node, whatever it says.
    mutating func heard(at now: MonotonicTime) { state = .heard(at: now) }

    mutating func look(at now: MonotonicTime) -> Finding {
        guard now >= nextLook else { return .fine }
        if case .asked = state { return .silent }
        state = .asked(at: now)
        return .ask
    }

    /// What was asked could not be delivered: silent, unless something else has come meanwhile.
    func askedInVain() -> Finding {
        if case .asked = state { .silent } else { .fine }
    }

    /// When to look again, at the latest.
    var nextLook: MonotonicTime {
        switch state {
        case .heard(let time): time + limits.quiet
        case .asked(let time): time + limits.probe
        }
    }
}
