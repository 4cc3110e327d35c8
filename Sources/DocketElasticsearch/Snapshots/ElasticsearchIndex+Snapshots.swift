package import DocketCore
internal import DocketJSON

extension ElasticsearchIndex: IndexSnapshots {
    /// What is read of each snapshot.
    private static let fields =
        "error.type,snapshots.snapshot,snapshots.state,snapshots.start_time_in_millis,"
        + "snapshots.end_time_in_millis,snapshots.indices"

    package func beginSnapshot(_ name: String, work: WorkLimit) async throws(DocketError) {
        try await administration.prepare(work)
        let repository = try await register(work)
        var writer = JSONWriter()
        writer.object { body in
            body.member("indices", administration.names.placePatterns.joined(separator: ","))
            body.member("ignore_unavailable", true)
            body.member("include_global_state", false)
            body.member("partial", false)
        }
        let path = "/_snapshot/\(repository.name)/\(name)?wait_for_completion=false"
        _ = try await succeed(.put, path, writer.bytes, work)
    }

    package func snapshot(
        _ name: String,
        work: WorkLimit
    ) async throws(DocketError) -> IndexSnapshot {
        let found = try await read(name, work).first { $0.name == name }
        guard let found else {
            throw DocketError.missing("name", "there is no snapshot \(name)")
        }
        return found
    }

    package func snapshots(work: WorkLimit) async throws(DocketError) -> [IndexSnapshot] {
        try await read("_all", work).sorted {
            ($0.beganMicroseconds, $0.name) < ($1.beganMicroseconds, $1.name)
        }
    }

    package func removeSnapshot(_ name: String, work: WorkLimit) async throws(DocketError) {
        let path = "/_snapshot/\(try requireRepository().name)/\(name)"
        let reply = try await administration.client.send(
            HTTPRequest(method: .delete, path: path),
            work: work
        )
        guard reply.status != 200, reply.status != 404 else { return }
        throw EngineFault(reply).ofSnapshots
    }

    /// Tells the engine of the repository, unless somebody else does.
    func register(_ work: WorkLimit) async throws(DocketError) -> SnapshotRepository {
        let repository = try requireRepository()
        if let registration = repository.registration() {
            let path = "/_snapshot/\(repository.name)"
            _ = try await succeed(.put, path, registration, work)
        }
        return repository
    }

    private func requireRepository() throws(DocketError) -> SnapshotRepository {
        guard let repository else {
            throw DocketError(
                .failedPrecondition,
                "there is no repository of snapshots: set --snapshot-repository"
            )
        }
        return repository
    }

    func succeed(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: [UInt8],
        _ work: WorkLimit
    ) async throws(DocketError) -> HTTPReply {
        let request = HTTPRequest(method: method, path: path, body: body)
        let reply = try await administration.client.send(request, work: work)
        guard (200...202).contains(reply.status) else { throw EngineFault(reply).ofSnapshots }
        return reply
    }

    /// What is there of one name or of all; nothing where nobody made one.
    private func read(
        _ name: String,
        _ work: WorkLimit
    ) async throws(DocketError) -> [IndexSnapshot] {
        let path = "/_snapshot/\(try requireRepository().name)/\(name)?filter_path=\(Self.fields)"
        let request = HTTPRequest(method: .get, path: path)
        var reply = try await administration.client.send(request, work: work)
        if reply.status == 404, EngineFault(reply).type == "repository_missing_exception" {
            // An engine that has lost its data has forgotten where snapshots are.
            _ = try await register(work)
            reply = try await administration.client.send(request, work: work)
        }
        guard reply.status != 404 else { return [] }
        guard reply.status == 200 else { throw EngineFault(reply).ofSnapshots }
        var snapshots: [IndexSnapshot] = []
        do {
            var parser = JSONParserHandle(byteMaximum: HTTPRequest.replyBytesDefault)
            _ = try parser.parse(reply.body).member("snapshots")?.forEachElement { element in
                if let snapshot = IndexSnapshot(element) { snapshots.append(snapshot) }
            }
        } catch {
            throw DocketError(.internalError, "the search engine's reply is damaged")
                .caused(by: "\(error)")
        }
        return snapshots
    }
}

extension IndexSnapshot {
    /// nil for what the engine does not say whole.
    fileprivate init?(_ json: borrowing JSONValue) {
        guard let name = json.member("snapshot")?.string, let state = json.member("state")?.string
        else { return nil }
        var indices: [String] = []
        _ = json.member("indices")?.forEachElement { element in
            if let index = element.string { indices.append(index) }
        }
        self.init(
            name: name,
            state: ["SUCCESS": .complete, "IN_PROGRESS": .running, "STARTED": .running][state]
                ?? .failed,
            beganMicroseconds: (json.member("start_time_in_millis")?.integer ?? 0) * 1000,
            endedMicroseconds: (json.member("end_time_in_millis")?.integer ?? 0) * 1000,
            indices: indices.sorted()
        )
    }
}

extension EngineFault {
    /// The error as who asks for a snapshot sees it: a repository is an operator's affair.
    fileprivate var ofSnapshots: DocketError {
        let shown: DocketError
        switch type {
        case "invalid_snapshot_name_exception", "snapshot_name_already_in_use_exception":
            shown = DocketError(.alreadyExists, "there is a snapshot of this name")
        case "repository_missing_exception":
            shown = DocketError(
                .failedPrecondition,
                "the search engine knows no repository of the name that is set"
            )
        case "repository_exception", "repository_verification_exception":
            shown = DocketError(
                .failedPrecondition,
                "the search engine cannot use the repository of snapshots: see its log"
            )
        default: return docketError
        }
        return shown.caused(by: "engine \(status) \(type)")
    }
}
