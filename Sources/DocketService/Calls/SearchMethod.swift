internal import DocketCache
internal import DocketCore
internal import DocketWire

/// Search: a page of the best matches, from a cache or the engine.
struct SearchMethod: BodyMethod {
    let searcher: Searcher

    func answer(_ body: [UInt8], _ caller: Caller) async throws(DocketError) -> Answer {
        let (reply, source) = try await searcher.answer(body, caller)
        var answer = Answer(reply.body)
        answer.origin.source = source
        answer.origin.asOfMicroseconds = UInt64(clamping: reply.asOfMicroseconds)
        answer.origin.approximate = reply.isApproximate
        return answer
    }
}
