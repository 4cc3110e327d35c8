internal import DocketCore
internal import DocketCrypto
internal import DocketMessages
internal import DocketWire

/// Upload: checks every document, stores the good ones together, answers after COMMIT.
struct UploadMethod: UnaryMethod {
    let store: any DocumentStore
    let collections: CollectionRegistry
    let limits: Limits

    func answer(_ body: [UInt8], _ caller: Caller) async throws(DocketError) -> [UInt8] {
        let tenant = try caller.tenant()
        guard body.count <= limits.batchBytes else {
            throw .invalid(
                "documents",
                "are \(body.count) bytes, the limit is \(limits.batchBytes)"
            )
        }
        let request = try await Decoding.request(UploadRequest.self, body)
        guard (1...limits.batchDocuments).contains(request.documents.count) else {
            throw .invalid(
                "documents",
                "are \(request.documents.count), they may be 1 to \(limits.batchDocuments)"
            )
        }
        let open = try await collections.open(tenant, request.collection)
        let checked = await check(request.documents, open.collection.schema)
        let result = try await store.upload(
            tenant,
            UploadBatch(
                collection: open.collection,
                documents: checked.accepted,
                quota: caller.grant.quota,
                idempotency: try caller.idempotency(for: .upload, body, limits) { outcomes in
                    checked.reply(outcomes).encode()
                }
            )
        )
        switch result {
        case .outcomes(let outcomes): return checked.reply(outcomes).encode()
        case .replayed(let reply): return reply
        }
    }

    /// Off the loop: a full batch takes milliseconds.
    @concurrent
    private func check(_ documents: [Document], _ schema: CollectionSchema) async -> CheckedBatch {
        let validator = DocumentValidator(schema: schema, limits: limits)
        var batch = CheckedBatch()
        var seen: Set<String> = []
        for (item, document) in documents.enumerated() {
            batch.ids.append(document.id)
            do throws(DocketError) {
                let bound = try validator.bind(document)
                guard seen.insert(document.id).inserted else {
                    throw .invalid("id", "is twice in the batch")
                }
                batch.accepted.append(bound)
                batch.places.append(item)
            } catch {
                batch.rejections.append(Rejection(item: item, id: document.id, error: error))
            }
        }
        return batch
    }
}

/// A batch after the check: what goes to the store, and from where in the request it came.
private struct CheckedBatch: Sendable {
    var ids: [String] = []
    var accepted: [BoundDocument] = []
    /// For each accepted document its place in the request.
    var places: [Int] = []
    var rejections: [Rejection] = []

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

extension Caller {
    /// What makes the write safe to repeat, when the call has an idempotency key.
    func idempotency(
        for method: DocketMethod,
        _ body: [UInt8],
        _ limits: Limits,
        encodeReply: @escaping @Sendable ([WriteOutcome]) -> [UInt8]
    ) throws(DocketError) -> Idempotency? {
        guard !meta.idempotencyKey.isEmpty else { return nil }
        guard meta.idempotencyKey.count <= limits.idempotencyKeyBytes else {
            throw .invalid(
                "idempotency_key",
                "is \(meta.idempotencyKey.count) bytes, the limit is \(limits.idempotencyKeyBytes)"
            )
        }
        return Idempotency(
            key: meta.idempotencyKey,
            method: method.rawValue,
            bodyHash: SHA256.hash(body),
            encodeReply: encodeReply
        )
    }
}
