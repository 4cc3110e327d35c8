internal import DocketCore

/// Stream: every match, or every document, in the order of document numbers.
///
/// The next slice is read when the last part was taken by the connection, which takes it when the
/// reader has given credit: so a slow reader holds one part here and nothing in the store.
struct StreamMethod: CallHandler {
    /// Documents read at once.
    private static let sliceDocuments = 200
    /// Bytes of documents after which a slice ends.
    private static let sliceBytes = 256 << 10

    let store: any DocumentStore
    let search: any DocumentSearch
    let collections: CollectionRegistry
    let seal: CursorSeal
    let limits: Limits

    func serve(_ body: [UInt8], _ call: CallContext) async throws {
        let tenant = try call.caller.tenant()
        let request = try await call.caller.turn.decode(StreamRequest.self, body)
        let collection = try await collections.open(
            tenant,
            request.collection,
            work: call.caller.work
        ).collection
        var source = try StreamSource(request, tenant, collection, limits)
        var isFirst = true
        var next: UInt64? = 0
        if !request.cursor.isEmpty {
            let (number, cursor) = try seal.openNumber(request.cursor, for: source.purpose)
            next = number
            source.plan.ignoredTerms = cursor.ignoredTerms
            source.plan.corrections = cursor.corrections
        }
        while let after = next {
            // Room for the part before it is read: parts that nobody takes wait in the store.
            try await call.reserve(Self.sliceBytes)
            let slice = try await read(source, after: after, call.caller.work)
            next = slice.next
            // What counts of the query is the same from beginning to end.
            source.plan.ignoredTerms = slice.ignoredTerms.map(\.place)
            source.plan.corrections = slice.corrections.byPlace
            guard let last = slice.documents.last else { continue }
            let part = StreamPart(
                documents: slice.documents.map(\.public),
                cursor: seal.sealNumber(
                    last.number,
                    ignoring: slice.ignoredTerms,
                    correcting: slice.corrections,
                    for: source.purpose
                ),
                ignoredTerms: isFirst ? slice.ignoredTerms.map(\.text) : [],
                corrections: isFirst ? slice.corrections.told : []
            )
            isFirst = false
            try await call.send(try await call.caller.turn.encode(part))
        }
        try await call.finish()
    }

    private func read(
        _ source: StreamSource,
        after number: UInt64,
        _ work: WorkLimit
    ) async throws(DocketError) -> ScannedPart {
        guard source.plan.text.isEmpty, source.plan.filter == nil else {
            let slice = try await search.scan(
                source.tenant,
                source.plan,
                after: number,
                work: work
            )
            return ScannedPart(
                documents: slice.hits.map(\.stored),
                next: slice.next,
                ignoredTerms: slice.ignoredTerms,
                corrections: slice.corrections
            )
        }
        let page = try await store.page(
            source.tenant,
            in: source.plan.collection,
            after: number,
            shows: source.plan.shows,
            limit: Self.sliceDocuments,
            limitBytes: Self.sliceBytes,
            work: work
        )
        return ScannedPart(documents: page.documents, next: page.next)
    }

    private struct ScannedPart {
        var documents: [StoredDocument]
        var next: UInt64?
        var ignoredTerms: [IgnoredTerm] = []
        var corrections: [CorrectedTerm] = []
    }

    private struct StreamSource {
        let tenant: TenantID
        var plan: SearchPlan
        let purpose: CursorPurpose

        init(
            _ request: StreamRequest,
            _ tenant: TenantID,
            _ collection: Collection,
            _ limits: Limits
        ) throws(DocketError) {
            let search = SearchRequest(
                collection: request.collection,
                query: request.query,
                match: request.match,
                filter: request.filter,
                limit: StreamMethod.sliceDocuments,
                total: .none,
                fields: request.fields,
                exactWords: request.exactWords
            )
            let binder = SearchBinder(collection: collection, limits: limits)
            var plan = try binder.plan(search)
            plan.shows = try binder.selection(of: request.fields, default: .everything)
            plan.replyBytes = StreamMethod.sliceBytes
            self.tenant = tenant
            self.plan = plan
            purpose = CursorPurpose(
                DocketMethod.stream.rawValue,
                tenant,
                collection: collection.number,
                search: CanonicalSearch(search, plan).order
            )
        }
    }
}

extension FoundDocument {
    fileprivate var stored: StoredDocument {
        StoredDocument(number: number, version: version, state: state, document: document)
    }
}
