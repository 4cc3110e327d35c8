import DocketCore
import DocketRuntime
import DocketService
import DocketSystem
import Testing

@Suite("What the server asks by itself", .timeLimit(.minutes(1)))
struct OwnLimitTests {
    /// A question that is answered by nothing but its stop.
    private func unanswered(_ work: WorkLimit) async throws(DocketError) {
        let isStopped = OneShot<Void>()
        work.onStop { isStopped.succeed(()) }
        while !isStopped.isSettled { await Task.yield() }
        guard let end = work.ending(at: MonotonicTime.now().nanoseconds) else { return }
        throw end
    }

    @Test("is stopped when its time is over")
    func deadline() async {
        let error = await failure {
            try await WorkLimit.within(.milliseconds(1)) { work throws(DocketError) in
                try await unanswered(work)
            }
        }
        #expect(error?.code == .deadlineExceeded)
    }

    @Test("is stopped with its task")
    func cancellation() async {
        let error = await withTaskGroup(of: DocketError?.self) { group in
            group.addTask {
                await failure {
                    try await WorkLimit.within(.seconds(3600)) { work throws(DocketError) in
                        try await unanswered(work)
                    }
                }
            }
            group.cancelAll()
            return await group.next() ?? nil
        }
        #expect(error?.code == .cancelled)
    }
}
