internal import DocketClient
internal import DocketTestKit
internal import Testing

extension Trait where Self == ConditionTrait {
    /// Tests that take long, and run where `make faults` asks for phases of a length.
    static var rehearsed: Self {
        .enabled(if: FaultLoad.seconds != nil, "runs in `make faults`")
    }
}

extension FaultHistory.State {
    /// Whether uploads and searches were answered while the fault was there.
    var isAnswered: Bool {
        count(.new, .during) { $0 == .answered } > 0
            && count(.upload, .during) { $0 == .answered } > 0
    }

    /// Whether searches were told that the index is away, and others were answered from caches.
    var isDegraded: Bool {
        count(.repeated, .during) { $0 == .degraded } > 0
            && count(.new, .during) { $0.isFailure } > 0
    }

    /// No call failed, whatever was hurt, once the engines had warmed up.
    func expectUnfelt() {
        for phase in [FaultHistory.Phase.during, .after] {
            for call in FaultHistory.Call.allCases { #expect(codes(call, phase) == []) }
        }
    }

    /// Uploads went on, and searches that the caches know; others were refused by one of `codes`.
    func expectDegraded(_ codes: Set<DocketError.Code> = [.unavailable]) {
        #expect(self.codes(.upload, .during) == [])
        #expect(self.codes(.repeated, .during).isSubset(of: codes))
        #expect(self.codes(.new, .during).isSubset(of: codes))
    }
}
