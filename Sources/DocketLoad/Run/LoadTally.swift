internal import DocketClient
internal import DocketCore
internal import DocketTelemetry

/// What became of the calls of a run, by kind.
struct LoadTally: Sendable {
    /// The calls of one kind.
    struct Calls: Sendable {
        /// Of those that succeeded, in nanoseconds from the time they were meant for.
        var latency = LogLinearHistogram()
        /// Of those that failed, likewise.
        var failedLatency = LogLinearHistogram()
        var failures: [DocketError.Code: Int] = [:]
        /// Answers by where they came from.
        var sources: [AnswerSource: Int] = [:]
        var documentsAccepted = 0
        var documentsRejected = 0

        var count: Int { Int(latency.count + failedLatency.count) }
        var failedCount: Int { Int(failedLatency.count) }
    }

    /// How a call ended.
    enum Outcome: Sendable {
        case answered(AnswerSource)
        case uploaded(accepted: Int, rejected: Int)
        case failed(DocketError.Code)
    }

    private(set) var searches = Calls()
    private(set) var uploads = Calls()
    /// How much later than meant calls began, in nanoseconds.
    private(set) var lateness = LogLinearHistogram()

    func calls(_ kind: CallKind) -> Calls { kind == .search ? searches : uploads }

    /// Notes that a call began so many nanoseconds after the time it was meant for.
    mutating func began(late nanoseconds: UInt64) { lateness.record(nanoseconds) }

    /// Notes the end of a call, so many nanoseconds after the time it was meant for.
    mutating func ended(_ kind: CallKind, _ outcome: Outcome, after nanoseconds: UInt64) {
        switch kind {
        case .search: Self.add(outcome, nanoseconds, to: &searches)
        case .upload: Self.add(outcome, nanoseconds, to: &uploads)
        }
    }

    private static func add(_ outcome: Outcome, _ nanoseconds: UInt64, to calls: inout Calls) {
        switch outcome {
        case .answered(let source):
            calls.latency.record(nanoseconds)
            calls.sources[source, default: 0] += 1
        case .uploaded(let accepted, let rejected):
            calls.latency.record(nanoseconds)
            calls.documentsAccepted += accepted
            calls.documentsRejected += rejected
        case .failed(let code):
            calls.failedLatency.record(nanoseconds)
            calls.failures[code, default: 0] += 1
        }
    }
}
