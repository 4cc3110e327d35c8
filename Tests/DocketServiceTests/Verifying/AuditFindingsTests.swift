import DocketCore
import Testing

@testable import DocketService

@Suite("What audits have found", .timeLimit(.minutes(5)))
struct AuditFindingsTests {
    private static func place(_ number: UInt64) -> AuditFindings.Place {
        .init(tenant: TenantID(1), collection: "a", part: .documents(after: number))
    }

    @Test("stays until another look finds nothing, and is looked at in turns")
    func turns() {
        var findings = AuditFindings()
        #expect(findings.next() == nil)
        findings.looked(at: Self.place(1), foreign: 0)
        #expect(findings.count == 0)
        findings.looked(at: Self.place(1), foreign: 2)
        findings.looked(at: Self.place(2), foreign: 1)
        findings.looked(at: Self.place(1), foreign: 1)
        #expect(findings.count == 2)
        #expect(findings.next() == Self.place(1))
        #expect(findings.next() == Self.place(2))
        #expect(findings.next() == Self.place(1))
        findings.looked(at: Self.place(1), foreign: 0)
        #expect(findings.next() == Self.place(2))
        findings.forget(Self.place(2))
        #expect(findings.count == 0)
    }

    @Test("is bounded")
    func bound() {
        var findings = AuditFindings()
        for number in 0..<1000 { findings.looked(at: Self.place(UInt64(number)), foreign: 1) }
        #expect(findings.count == AuditFindings.maximum)
    }
}
