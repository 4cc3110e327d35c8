package import DocketCore
internal import DocketRuntime
internal import DocketSystem

extension PostgresStore {
    package func upload(
        _ tenant: TenantID,
        _ batch: UploadBatch,
        work: WorkLimit
    ) async throws(DocketError) -> WriteResult {
        try await write(tenant, WriteCall(.upload(batch)), work)
    }

    package func delete(
        _ tenant: TenantID,
        _ batch: DeleteBatch,
        work: WorkLimit
    ) async throws(DocketError) -> WriteResult {
        try await write(tenant, WriteCall(.delete(batch)), work)
    }

    private func write(
        _ tenant: TenantID,
        _ call: WriteCall,
        _ work: WorkLimit
    ) async throws(DocketError) -> WriteResult {
        if var over = work.ending(at: MonotonicTime.now().nanoseconds) {
            over.isNotProcessed = true
            throw over
        }
        let queue = writes
        try queue.append(call, tenant)
        work.onStop { queue.giveUp(call, tenant, work) }
        defer { work.onStop(nil) }
        let deadline = MonotonicTime(nanoseconds: work.deadlineNanoseconds)
        do {
            if try await call.turn.value(by: deadline) == .lead {
                // A group is of many calls: it goes on whatever becomes of the one that leads.
                let isStarted = tasks.start { [self] in await writeGroup(tenant) }
                guard isStarted else { throw DocketError(.unavailable, "the store is closed") }
            }
            return try await call.result.value(by: deadline)
        } catch let error as DocketError {
            throw error
        } catch {
            throw queue.giveUp(call, tenant, work)
        }
    }

    /// Writes the next group of the tenant and answers its calls: what came until there was a
    /// connection is in it.
    private func writeGroup(_ tenant: TenantID) async {
        let configuration = configuration
        let queue = writes
        do throws(DocketError) {
            let work = WorkLimit(within: configuration.statementTime)
            let (group, written) = try await run(tenant, work) { session in
                let group = queue.takeGroup(tenant, isShort: false)
                let writer = GroupWriter(tenant: session, configuration: configuration)
                return (group, writer.write(group))
            }
            tell(written.changes)
            if let hint = written.queued { currentObserver?.outboxFilled(hint) }
            for (call, result) in zip(group, written.results) { call.settle(result) }
        } catch {
            for call in queue.takeGroup(tenant, isShort: false) { call.settle(.failure(error)) }
        }
        queue.passLead(tenant)
    }
}
