import DocketCore
import DocketSystem
import DocketTestKit
import Testing

@testable import DocketRabbitMQ

@Suite("What is said to RabbitMQ", .timeLimit(.minutes(5)))
struct DialogueTests {
    private static let start = MonotonicTime(nanoseconds: 1_000_000_000_000)

    private func hint(_ tenant: UInt64, _ version: UInt64 = 1) -> WorkHint {
        WorkHint(tenant: TenantID(tenant), document: 10 * tenant, version: version)
    }

    private func confirm(_ tag: UInt64, multiple: Bool = false, taken: Bool = true) -> BrokerEvent {
        .message(.confirmed(tag, isMultiple: multiple, isTaken: taken))
    }

    /// A publisher with a connection.
    private func open(_ limits: HintPublisher.Limits = .init()) -> HintPublisher {
        var publisher = HintPublisher(limits)
        #expect(publisher.handle(.opened, at: Self.start) == [])
        return publisher
    }

    @Test("a hint that is encoded is read again, and nothing else is a hint")
    func codec() {
        let hint = WorkHint(tenant: TenantID(.max), document: 1 << 40, version: 7)
        let bytes = HintCodec.encode(hint)
        #expect(HintCodec.decode(bytes) == hint)
        for count in 0..<bytes.count { #expect(HintCodec.decode(Array(bytes[..<count])) == nil) }
        #expect(HintCodec.decode(bytes + [0]) == nil)
        #expect(HintCodec.decode([2] + bytes.dropFirst()) == nil)
    }

    @Test("without a connection hints are dropped")
    func away() {
        var publisher = HintPublisher()
        #expect(publisher.handle(.hint(hint(1)), at: Self.start) == [.count(.dropped, 1)])
        var open = open()
        #expect(open.handle(.hint(hint(1)), at: Self.start) == [.publish(hint(1))])
        #expect(open.handle(.lost, at: Self.start) == [.count(.dropped, 1)])
        #expect(open.handle(.hint(hint(1)), at: Self.start) == [.count(.dropped, 1)])
        #expect(open.nextDeadline == nil)
    }

    @Test("confirms come one by one, for many at once, and in any order")
    func confirms() {
        var publisher = open()
        for tenant in 1...5 {
            let hint = hint(UInt64(tenant))
            #expect(publisher.handle(.hint(hint), at: Self.start) == [.publish(hint)])
        }
        #expect(publisher.handle(confirm(2), at: Self.start) == [.count(.confirmed, 1)])
        let all = confirm(4, multiple: true)
        #expect(publisher.handle(all, at: Self.start) == [.count(.confirmed, 3)])
        #expect(publisher.handle(confirm(5, taken: false), at: Self.start) == [.count(.refused, 1)])
        #expect(publisher.nextDeadline == nil)
        let nothing = publisher.handle(confirm(5), at: Self.start)
        #expect(nothing == [.giveUp("a confirm of nothing")])
    }

    @Test("beyond the window the newest hint of each tenant waits, of a bounded number of tenants")
    func bounds() {
        var limits = HintPublisher.Limits()
        limits.unconfirmed = 2
        limits.waiting = 3
        var publisher = open(limits)
        for tenant in 1...2 { _ = publisher.handle(.hint(hint(UInt64(tenant))), at: Self.start) }
        for version in 2...9 {
            for tenant in 1...3 {
                let hint = hint(UInt64(tenant), UInt64(version))
                #expect(publisher.handle(.hint(hint), at: Self.start) == [])
            }
        }
        #expect(publisher.handle(.hint(hint(4)), at: Self.start) == [.count(.dropped, 1)])
        let next = publisher.handle(confirm(2, multiple: true), at: Self.start)
        #expect(next == [.count(.confirmed, 2), .publish(hint(1, 9)), .publish(hint(2, 9))])
        #expect(publisher.handle(.lost, at: Self.start) == [.count(.dropped, 3)])
    }

    @Test("a broker that says nothing for its time is given up, unless it is blocked")
    func silence() {
        var publisher = open()
        _ = publisher.handle(.hint(hint(1)), at: Self.start)
        let late = Self.start + .seconds(5)
        #expect(publisher.nextDeadline == late)
        #expect(publisher.handle(.turned, at: late - .nanoseconds(1)) == [])
        #expect(publisher.handle(.message(.blocked(true)), at: Self.start) == [.blocked(true)])
        #expect(publisher.handle(.message(.blocked(true)), at: Self.start) == [])
        #expect(publisher.nextDeadline == nil)
        #expect(publisher.handle(.turned, at: late + .seconds(60)) == [])
        #expect(publisher.handle(.hint(hint(2)), at: late) == [])
        let open = publisher.handle(.message(.blocked(false)), at: late)
        #expect(open == [.blocked(false), .publish(hint(2))])
        #expect(publisher.nextDeadline == late + .seconds(5))
        #expect(
            publisher.handle(.turned, at: late + .seconds(5)) == [.giveUp("no confirm comes")]
        )
    }

    @Test("a connection that is lost while it is blocked ends that")
    func blockedAndLost() {
        var publisher = open()
        _ = publisher.handle(.message(.blocked(true)), at: Self.start)
        #expect(publisher.handle(.lost, at: Self.start) == [.blocked(false)])
    }

    @Test("a hint that finds no queue makes a new connection, which makes the queue")
    func returned() {
        var publisher = open()
        let actions = publisher.handle(.message(.returned), at: Self.start)
        #expect(actions == [.count(.returned, 1), .giveUp("the queue is gone")])
    }

    @Test("all that has come is acknowledged together, also what is no hint")
    func consumer() {
        var consumer = HintConsumer()
        let bytes = HintCodec.encode(hint(3))
        let heard = consumer.handle(.message(.delivered(7, bytes)), at: Self.start)
        #expect(heard == [.count(.received, 1), .hear(hint(3))])
        for (tag, bytes) in [(8, [1, 2]), (9, nil)] as [(UInt64, [UInt8]?)] {
            let actions = consumer.handle(.message(.delivered(tag, bytes)), at: Self.start)
            #expect(actions == [.count(.malformed, 1)])
        }
        #expect(consumer.handle(.turned, at: Self.start) == [.acknowledge(upTo: 9)])
        #expect(consumer.handle(.turned, at: Self.start) == [])
    }

    @Test("what was not acknowledged is nothing to a new connection")
    func consumerLost() {
        var consumer = HintConsumer()
        _ = consumer.handle(.message(.delivered(7, [])), at: Self.start)
        #expect(consumer.handle(.lost, at: Self.start) == [])
        #expect(consumer.handle(.turned, at: Self.start) == [])
    }
}
