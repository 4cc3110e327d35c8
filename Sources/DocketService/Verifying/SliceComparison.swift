internal import DocketCore

/// A difference between the truth and an index.
struct IndexDifference: Hashable, Sendable {
    enum Kind: Hashable, Sendable {
        /// The index should have the document and has not.
        case missing
        /// The index has it and should not.
        case extra
        /// The index has it at another version, or with fields of another.
        case stale
        /// Searches of the tenant reach it, and it is not the tenant's.
        case foreign
    }

    let kind: Kind
    let expected: ExpectedDocument?
    let held: HeldDocument?

    /// Of the document.
    var number: UInt64? { expected?.number ?? held?.owner?.number }
    var collection: UInt32? { expected?.collection ?? held?.owner?.collection }

    /// What puts it right.
    enum Remedy: Hashable, Sendable {
        /// The truth gives the index the document again, or has it taken out.
        case queue(RepairedDocument)
        /// The index loses what the truth knows nothing of.
        case remove(HeldDocument)
        /// The document is another tenant's and as it should be: the name that reaches it is not.
        case restoreName
    }

    var remedy: Remedy? {
        if kind == .foreign {
            guard let held else { return nil }
            return held.isWhole ? .restoreName : .remove(held)
        }
        if let expected, held == nil || isInItsPlace {
            let version = held?.version ?? 0
            return .queue(
                RepairedDocument(number: expected.number, known: expected.version, held: version)
            )
        }
        return held.map { .remove($0) }
    }

    /// False for one that stands beside the document's own place.
    let isInItsPlace: Bool
}

/// Compares what the truth has of a range of numbers with what the index holds of it, page by page,
/// both in the order of numbers.
///
/// What is found are suspicions: the two were not read in one moment. They are differences where
/// the truth, asked again, says what it said before; for whatever changes in the index has a row of
/// the outbox from before it is sent until searches find it, and a version of its own.
struct SliceComparison {
    private let tenant: TenantID
    private let collection: UInt32
    /// The index of its own that the collection has; nil where each document has its place.
    private let place: IndexPlace?
    private var rest: ArraySlice<ExpectedDocument>

    /// Documents of which the index has to hold one version, or none.
    private(set) var compared = 0
    /// Documents of which it cannot be said what the index holds.
    private(set) var waiting = 0

    init(
        _ tenant: TenantID,
        _ collection: UInt32,
        in place: IndexPlace?,
        _ expected: [ExpectedDocument]
    ) {
        self.tenant = tenant
        self.collection = collection
        self.place = place
        rest = expected[...]
    }

    /// The suspicions about all up to the number `last`, or to the end for nil; `held` is all that
    /// the index holds of these and was not added before.
    mutating func add(_ held: [HeldDocument], through last: UInt64?) -> [IndexDifference] {
        var found: [IndexDifference] = []
        var own: [UInt64: [HeldDocument]] = [:]
        for document in held {
            if let owner = document.owner, owner.tenant == tenant,
                owner.collection == collection
            {
                own[owner.number, default: []].append(document)
            } else {
                found.append(stray(document))
            }
        }
        while let document = rest.first, last.map({ document.number <= $0 }) ?? true {
            rest.removeFirst()
            found += suspicions(document, own.removeValue(forKey: document.number) ?? [])
        }
        for document in own.values.joined() { found.append(stray(document)) }
        return found
    }

    /// One that the truth does not have in this collection.
    private func stray(_ document: HeldDocument) -> IndexDifference {
        IndexDifference(stray: document, of: tenant)
    }

    private mutating func suspicions(
        _ document: ExpectedDocument,
        _ held: [HeldDocument]
    ) -> [IndexDifference] {
        let place = self.place ?? document.place
        let here = held.first { $0.place == place }
        let elsewhere = held.filter { $0 != here }.map { held in
            IndexDifference(kind: .extra, expected: document, held: held, isInItsPlace: false)
        }
        func suspicion(_ kind: IndexDifference.Kind) -> [IndexDifference] {
            [IndexDifference(kind: kind, expected: document, held: here, isInItsPlace: true)]
        }
        switch document.expectation {
        case .changing:
            waiting += 1
            return []
        case .nothing:
            compared += 1
            return (here == nil ? [] : suspicion(.extra)) + elsewhere
        case .unqueued:
            compared += 1
            let isMissing = here == nil && document.state == .indexing
            return suspicion(isMissing ? .missing : .stale) + elsewhere
        case .version(let version):
            compared += 1
            guard let here else { return suspicion(.missing) + elsewhere }
            let isRight = here.version == version && here.isWhole
            return (isRight ? [] : suspicion(.stale)) + elsewhere
        }
    }

    /// Those of the suspicions that hold, by what the truth says of their numbers afterwards.
    static func confirmed(
        _ suspicions: [IndexDifference],
        _ now: [ExpectedDocument]
    ) -> [IndexDifference] {
        let known = Dictionary(now.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first })
        return suspicions.filter { difference in
            guard difference.kind != .foreign else { return true }
            // A number belongs to one document: in another collection it tells nothing.
            let row = difference.number.flatMap { known[$0] }
            return row.flatMap { $0.collection == difference.collection ? $0 : nil }
                == difference.expected
        }
    }
}

extension IndexDifference {
    /// A document that the truth does not have where the index holds it.
    init(stray document: HeldDocument, of tenant: TenantID) {
        kind = document.owner?.tenant == tenant ? .extra : .foreign
        expected = nil
        held = document
        isInItsPlace = false
    }
}

extension ExpectedDocument {
    /// What an index has to hold of it.
    enum Expectation {
        /// This version.
        case version(UInt64)
        case nothing
        /// It is being changed: one of several versions, or none.
        case changing
        /// It waits, and nothing will bring it to the index.
        case unqueued
    }

    var expectation: Expectation {
        guard !isQueued, !isApplied else { return .changing }
        return switch state {
        case .indexed: .version(version)
        case .failed, .deleted: .nothing
        case .indexing, .deleting: .unqueued
        }
    }
}
