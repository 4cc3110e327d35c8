import DocketCore
import DocketRPC
import DocketService
import Testing

@Suite("Admission")
struct AdmissionTests {
    private let flood = TenantID(1)
    private let quiet = TenantID(2)

    /// How many calls of `tenant` get in before one is refused.
    private func fill(_ admission: Admission, _ tenant: TenantID?) -> Int {
        var count = 0
        while count < 10_000, admission.enter(tenant) == nil { count += 1 }
        return count
    }

    @Test("a tenant alone may use half of all places, and always a quarter")
    func shares() {
        let admission = Admission(maximum: 100)
        #expect(fill(admission, flood) == 50)
        #expect(fill(admission, quiet) == 25)
        #expect(admission.underWay == 75)
        #expect(fill(admission, TenantID(3)) == 25)
        #expect(admission.underWay == 100)
        #expect(fill(admission, TenantID(4)) == 0)
    }

    @Test("a refusal says when to come back, and that nothing was done")
    func refusal() throws {
        let admission = Admission(maximum: 8)
        _ = fill(admission, flood)
        let error = try #require(admission.enter(flood))
        #expect(error.code == .resourceExhausted)
        #expect(error.isNotProcessed)
        let wait = try #require(error.retryAfter)
        #expect(wait >= .milliseconds(100) && wait <= .milliseconds(500))
    }

    @Test("a place that was given back is free for anybody")
    func leave() {
        let admission = Admission(maximum: 8)
        let taken = fill(admission, flood)
        admission.leave(flood)
        #expect(admission.enter(flood) == nil)
        for _ in 0..<taken { admission.leave(flood) }
        #expect(admission.underWay == 0)
        #expect(fill(admission, quiet) == taken)
    }

    @Test("administration is bounded by the process alone")
    func administration() {
        let admission = Admission(maximum: 8)
        #expect(fill(admission, nil) == 8)
        admission.leave(nil)
        #expect(admission.underWay == 7)
    }

    @Test("budgets are one for each tenant, all inside that of the process")
    func budgets() {
        let budgets = TenantBudgets(tenant: 60, process: 100)
        let first = budgets.budget(of: flood)
        #expect(first === budgets.budget(of: flood))
        #expect(first.take(60))
        #expect(!first.take(1))
        let second = budgets.budget(of: quiet)
        #expect(!second.take(50))
        #expect(second.take(40))
        first.give(60)
        #expect(second.take(20))
        #expect(!second.take(1))
        #expect(budgets.budget(of: nil).take(40))
    }
}
