internal import DocketCore
internal import DocketMessages
internal import DocketSystem

/// Verify: compares a tenant's documents with what the index holds, whole or by samples, and tells
/// what it found as it goes.
///
/// It rests after each slice for as long as that took, so that it has half of an engine at most.
struct VerifyMethod: CallHandler {
    let directory: any TenantDirectory
    let store: any DocumentStore
    /// nil where the index is part of the truth.
    let verifier: IndexVerifier?

    func serve(_ body: [UInt8], _ call: CallContext) async throws {
        let request = try await call.caller.turn.decode(VerifyRequest.self, body)
        guard let verifier else {
            throw DocketError(
                .unimplemented,
                "the embedded store changes documents and index in one transaction, and checksums "
                    + "tell damage: stop the server and run docketd verify"
            )
        }
        let work = call.caller.work
        let tenant = try await directory.tenantOrError(named: request.tenant, work).id
        let collections =
            request.collection.isEmpty
            ? try await store.collections(tenant, work: work)
            : [try await store.collection(tenant, named: request.collection, work: work)]
        var run = Run(request: request, tenant: tenant, verifier: verifier, call: call)
        for collection in collections {
            let counts = try await counts(tenant, collection, work)
            run.counts.append(counts)
            run.progress.all += request.sample > 0 ? min(request.sample, counts) : counts
        }
        for (place, collection) in collections.enumerated() {
            do {
                try await run.compare(collection, of: run.counts[place])
            } catch let error as DocketError
                where error.code == .notFound && request.collection.isEmpty
            {
                // It was deleted meanwhile.
                continue
            }
        }
        if request.collection.isEmpty { try await run.findStrays(besides: collections) }
        try await call.finish(run.progress.encode())
    }

    private func counts(
        _ tenant: TenantID,
        _ collection: Collection,
        _ work: WorkLimit
    ) async throws(DocketError) -> Int {
        let counts = try await store.counts(tenant, in: collection, work: work)
        return counts.indexing + counts.indexed + counts.failed + counts.deleting
    }
}

/// One comparison under way.
private struct Run {
    let request: VerifyRequest
    let tenant: TenantID
    let verifier: IndexVerifier
    let call: CallContext
    /// Documents of each collection.
    var counts: [Int] = []
    var progress = VerifyProgress()

    init(request: VerifyRequest, tenant: TenantID, verifier: IndexVerifier, call: CallContext) {
        self.request = request
        self.tenant = tenant
        self.verifier = verifier
        self.call = call
    }

    private var work: WorkLimit { call.caller.work }

    mutating func compare(_ collection: Collection, of count: Int) async throws {
        var collection = collection
        guard request.sample == 0 || request.sample >= count else {
            let slice = IndexVerifier.sampleSlice
            for done in stride(from: 0, to: request.sample, by: slice) {
                let limit = min(slice, request.sample - done)
                let start = try await verifier.randomStart(tenant, in: collection, work)
                if let start { _ = try await compare(&collection, after: start, limit: limit) }
            }
            return
        }
        var start: UInt64? = 0
        while let number = start {
            start = try await compare(&collection, after: number, limit: IndexVerifier.slice)
        }
    }

    private mutating func compare(
        _ collection: inout Collection,
        after number: UInt64,
        limit: Int
    ) async throws -> UInt64? {
        var next: UInt64?
        try await step { (run) throws(DocketError) in
            next = try await run.verifier.compare(
                run.tenant,
                &collection,
                after: number,
                limit: limit,
                repairs: run.request.repairs,
                &run.progress,
                run.work
            )
        }
        return next
    }

    /// Through each name by which searches of the tenant go.
    mutating func findStrays(besides collections: [Collection]) async throws {
        for name in [nil] + collections.filter({ $0.place != nil }).map(Optional.some) {
            var start: UInt64? = 0
            while let number = start {
                try await step { (run) throws(DocketError) in
                    start = try await run.verifier.findStrays(
                        run.tenant,
                        through: name,
                        besides: collections,
                        after: number,
                        repairs: run.request.repairs,
                        &run.progress,
                        run.work
                    )
                }
            }
        }
    }

    /// Does one slice, tells what came of it, and rests.
    private mutating func step(
        _ body: (inout Run) async throws(DocketError) -> Void
    ) async throws {
        let start = MonotonicTime.now()
        try await body(&self)
        let took = MonotonicTime.now() - start
        try await call.send(progress.encode())
        try await Task.sleep(for: took)
    }
}
