internal import DocketCache
internal import DocketCore
internal import DocketWire

/// Search: a page of the best matches, from a cache or the engine.
struct SearchMethod: BodyMethod {
    let searcher: Searcher
    let metrics: CallMetrics

    func answer(_ body: [UInt8], _ caller: Caller) async throws(DocketError) -> Answer {
        let found = try await searcher.answer(body, caller)
        metrics.answeredSearches(1, of: caller.grant.quota, from: found.source)
        if found.isDegraded { metrics.answeredDegraded() }
        var answer = Answer(found.reply.body)
        answer.origin.source = found.source
        answer.origin.asOfMicroseconds = UInt64(clamping: found.reply.asOfMicroseconds)
        answer.origin.approximate = found.reply.isApproximate
        answer.origin.degraded = found.isDegraded
        return answer
    }
}
