package import DocketCore
internal import Synchronization

/// Bounds the calls under way, from their first frame to the end of their work.
///
/// A tenant may have as many as are still free: one alone gets half of all places, of many each
/// gets its part, and there is always room for one that has few; so calls whose requests never come
/// take no place that another needs. Administration has places of its own, and the call that ends
/// a key's access has some that nothing else takes. Cached answers never come here; they are given
/// in the turn that read them.
package final class Admission: Sendable {
    /// Whose places a call takes.
    package enum Class: Hashable, Sendable {
        case tenant(TenantID)
        case administration
        /// RevokeKey, which must get through whatever else happens.
        case revocation
    }

    private struct State {
        var all = 0
        var byClass: [Class: Int] = [:]
    }

    /// Calls under way of all tenants together.
    package let maximum: Int
    /// Calls under way of administration.
    package static let administrationMaximum = 256
    package static let revocationMaximum = 64
    private let state = Mutex(State())

    package init(maximum: Int = 4096) { self.maximum = maximum }

    /// Takes a place for a call, or says why there is none.
    package func enter(_ owner: Class) -> DocketError? {
        let isTaken = state.withLock { state in
            let own = state.byClass[owner, default: 0]
            switch owner {
            case .tenant:
                guard own < maximum - state.all else { return false }
                state.all += 1
            case .administration:
                guard own < Self.administrationMaximum else { return false }
            case .revocation:
                guard own < Self.revocationMaximum else { return false }
            }
            state.byClass[owner] = own + 1
            return true
        }
        guard !isTaken else { return nil }
        return DocketError(
            .resourceExhausted,
            "too many calls are under way",
            retryAfter: .milliseconds(Int.random(in: 100...500)),
            isNotProcessed: true
        )
    }

    /// Gives the place back.
    package func leave(_ owner: Class) {
        state.withLock { state in
            guard let own = state.byClass[owner] else { return }
            if case .tenant = owner { state.all -= 1 }
            state.byClass[owner] = own > 1 ? own - 1 : nil
        }
    }

    /// Calls under way, for the metrics.
    package var underWay: Int { state.withLock { $0.byClass.values.reduce(0, +) } }
}
