internal import DocketCore
internal import DocketMessages

/// RetryFailed: queues failed documents once more, slice by slice, and says how many.
///
/// Documents that fail again meanwhile are not taken twice.
struct RetryFailedMethod: CallHandler {
    let directory: any TenantDirectory
    let store: any DocumentStore

    func serve(_ body: [UInt8], _ call: CallContext) async throws {
        let request = try await call.caller.turn.decode(RetryFailedRequest.self, body)
        let work = call.caller.work
        var progress = RetryFailedProgress()
        for tenant in try await tenants(request, work) {
            for collection in try await collections(request, of: tenant, work) {
                var start: UInt64? = 0
                while let number = start {
                    let slice = try await store.retryFailed(
                        tenant,
                        in: collection,
                        after: number,
                        work: work
                    )
                    start = slice.next
                    guard slice.count > 0 else { continue }
                    progress.documents += slice.count
                    try await call.send(progress.encode())
                }
            }
        }
        try await call.finish(progress.encode())
    }

    private func tenants(
        _ request: RetryFailedRequest,
        _ work: WorkLimit
    ) async throws(DocketError) -> [TenantID] {
        guard request.tenant.isEmpty else {
            return [try await directory.tenantOrError(named: request.tenant, work).id]
        }
        guard request.collection.isEmpty else { throw .invalid("tenant", "is missing") }
        return try await directory.tenants(work: work).map(\.id)
    }

    private func collections(
        _ request: RetryFailedRequest,
        of tenant: TenantID,
        _ work: WorkLimit
    ) async throws(DocketError) -> [Collection] {
        guard request.collection.isEmpty else {
            return [try await store.collection(tenant, named: request.collection, work: work)]
        }
        return try await store.collections(tenant, work: work)
    }
}
