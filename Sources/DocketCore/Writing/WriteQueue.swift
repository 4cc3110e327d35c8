internal import DocketSystem
internal import Synchronization

/// Writes that wait for their tenant's thread: what came while the last group was away is the next.
///
/// One waiting call of each tenant leads: its task has the group written that it is in, and then
/// passes the lead on to the first call that is still wanted.
package final class WriteQueue: Sendable {
    /// The bounds of one tenant.
    package struct Limits: Sendable {
        /// Most calls of one transaction.
        package var groupCalls: Int
        /// Bytes of documents after which a transaction takes no more calls.
        package var groupBytes: Int
        /// Calls that wait to be written before more are refused.
        package var waitingCalls: Int
        /// Bytes of them.
        package var waitingBytes: Int
        /// By so much a group is smaller while other tenants wait to write.
        package var sharedGroupDivisor: Int

        package init(
            groupCalls: Int,
            groupBytes: Int,
            waitingCalls: Int,
            waitingBytes: Int,
            sharedGroupDivisor: Int = 1
        ) {
            self.groupCalls = groupCalls
            self.groupBytes = groupBytes
            self.waitingCalls = waitingCalls
            self.waitingBytes = waitingBytes
            self.sharedGroupDivisor = sharedGroupDivisor
        }
    }

    private struct Waiting {
        var calls: [WriteCall] = []
        var bytes = 0
    }

    private let limits: Limits
    /// Tenants with a leader.
    private let waiting = Mutex<[TenantID: Waiting]>([:])

    package init(_ limits: Limits) { self.limits = limits }

    /// Puts the call in the queue; it leads when there was none.
    ///
    /// - Throws: ``DocketError`` `resourceExhausted` when too much of the tenant's waits.
    package func append(_ call: WriteCall, _ tenant: TenantID) throws(DocketError) {
        let isAccepted = waiting.withLock { waiting in
            var mine = waiting[tenant] ?? Waiting()
            guard mine.calls.count < limits.waitingCalls,
                mine.bytes + call.bytes <= limits.waitingBytes || mine.calls.isEmpty
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
    package func takeGroup(_ tenant: TenantID, isShort: Bool) -> [WriteCall] {
        let divisor = isShort ? limits.sharedGroupDivisor : 1
        let bytesMaximum = limits.groupBytes / divisor
        return waiting.withLock { waiting in
            guard var mine = waiting[tenant] else { return [] }
            var count = 0
            var bytes = 0
            for call in mine.calls.prefix(limits.groupCalls / divisor) {
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
    @discardableResult
    package func giveUp(
        _ call: WriteCall,
        _ tenant: TenantID,
        _ work: WorkLimit
    ) -> DocketError {
        let isWaiting = waiting.withLock { waiting in
            guard let place = waiting[tenant]?.calls.firstIndex(where: { $0 === call }) else {
                return false
            }
            waiting[tenant]?.calls.remove(at: place)
            waiting[tenant]?.bytes -= call.bytes
            return true
        }
        let error = isWaiting ? WriteCall.withdrawn(work) : WriteCall.abandoned(work)
        call.settle(.failure(error))
        return error
    }

    /// Lets the first waiting call that is still wanted lead.
    package func passLead(_ tenant: TenantID) {
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
