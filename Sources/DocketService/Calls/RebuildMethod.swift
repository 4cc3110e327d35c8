internal import DocketCore
internal import DocketMessages

/// Rebuild: has a collection rebuilt into a new index, and tells how far that is until it is done.
///
/// The rebuild goes on without its caller; who asks again meanwhile follows the same one.
struct RebuildMethod: CallHandler {
    private static let interval = Duration.milliseconds(200)

    let directory: any TenantDirectory
    let store: any DocumentStore
    /// nil where nothing can be rebuilt.
    let rebuilder: CollectionRebuilder?

    func serve(_ body: [UInt8], _ call: CallContext) async throws {
        let request = try await call.caller.turn.decode(RebuildRequest.self, body)
        let work = call.caller.work
        guard let rebuilder else {
            throw DocketError(
                .failedPrecondition,
                "the embedded store keeps documents and index in one file, whose checksums tell "
                    + "damage: there is nothing to rebuild, a damaged file is restored"
            )
        }
        let tenant = try await directory.tenantOrError(named: request.tenant, work).id
        let collection = try await store.collection(
            tenant,
            named: request.collection,
            work: work
        )
        let number = try await rebuilder.begin(tenant, of: collection, work: work)
        var last: RebuildProgress?
        while true {
            let status = try await rebuilder.status(tenant, of: collection, work: work)
            guard let status, status.number == number else {
                throw DocketError(.aborted, "the collection is rebuilt once more")
            }
            if status.stage == .failed { throw DocketError(.aborted, status.reason) }
            let progress = RebuildProgress(status)
            guard status.stage != .done else { return try await call.finish(progress.encode()) }
            if progress != last { try await call.send(progress.encode()) }
            last = progress
            try await Task.sleep(for: Self.interval)
        }
    }
}

extension RebuildProgress {
    fileprivate init(_ status: RebuildStatus) {
        self.init(
            documents: status.documents,
            all: status.all,
            isSwitched: [.switched, .clearing, .done].contains(status.stage)
        )
    }
}
