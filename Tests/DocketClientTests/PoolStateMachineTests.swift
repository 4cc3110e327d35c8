import DocketCore
import DocketRuntime
import DocketSystem
import Testing

@testable import DocketClient

@Suite("Pool state machine", .timeLimit(.minutes(5)))
struct PoolStateMachineTests {
    private typealias Action = PoolStateMachine.Action
    private let start = MonotonicTime(nanoseconds: 1_000_000_000)
    private let refused = DocketError(.unavailable, "connection refused", isNotProcessed: true)

    private func machine(
        addresses: Int = 1,
        perAddress: Int = 2,
        growth: Int = 2,
        waiting: Int = 3
    ) -> PoolStateMachine {
        PoolStateMachine(
            .init(
                addresses: addresses,
                connectionsPerAddress: perAddress,
                callsBeforeGrowth: growth,
                waitingMaximum: waiting
            )
        )
    }

    private func call(_ number: UInt64) -> PoolStateMachine.CallID { .init(number: number) }
    private func connection(_ number: UInt64) -> PoolStateMachine.ConnectionID {
        .init(number: number)
    }

    /// A pool of one address whose connection 1 stands with `calls` in flight.
    private func ready(calls: UInt64 = 0, capacity: Int = 100) -> PoolStateMachine {
        var pool = machine()
        _ = pool.callArrived(call(0), at: start)
        _ = pool.connected(connection(1), capacity: capacity)
        _ = pool.callEnded(on: connection(1))
        for number in 0..<calls { _ = pool.callArrived(call(100 + number), at: start) }
        return pool
    }

