internal import DocketCore
internal import DocketMessages
internal import DocketSystem
internal import DocketWire

/// Upload: checks every document, stores the good ones together, answers after COMMIT.
struct UploadMethod: BodyMethod {
    let store: any DocumentStore
    let collections: CollectionRegistry
    let limits: Limits

    func answer(_ body: [UInt8], _ caller: Caller) async throws(DocketError) -> Answer {
        let tenant = try caller.tenant()
        guard body.count <= limits.batchBytes else {
            throw .invalid(
                "documents",
                "are \(body.count) bytes, the limit is \(limits.batchBytes)",
                limit: limits.batchBytes
            )
        }
        let checked = try await checked(body, caller, tenant)
        let result = try await store.upload(
            tenant,
            UploadBatch(
                collection: checked.collection,
                documents: checked.accepted,
                quota: caller.grant.quota,
                idempotency: checked.idempotency?.keeping(checked.note)
            ),
            work: caller.work
        )
        switch result {
        case .outcomes(let outcomes):
            let body = try await caller.turn.encode(checked.reply(outcomes))
            return Answer(body, spent: checked)
        case .replayed(let outcomes, let note):
            let reply = checked.restored(note).reply(outcomes)
            return Answer(try await caller.turn.encode(reply), spent: checked)
        }
    }

    /// All that is done with the bytes of the batch, in one step: decoding, checks and the hash.
    ///
    /// The step is taken again for a collection that was not in use.
    private func checked(
        _ body: [UInt8],
        _ caller: Caller,
        _ tenant: TenantID
    ) async throws(DocketError) -> CheckedBatch {
        var opened: OpenCollection?
        while true {
            let known = opened
            let step = try await caller.turn.run(on: body.count) { () throws(DocketError) in
                try check(body, caller) { known ?? collections.opened(tenant, $0) }
            }
            switch step {
            case .checked(let batch): return batch
            case .unopened(let name):
                opened = try await collections.open(tenant, name, work: caller.work)
            }
        }
    }

    private enum Step: Sendable {
        case checked(CheckedBatch)
        /// The batch is for a collection of this name, which is to be opened first.
        case unopened(String)
    }

    private func check(
        _ body: [UInt8],
        _ caller: Caller,
        _ find: (String) -> OpenCollection?
    ) throws(DocketError) -> Step {
        let request = try UploadRequest.decode(body.rawSpan)
        guard (1...limits.batchDocuments).contains(request.documents.count) else {
            throw .invalid(
                "documents",
                "are \(request.documents.count), they may be 1 to \(limits.batchDocuments)",
                limit: limits.batchDocuments
            )
        }
        guard let open = find(request.collection) else { return .unopened(request.collection) }
        let validator = DocumentValidator(schema: open.collection.schema, limits: limits)
        var batch = CheckedBatch(
            collection: open.collection,
            idempotency: try caller.idempotency(for: .upload, body, limits)
        )
        var seen: Set<ByteString> = []
        for (item, document) in request.documents.enumerated() {
            if caller.work.isStopped { throw DocketError(.cancelled, "the work was stopped") }
            batch.ids.append(document.id)
            do throws(DocketError) {
                let bound = try validator.bind(document)
                guard seen.insert(ByteString(document.id)).inserted else {
                    throw .invalid("id", "is twice in the batch")
                }
                batch.accepted.append(bound)
                batch.places.append(item)
            } catch {
                batch.rejections.append(Rejection(item: item, id: document.id, error: error))
            }
        }
        return .checked(batch)
    }
}

/// A batch after the check: what goes to the store, and from where in the request it came.
private struct CheckedBatch: Sendable {
    let collection: Collection
    let idempotency: IdempotencyMark?
    var ids: [String] = []
    var accepted: [BoundDocument] = []
    /// For each accepted document its place in the request.
    var places: [Int] = []
    var rejections: [Rejection] = []

    init(collection: Collection, idempotency: IdempotencyMark?) {
        self.collection = collection
        self.idempotency = idempotency
    }

    /// The places of the accepted documents: for each run of them the rejected before it and its
    /// length, of 4 bytes each.
    var note: [UInt8] {
        var runs: [(skipped: Int, count: Int)] = []
        var next = 0
        for place in places {
            if place == next, !runs.isEmpty {
                runs[runs.count - 1].count += 1
            } else {
                runs.append((place - next, 1))
            }
            next = place + 1
        }
        return runs.flatMap { run in
            [run.skipped, run.count].flatMap { number in
                (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
            }
        }
    }

    /// The batch of the same body as it was when the note was made: the schema may know more now.
    func restored(_ note: [UInt8]) -> CheckedBatch {
        var batch = self
        batch.places = []
        var next = 0
        for start in stride(from: 0, to: note.count - 7, by: 8) {
            func number(_ at: Int) -> Int {
                (0..<4).reduce(0) { $0 | Int(note[at + $1]) << (8 * $1) }
            }
            next += number(start)
            let end = min(ids.count, next + number(start + 4))
            guard next < end else { break }
            batch.places += next..<end
            next = end
        }
        let accepted = Set(batch.places)
        batch.rejections.removeAll { accepted.contains($0.item) }
        let told = Set(batch.rejections.map(\.item))
        for item in ids.indices where !accepted.contains(item) && !told.contains(item) {
            let error = DocketError(.invalidArgument, "it was rejected when the call came first")
            batch.rejections.append(Rejection(item: item, id: ids[item], error: error))
        }
        return batch
    }

    func reply(_ outcomes: [WriteOutcome]) -> UploadReply {
        var versions = [UInt64](repeating: 0, count: ids.count)
        var rejected = rejections
        var acceptedCount = 0
        for (outcome, place) in zip(outcomes, places) {
            switch outcome {
            case .accepted(let version, _):
                versions[place] = version
                acceptedCount += 1
            case .rejected(let error):
                rejected.append(Rejection(item: place, id: ids[place], error: error))
            }
        }
        rejected.sort { $0.item < $1.item }
        return UploadReply(accepted: acceptedCount, versions: versions, rejected: rejected)
    }
}
