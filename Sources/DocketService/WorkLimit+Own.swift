package import DocketCore
internal import DocketRuntime
internal import DocketSystem

extension WorkLimit {
    /// Runs `body` with a limit of its own, for what the server asks by itself.
    ///
    /// The work is stopped when `duration` has passed, or when the task is cancelled.
    package static func within<Value: Sendable>(
        _ duration: Duration,
        _ body: (WorkLimit) async throws(DocketError) -> Value
    ) async throws(DocketError) -> Value {
        let work = WorkLimit(within: duration)
        let deadline = MonotonicTime(nanoseconds: work.deadlineNanoseconds)
        return try await withAlarm(at: deadline) {
            work.stop()
        } during: { () throws(DocketError) in
            let result: Result<Value, DocketError> = await withTaskCancellationHandler {
                do throws(DocketError) {
                    return .success(try await body(work))
                } catch {
                    return .failure(error)
                }
            } onCancel: {
                work.stop()
            }
            return try result.get()
        }
    }
}
