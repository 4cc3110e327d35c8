internal import DocketWire

/// The only tasks of the protocol: one for each call that is served, one for each greeting.
extension Connection {
    /// Gives a call the one task that serves it.
    func startTask(of entry: CallEntry) {
        guard let session, let head = entry.head else { return }
        let call = ServerCall(head: head, connection: self)
        // Owned by the entry: cancelled by `stop`, forgotten by `handlerEnded`.
        entry.task = Task {
            // What belongs to no actor stays on the loop, too: a hop to another thread and back
            // takes longer than most calls.
            await withTaskExecutorPreference(loop) { await session.serve(call) }
            handlerEnded(entry)
        }
    }

    /// Asks the server who is calling; the greeting's time limit bounds it.
    func startAuthentication(_ info: ConnectionInfo, _ hello: Hello) {
        guard case .server(let server, _, _) = side else { return }
        // Ends by itself: a connection that is gone meanwhile ignores the answer.
        Task {
            do throws(CallFailure) {
                authenticated(try await server.open(info), hello)
            } catch {
                refused(error.status)
            }
        }
    }
}