    @Test("connects only when a call needs it, and serves the call then")
    func lazy() {
        var pool = machine()
        #expect(pool.callArrived(call(1), at: start) == [.connect(connection(1), address: 0)])
        #expect(pool.callArrived(call(2), at: start) == [])
        #expect(
            pool.connected(connection(1), capacity: 10)
                == [.assign(call(1), connection(1)), .assign(call(2), connection(1))]
        )
        #expect(pool.waitingCount == 0)
    }

    @Test(
        "tries two addresses at once while nothing stands, and goes on with the first that answers"
    )
    func twoAtOnce() {
        var pool = machine(addresses: 3)
        #expect(
            pool.callArrived(call(1), at: start)
                == [.connect(connection(1), address: 0), .connect(connection(2), address: 1)]
        )
        #expect(pool.connected(connection(2), capacity: 9) == [.assign(call(1), connection(2))])
        #expect(pool.connected(connection(1), capacity: 9) == [])
    }

    @Test("gives a call to the connection with the fewest calls in flight")
    func leastInFlight() {
        var pool = machine(growth: 1)
        _ = pool.callArrived(call(1), at: start)
        _ = pool.connected(connection(1), capacity: 10)
        // The first call made the pool grow when the second came.
        #expect(
            pool.callArrived(call(2), at: start)
                == [.assign(call(2), connection(1)), .connect(connection(2), address: 0)]
        )
        _ = pool.connected(connection(2), capacity: 10)
        #expect(pool.callArrived(call(3), at: start) == [.assign(call(3), connection(2))])
        #expect(pool.callArrived(call(4), at: start) == [.assign(call(4), connection(2))])
        _ = pool.callEnded(on: connection(1))
        #expect(pool.callArrived(call(5), at: start) == [.assign(call(5), connection(1))])
    }

    @Test("makes no more connections to an address than allowed")
    func connectionsPerAddress() {
        var pool = machine(perAddress: 1, growth: 1)
        _ = pool.callArrived(call(1), at: start)
        _ = pool.connected(connection(1), capacity: 10)
        #expect(pool.callArrived(call(2), at: start) == [.assign(call(2), connection(1))])
        #expect(pool.callArrived(call(3), at: start) == [.assign(call(3), connection(1))])
    }

    @Test("lets calls wait when every connection is full, and serves them as others end")
    func full() {
        var pool = machine(perAddress: 1)
        _ = pool.callArrived(call(1), at: start)
        _ = pool.connected(connection(1), capacity: 1)
        #expect(pool.callArrived(call(2), at: start) == [])
        #expect(pool.callEnded(on: connection(1)) == [.assign(call(2), connection(1))])
    }

    @Test("refuses calls over the bound of those that wait, as not processed")
    func bounded() throws {
        var pool = machine(waiting: 2)
        _ = pool.callArrived(call(1), at: start)
        _ = pool.callArrived(call(2), at: start)
        let refusal = try #require(pool.callArrived(call(3), at: start).first)
        guard case .refuse(call(3), let error) = refusal else {
            Issue.record("\(refusal)")
            return
        }
        #expect(error.code == .resourceExhausted)
        #expect(error.isNotProcessed)
    }

    @Test("forgets a call that no longer waits")
    func abandoned() {
        var pool = machine()
        _ = pool.callArrived(call(1), at: start)
        _ = pool.callArrived(call(2), at: start)
        pool.callAbandoned(call(1))
        #expect(
            pool.connected(connection(1), capacity: 9) == [.assign(call(2), connection(1))]
        )
    }

    @Test("goes to the next address when one fails, and refuses when all have failed")
    func failover() throws {
        var pool = machine(addresses: 3)
        _ = pool.callArrived(call(1), at: start)
        #expect(
            pool.connectFailed(connection(1), refused, at: start)
                == [.connect(connection(3), address: 2)]
        )
        #expect(pool.connectFailed(connection(2), refused, at: start) == [])
        let last = pool.connectFailed(connection(3), refused, at: start)
        guard case .refuse(call(1), let error)? = last.first else {
            Issue.record("\(last)")
            return
        }
        #expect(error.message == "connection refused")
        #expect(error.isNotProcessed)
        #expect(try #require(error.retryAfter) <= .milliseconds(100))
    }

    @Test("leaves a failed address alone for a growing time, then tries it for the next call")
    func backoff() {
        var pool = machine()
        var now = start
        for attempt in UInt64(1)...4 {
            let connects: [Action] = [.connect(connection(attempt), address: 0)]
            #expect(pool.callArrived(call(attempt), at: now) == connects)
            _ = pool.connectFailed(connection(attempt), refused, at: now)
            // Half of the delay is never undercut.
            let least = Duration.milliseconds(50) * (1 << Int(attempt - 1)) - .milliseconds(1)
            guard case .refuse? = pool.callArrived(call(90), at: now + least).first else {
                Issue.record("tried again too early")
                return
            }
            now = now + .milliseconds(100) * (1 << Int(attempt - 1))
        }
    }

    @Test("a connection that stands ends the backoff of its address")
    func backoffEnds() {
        var pool = machine()
        _ = pool.callArrived(call(1), at: start)
        _ = pool.connectFailed(connection(1), refused, at: start)
        let later = start + .seconds(1)
        _ = pool.callArrived(call(2), at: later)
        _ = pool.connected(connection(2), capacity: 5)
        _ = pool.closed(connection(2), refused, at: later)
        #expect(pool.callArrived(call(3), at: later) == [.connect(connection(3), address: 0)])
    }

    @Test("gives no call to a connection that drains, closes it after its last one")
    func draining() {
        var pool = ready(calls: 1)
        #expect(
            pool.drained(connection(1), retryAfter: nil, at: start)
                == [.connect(connection(2), address: 0)]
        )
        #expect(pool.callArrived(call(7), at: start) == [])
        #expect(pool.connected(connection(2), capacity: 9) == [.assign(call(7), connection(2))])
        #expect(pool.callEnded(on: connection(1)) == [.close(connection(1))])
    }

    @Test("closes an idle connection that drains without making another")
    func idleDrain() {
        var pool = ready()
        #expect(
            pool.drained(connection(1), retryAfter: nil, at: start) == [.close(connection(1))]
        )
    }

    @Test("lets no call wait for a connection that drains where none can be made")
    func drainingOnly() {
        var pool = ready(calls: 1)
        let replacement = pool.drained(connection(1), retryAfter: nil, at: start)
        #expect(replacement == [.connect(connection(2), address: 0)])
        #expect(pool.connectFailed(connection(2), refused, at: start) == [])
        guard case .refuse(call(1), let error)? = pool.callArrived(call(1), at: start).first else {
            Issue.record("the call waits for what will not come")
            return
        }
        #expect(error.code == .unavailable && error.isNotProcessed)
        #expect(pool.waitingCount == 0)
    }

    @Test("comes back to a server that asked to wait only after that time")
    func retryAfterOfGoAway() {
        var pool = ready()
        _ = pool.drained(connection(1), retryAfter: .seconds(3), at: start)
        let early = pool.callArrived(call(1), at: start + .seconds(2))
        guard case .refuse(_, let error)? = early.first else {
            Issue.record("\(early)")
            return
        }
        #expect(error.retryAfter == .seconds(1))
        #expect(
            pool.callArrived(call(2), at: start + .seconds(3))
                == [.connect(connection(2), address: 0)]
        )
    }

    @Test("replaces a lost connection at once while calls wait")
    func lost() {
        var pool = machine(perAddress: 1)
        _ = pool.callArrived(call(1), at: start)
        _ = pool.connected(connection(1), capacity: 1)
        _ = pool.callArrived(call(2), at: start)
        #expect(
            pool.closed(connection(1), refused, at: start)
                == [.connect(connection(2), address: 0)]
        )
        #expect(pool.callEnded(on: connection(1)) == [])
        #expect(pool.connected(connection(2), capacity: 1) == [.assign(call(2), connection(2))])
    }

    @Test("shuts down: refuses those that wait and everything after, closes what stands")
    func shutDown() {
        var pool = machine(perAddress: 1)
        _ = pool.callArrived(call(1), at: start)
        _ = pool.connected(connection(1), capacity: 1)
        _ = pool.callArrived(call(2), at: start)
        #expect(
            pool.shutDown()
                == [.refuse(call(2), .clientIsShutDown), .close(connection(1))]
        )
        #expect(pool.callArrived(call(3), at: start) == [.refuse(call(3), .clientIsShutDown)])
        #expect(pool.connected(connection(1), capacity: 1) == [.close(connection(1))])
    }
}
