internal import DocketCore
internal import DocketMessages

/// Rebuild: has a collection rebuilt into a new index, or all indices made anew, and tells how far
/// that is until it is done.
///
/// The rebuild goes on without its caller; who asks again meanwhile follows the same one.
struct RebuildMethod: CallHandler {
    private static let interval = Duration.milliseconds(200)

    let directory: any TenantDirectory
    let store: any DocumentStore
    /// nil where nothing can be rebuilt.
    let rebuilder: CollectionRebuilder?
    /// The same.
    let restorer: SnapshotRestorer?

    func serve(_ body: [UInt8], _ call: CallContext) async throws {
        let request = try await call.caller.turn.decode(RebuildRequest.self, body)
        guard let rebuilder, let restorer else {
            throw DocketError(
                .failedPrecondition,
                "the embedded store keeps documents and index in one file, whose checksums tell "
                    + "damage: there is nothing to rebuild, a damaged file is restored"
            )
        }
        if request.tenant.isEmpty, request.collection.isEmpty {
            return try await all(restorer, call)
        }
        let work = call.caller.work
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

    private func all(_ restorer: SnapshotRestorer, _ call: CallContext) async throws {
        let number = try await restorer.begin(nil, work: call.caller.work)
        try await restorer.follow(number, call.caller.work) { status in
            let progress = RebuildProgress(
                documents: status.documents,
                all: status.all,
                isSwitched: [.switched, .clearing, .done].contains(status.stage)
            ).encode()
            if status.stage == .done {
                try await call.finish(progress)
            } else {
                try await call.send(progress)
            }
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
