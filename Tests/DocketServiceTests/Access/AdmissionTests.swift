import DocketCore
import DocketRPC
import DocketService
import Testing

@Suite("Admission", .timeLimit(.minutes(1)))
struct AdmissionTests {
    private let flood = TenantID(1)
    private let quiet = TenantID(2)

    /// How many calls get in before one is refused.
    private func fill(_ admission: Admission, _ owner: Admission.Class) -> Int {
        var count = 0
        while count < 10_000, admission.enter(owner) == nil { count += 1 }
        return count
    }

    @Test("a tenant has as many places as are left free: alone it has half of them")
    func shares() {
        let admission = Admission(maximum: 100)
        #expect(fill(admission, .tenant(flood)) == 50)
        #expect(fill(admission, .tenant(quiet)) == 25)
        #expect(admission.underWay == 75)
        admission.leave(.tenant(flood))
        #expect(admission.enter(.tenant(flood)) != nil, "it has more than is free")
    }

    @Test("however many tenants flood, one that has few calls gets in", arguments: [1, 4, 40])
    func floods(_ tenants: UInt64) {
        let admission = Admission(maximum: 4096)
        for _ in 0..<4096 {
            for tenant in 1...tenants { _ = admission.enter(.tenant(TenantID(tenant))) }
        }
        var own = 0
        while admission.enter(.tenant(TenantID(1000))) == nil { own += 1 }
        // What the floods leave is a part as large as each has; half of it is one more tenant's.
        #expect(own >= 4096 / Int(2 * (tenants + 1)))
    }

    @Test("administration gets in whatever tenants do, and the end of a key whatever it does")
    func administration() {
        let admission = Admission(maximum: 4096)
        for tenant in 1...400 { _ = fill(admission, .tenant(TenantID(UInt64(tenant)))) }
        #expect(fill(admission, .administration) == Admission.administrationMaximum)
        #expect(admission.enter(.revocation) == nil)
        admission.leave(.revocation)
        admission.leave(.administration)
        #expect(admission.enter(.administration) == nil)
    }

    @Test("a refusal says when to come back, and that nothing was done")
    func refusal() throws {
        let admission = Admission(maximum: 8)
        _ = fill(admission, .tenant(flood))
        let error = try #require(admission.enter(.tenant(flood)))
        #expect(error.code == .resourceExhausted)
        #expect(error.isNotProcessed)
        let wait = try #require(error.retryAfter)
        #expect(wait >= .milliseconds(100) && wait <= .milliseconds(500))
    }

    @Test("a place that was given back is free for anybody")
    func leave() {
        let admission = Admission(maximum: 8)
        let taken = fill(admission, .tenant(flood))
        admission.leave(.tenant(flood))
        #expect(admission.enter(.tenant(flood)) == nil)
        for _ in 0..<taken { admission.leave(.tenant(flood)) }
        #expect(admission.underWay == 0)
        #expect(fill(admission, .tenant(quiet)) == taken)
    }
}
