import DocketCore
import DocketService
import DocketSystem
import Testing

@Suite("The schedule of renewals", .timeLimit(.minutes(1)))
struct RenewalScheduleTests {
    private final class Reply {}

    private static let now = MonotonicTime(nanoseconds: 1_000_000_000_000)
    private let one = TenantID(1)

    private func schedule(running: Int) -> RenewalSchedule {
        var limits = RenewalSchedule.Limits()
        limits.running = running
        return RenewalSchedule(limits)
    }

    @Test("a reply is due in the later part of the age that is allowed, each at its own time")
    func due() {
        func isDue(_ age: Int64, _ spread: Double) -> Bool {
            RenewalSchedule.isDue(age: age, allowed: 1000, spread: spread, .init())
        }
        #expect(!isDue(0, 0) && !isDue(499, 0) && isDue(500, 0) && isDue(1000, 0))
        #expect(!isDue(687, 0.5) && isDue(688, 0.5))
        #expect(!isDue(870, 0.999) && isDue(875, 0.999))
    }

    @Test("what is asked for anew is asked for once")
    func once() {
        var schedule = schedule(running: 8)
        let reply = Reply()
        let name = ObjectIdentifier(reply)
        #expect(schedule.offer(name, of: one, beside: 0, at: Self.now) == .begin)
        #expect(schedule.offer(name, of: one, beside: 0, at: Self.now) == .underWay)
        schedule.ended(name, isWell: true, at: Self.now)
        #expect(schedule.offer(name, of: one, beside: 0, at: Self.now) == .begin)
    }

    @Test("a tenant may have as many as are still free, and one that has few always some")
    func shares() {
        var schedule = schedule(running: 8)
        var replies: [Reply] = []
        func begun(_ tenant: TenantID) -> Int {
            (0..<20).count { _ in
                let reply = Reply()
                replies.append(reply)
                let name = ObjectIdentifier(reply)
                return schedule.offer(name, of: tenant, beside: 0, at: Self.now) == .begin
            }
        }
        #expect(begun(one) == 4)
        #expect(begun(TenantID(2)) == 2)
        #expect(begun(TenantID(3)) == 1)
    }

    @Test("none begins beside many searches of callers, nor in the second after a failure")
    func load() {
        var schedule = schedule(running: 2)
        let reply = Reply()
        let name = ObjectIdentifier(reply)
        #expect(schedule.offer(name, of: one, beside: 16, at: Self.now) == .dropped)
        #expect(schedule.offer(name, of: one, beside: 15, at: Self.now) == .begin)
        schedule.ended(name, isWell: false, at: Self.now)
        let early = Self.now + .milliseconds(999)
        #expect(schedule.offer(name, of: one, beside: 0, at: early) == .dropped)
        let late = Self.now + .seconds(1)
        #expect(schedule.offer(name, of: one, beside: 0, at: late) == .begin)
    }
}
