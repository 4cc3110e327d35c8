internal import DocketCore

/// Makes changes of the rows that were read.
struct LeasedContents {
    /// Where documents go that no index of the series has.
    let place: IndexPlace
    let clusters: [String]
    let restored: RestoredPlaces
    let series: IndexSeries?
    let tokens: [DocumentKey: UInt64]
    let contents: [DocumentKey: SQLRow]
    let collections: [CollectionReference: LeasedCollection]

    /// nil for a place that documents leave.
    private func current(_ place: IndexPlace) -> IndexPlace? {
        series?.has(place) ?? true ? place : nil
    }

    func changes(_ taken: [DueChange]) throws -> [LeasedChange] {
        try taken.compactMap { due in
            guard let token = tokens[due.key], let collection = collections[due.collection] else {
                return nil
            }
            let number = UInt64(bitPattern: due.number)
            let version = UInt64(bitPattern: due.version)
            let tenant = due.collection.tenant
            let own = due.place.flatMap(current) ?? place
            let whole = collection.collection.place.flatMap(current)
            let content = try contents[due.key].map {
                try BoundDocument(id: due.id, bytes: due.bytes, $0, at: 2)
            }
            let (place, copy) = restored.targets(of: whole ?? own)
            var change = IndexChange(
                tenant: tenant,
                collection: collection.collection,
                number: number,
                version: version,
                place: place,
                content: content
            )
            change.clusters = clusters
            return LeasedChange(
                lease: Lease(tenant: tenant, number: number, version: version, token: token),
                attempts: due.attempts,
                change: change,
                copy: copy ?? collection.copy(of: own, isRemoval: content == nil)
            )
        }
    }
}

/// Indices that a restore brings up to the truth, by the places that they will have.
struct RestoredPlaces {
    private var indices: [IndexPlace: IndexPlace] = [:]
    /// Whether they get changes alone.
    private var areSearched = false

    init() {}

    /// From the columns of ``RestoreRows/followed``.
    init(_ rows: ResultHandle) throws {
        indices = try [IndexPlace: IndexPlace](restored: rows)
        areSearched = rows.first?.boolean(2) ?? false
    }

    /// Where a change goes whose place is `place`, and its copy.
    func targets(of place: IndexPlace) -> (place: IndexPlace, copy: IndexPlace?) {
        guard let index = indices[place] else { return (place, nil) }
        return areSearched ? (index, nil) : (place, index)
    }
}

/// The collection of a change, and the rebuild of it that is under way.
struct LeasedCollection {
    let tenant: TenantID
    let collection: Collection
    private let stage: RebuildStage?
    private let new: IndexPlace?
    private let left: IndexPlace?

    init(_ row: SQLRow) throws(DocketError) {
        let column = 1 + Collection.width
        func place(_ column: Int) throws(DocketError) -> IndexPlace? {
            row.isNull(column) ? nil : IndexPlace(name: try row.text(column))
        }
        tenant = row.tenant(0)
        collection = try Collection(row, at: 1)
        stage = row.isNull(column) ? nil : try RebuildStage(row, at: column)
        new = try place(column + 1)
        left = try place(column + 2)
    }

    var reference: CollectionReference {
        CollectionReference(tenant: tenant, number: collection.number)
    }

    /// The other index of a document whose place is `own`, where it needs the change as well.
    func copy(of own: IndexPlace, isRemoval: Bool) -> IndexPlace? {
        switch stage {
        case .begun, .filling: new
        case .switched: left ?? own
        // What is emptied gets nothing, and what goes goes from there, too.
        case .clearing: isRemoval ? left ?? own : nil
        case .done, .failed, nil: nil
        }
    }
}

extension BoundDocument {
    /// From the columns title, body and attributes.
    init(id: String, bytes: Int, _ row: SQLRow, at column: Int) throws {
        let attributes = row.result.withBytes(row.row, column + 2) {
            AttributeBlobCodec.decode($0)
        }
        guard let attributes else {
            throw DocketError(.dataLoss, "the attributes of a document are damaged")
        }
        self.init(
            id: id,
            title: try row.text(column),
            body: try row.text(column + 1),
            attributes: attributes,
            bytes: bytes
        )
    }
}
