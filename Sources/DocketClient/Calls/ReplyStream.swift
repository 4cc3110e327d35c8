internal import DocketCore
internal import DocketRPC
internal import DocketRuntime
internal import DocketSystem
internal import Synchronization

/// The messages of one streamed reply; gives its connection back at the end, whatever the end.
final class ReplyStream: Sendable {
    private let call: ClientCall
    private let lease: ConnectionPool.Lease
    private let runner: CallRunner
    private let hasEnded = Atomic<Bool>(false)

    init(_ call: ClientCall, on lease: ConnectionPool.Lease, of runner: CallRunner) {
        self.call = call
        self.lease = lease
        self.runner = runner
    }

    deinit {
        guard end() else { return }
        call.cancelSoon()
    }

    /// The next message, nil after the last.
    ///
    /// - Throws: ``DocketError``; then the call is over.
    func next(within timeout: Duration) async throws(DocketError) -> [UInt8]? {
        guard !hasEnded.load(ordering: .acquiring) else { return nil }
        do {
            let call = call
            let message = try await withDeadline(.now() + timeout) { try await call.receive() }
            if message == nil {
                end()
                await call.close()
            }
            return message
        } catch {
            let failure = await runner.failure(of: error, on: lease)
            await cancel()
            throw failure
        }
    }

    /// Gives the call up.
    func cancel() async {
        end()
        await call.cancel()
    }

    @discardableResult
    private func end() -> Bool {
        guard !hasEnded.exchange(true, ordering: .acquiringAndReleasing) else { return false }
        runner.pool.release(lease)
        return true
    }
}

extension CallRunner {
    /// Sends a request whose reply is a stream; nothing is retried.
    func open(_ call: Call) async throws(DocketError) -> ReplyStream {
        let lease = try await pool.lease(by: call.deadline)
        do {
            let open = try await lease.connection.open(
                call.meta(at: .now()),
                priority: call.priority,
                deadline: call.deadline
            )
            let replies = ReplyStream(open, on: lease, of: self)
            do {
                try await open.send(call.body, isLast: true)
            } catch {
                let failure = await failure(of: error, on: lease)
                await replies.cancel()
                throw failure
            }
            return replies
        } catch let error as DocketError {
            throw error
        } catch {
            let failure = await failure(of: error, on: lease)
            pool.release(lease)
            throw failure
        }
    }
}
