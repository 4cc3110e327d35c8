internal import DocketCore
internal import DocketRuntime
internal import DocketSystem
internal import Synchronization

/// Writes that wait for their tenant's thread: what came while the last group was away is the next.
///
/// One waiting call of each tenant leads: its task has the group written that it is in, and then
/// passes the lead on to the first call that is still wanted.
final class WriteQueue: Sendable {
    private struct Waiting {
        var calls: [WriteCall] = []
        var bytes = 0
    }

    private let configuration: EmbeddedConfiguration
    /// Tenants with a leader.
    private let waiting = Mutex<[TenantID: Waiting]>([:])

    init(_ configuration: EmbeddedConfiguration) { self.configuration = configuration }

    /// Puts the call in the queue; it leads when there was none.
    ///
    /// - Throws: ``DocketError`` `resourceExhausted` when too much of the tenant's waits.
    func append(_ call: WriteCall, _ tenant: TenantID) throws(DocketError) {
        let isAccepted = waiting.withLock { waiting in
            var mine = waiting[tenant] ?? Waiting()
            guard mine.calls.count < configuration.waitingCalls,
                mine.bytes + call.bytes <= configuration.waitingBytes || mine.calls.isEmpty
            else { return false }
            if waiting[tenant] == nil { call.turn.succeed(.lead) }
            mine.calls.append(call)
            mine.bytes += call.bytes
            waiting[tenant] = mine
            return true
        }
        guard isAccepted else {
            throw DocketError(
                .resourceExhausted,
                "too many writes of the tenant wait",
                retryAfter: .milliseconds(200),
                isNotProcessed: true
            )
        }
    }

    /// The next group, at least one call; empty when the queue is.
    ///
    /// With `isShort` others wait for their turn to write.
    func takeGroup(_ tenant: TenantID, isShort: Bool) -> [WriteCall] {
        let divisor = isShort ? configuration.sharedGroupDivisor : 1
        let bytesMaximum = configuration.groupBytes / divisor
        return waiting.withLock { waiting in
            guard var mine = waiting[tenant] else { return [] }
            var count = 0
            var bytes = 0
            for call in mine.calls.prefix(configuration.groupCalls / divisor) {
                guard count == 0 || bytes + call.bytes <= bytesMaximum else { break }
                count += 1
                bytes += call.bytes
            }
            let group = Array(mine.calls.prefix(count))
            mine.calls.removeFirst(count)
            mine.bytes -= bytes
            waiting[tenant] = mine
            return group
        }
    }

    /// Answers a call whose work has ended; it leaves the queue if no group has taken it yet.
    func giveUp(_ call: WriteCall, _ tenant: TenantID, _ work: WorkLimit) {
        let isWaiting = waiting.withLock { waiting in
            guard let place = waiting[tenant]?.calls.firstIndex(where: { $0 === call }) else {
                return false
            }
            waiting[tenant]?.calls.remove(at: place)
            waiting[tenant]?.bytes -= call.bytes
            return true
        }
        call.settle(.failure(isWaiting ? WriteCall.withdrawn(work) : WriteCall.abandoned(work)))
    }

    /// Lets the first waiting call that is still wanted lead.
    func passLead(_ tenant: TenantID) {
        waiting.withLock { waiting in
            guard var mine = waiting[tenant] else { return }
            while let next = mine.calls.first {
                if next.turn.settle(.success(.lead)) {
                    waiting[tenant] = mine
                    return
                }
                // Its caller is just giving up.
                mine.calls.removeFirst()
                mine.bytes -= next.bytes
            }
            waiting[tenant] = nil
        }
    }
}
