internal import DocketCore
internal import DocketMessages

/// A reply that knows about how many bytes it takes, before it is encoded.
protocol SizedReply: WireMessage {
    /// About its encoded bytes; beyond `limit` it need not count on.
    func roughBytes(upTo limit: Int) -> Int
}

extension SizedReply {
    /// What is bounded by the limits of names and numbers is small.
    func roughBytes(upTo limit: Int) -> Int { 0 }

    /// The sum over `parts` of their bytes, counted until it is over `limit`.
    fileprivate func sum<Parts: Sequence>(
        of parts: Parts,
        upTo limit: Int,
        _ bytes: (Parts.Element) -> Int
    ) -> Int {
        var sum = 0
        for part in parts where sum <= limit { sum += bytes(part) }
        return sum
    }
}

extension SearchReply: SizedReply {
    func roughBytes(upTo limit: Int) -> Int {
        let facets = sum(of: facets, upTo: limit) { facet in
            facet.counts.reduce(0) { $0 + $1.value.roughBytes }
        }
        return facets
            + sum(of: hits, upTo: limit) { hit in
                hit.highlights.reduce(hit.document.roughBytes) { $0 + $1.roughBytes }
                    + (hit.explanation?.roughBytes ?? 0)
            }
    }
}

extension SuggestReply: SizedReply {
    func roughBytes(upTo limit: Int) -> Int {
        sum(of: suggestions, upTo: limit) { 16 + $0.text.utf8.count }
    }
}

extension GetReply: SizedReply {
    func roughBytes(upTo limit: Int) -> Int {
        sum(of: documents, upTo: limit) { $0.document.roughBytes }
            + sum(of: missing, upTo: limit) { $0.utf8.count }
            + sum(of: left, upTo: limit) { $0.utf8.count }
    }
}

extension StreamPart: SizedReply {
    func roughBytes(upTo limit: Int) -> Int {
        sum(of: documents, upTo: limit) { $0.document.roughBytes }
    }
}

extension StatusReply: SizedReply {
    func roughBytes(upTo limit: Int) -> Int {
        sum(of: documents, upTo: limit) { 48 + $0.id.utf8.count + $0.error.utf8.count }
            + sum(of: missing, upTo: limit) { $0.utf8.count }
            + sum(of: collections, upTo: limit) { _ in 128 }
    }
}

extension UploadReply: SizedReply {
    func roughBytes(upTo limit: Int) -> Int {
        10 * versions.count
            + sum(of: rejected, upTo: limit) { 64 + $0.id.utf8.count + $0.reason.utf8.count }
    }
}

extension DeleteReply: SizedReply {
    func roughBytes(upTo limit: Int) -> Int {
        sum(of: missing, upTo: limit) { $0.utf8.count }
    }
}

extension CollectionDescription: SizedReply {
    func roughBytes(upTo limit: Int) -> Int {
        sum(of: attributes, upTo: limit) { 16 + $0.name.utf8.count }
            + sum(of: synonyms, upTo: limit) { rule in
                (rule.words + rule.meanings).reduce(4) { $0 + 2 + $1.utf8.count }
            }
    }
}

extension ListCollectionsReply: SizedReply {
    func roughBytes(upTo limit: Int) -> Int {
        sum(of: collections, upTo: limit) { 64 + $0.roughBytes(upTo: limit) }
    }
}

extension DeleteCollectionReply: SizedReply {}

extension TenantDescription: SizedReply {}

extension ListTenantsReply: SizedReply {
    func roughBytes(upTo limit: Int) -> Int { 64 * tenants.count }
}

extension DeleteTenantReply: SizedReply {}

extension CreateKeyReply: SizedReply {}

extension ListKeysReply: SizedReply {
    func roughBytes(upTo limit: Int) -> Int { 64 * keys.count }
}

extension RevokeKeyReply: SizedReply {}

extension ListIndicesReply: SizedReply {
    func roughBytes(upTo limit: Int) -> Int { 128 * indices.count }
}

extension ChangeClustersReply: SizedReply {}

extension FoundDocument {
    /// About its bytes in a reply.
    var roughBytes: Int {
        highlights.reduce(document.roughBytes) { $0 + $1.roughBytes }
            + (explanation?.roughBytes ?? 0)
    }
}

extension Highlight {
    fileprivate var roughBytes: Int { 32 + fragment.utf8.count + 4 * ranges.count }
}

extension Document {
    fileprivate var roughBytes: Int {
        attributes.reduce(32 + id.utf8.count + title.utf8.count + body.utf8.count) { sum, next in
            next.values.reduce(sum + next.name.utf8.count) { $0 + $1.roughBytes }
        }
    }
}

extension AttributeValue {
    fileprivate var roughBytes: Int {
        guard case .string(let string) = self else { return 10 }
        return 8 + string.utf8.count
    }
}

extension ListSnapshotsReply: SizedReply {
    func roughBytes(upTo limit: Int) -> Int {
        sum(of: snapshots, upTo: limit) { snapshot in
            snapshot.indices.reduce(64 + snapshot.name.utf8.count) { $0 + $1.utf8.count }
        }
    }
}

extension HealthReply: SizedReply {}

extension SetHoldReply: SizedReply {}
