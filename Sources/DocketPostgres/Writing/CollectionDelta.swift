internal import DocketCore

/// What a transaction changes of a collection's counts and generations.
struct CollectionDelta {
    var indexing: Int64 = 0
    var indexed: Int64 = 0
    var failed: Int64 = 0
    var deleting: Int64 = 0
    var applied: Int64 = 0
    var bytes: Int64 = 0
    var keptOutcomes: Int64 = 0
    var keptDeletions: Int64 = 0
    /// Documents that can be found now, by how long that took.
    var inTime: Int64 = 0
    var late: Int64 = 0
    /// Whether the hard generation rises.
    var raisesHard = false
    /// Whether the soft generation rises.
    var raisesSoft = false
    /// Whether the documents that the index must not show are others.
    var changesRemoved = false
    /// Documents that were shown before, by number: the index may hold them still.
    var removed: Set<Int64> = []

    mutating func count(_ state: DocumentState, by change: Int64) {
        switch state {
        case .indexing: indexing += change
        case .indexed: indexed += change
        case .failed: failed += change
        case .deleting: deleting += change
        case .deleted: break
        }
    }

    /// Whether other servers have to know.
    var isVisible: Bool { raisesHard || raisesSoft || changesRemoved }
}

/// The deltas of a transaction, written at its end: rows of collections are the ones that most
/// transactions want, and they are always locked after documents and in the same order.
struct CollectionDeltas {
    private var deltas: [CollectionReference: CollectionDelta] = [:]

    subscript(_ collection: CollectionReference) -> CollectionDelta {
        get { deltas[collection] ?? CollectionDelta() }
        set { deltas[collection] = newValue }
    }

    var isEmpty: Bool { deltas.isEmpty }

    /// Documents that were late, of all collections.
    var late: Int { deltas.values.reduce(0) { $0 + Int($1.late) } }

    private var sorted: [(key: CollectionReference, value: CollectionDelta)] {
        deltas.sorted {
            ($0.key.tenant, $0.key.number) < ($1.key.tenant, $1.key.number)
        }
    }

    /// The last answers a row for each collection, as ``changes(_:)`` reads them.
    var statements: [SQLStatement] {
        let rows = sorted
        func sums(_ part: KeyPath<CollectionDelta, Int64>) -> SQLValue {
            .integers(rows.map { $0.value[keyPath: part] })
        }
        let tenants = SQLValue.numbers(rows.map(\.key.tenant.number))
        let collections = SQLValue.numbers(rows.map(\.key.number))
        return [
            SQLStatement(
                """
                SELECT 1 FROM unnest($1, $2) AS w(tenant_id, collection)
                JOIN docket.collection_state s USING (tenant_id, collection)
                ORDER BY s.tenant_id, s.collection FOR UPDATE OF s
                """,
                tenants,
                collections
            ),
            SQLStatement(
                """
                UPDATE docket.collection_state s SET
                    indexing = s.indexing + w.indexing, indexed = s.indexed + w.indexed,
                    failed = s.failed + w.failed, deleting = s.deleting + w.deleting,
                    applied = s.applied + w.applied, bytes = s.bytes + w.bytes,
                    kept_outcomes = s.kept_outcomes + w.outcomes,
                    kept_deletions = s.kept_deletions + w.deletions,
                    in_time = s.in_time + w.in_time, late = s.late + w.late,
                    hard = s.hard + w.hard::int, soft = s.soft + w.soft::int,
                    soft_raised_us =
                        CASE WHEN w.soft THEN docket.now_us() ELSE s.soft_raised_us END,
                    changed_xid =
                        CASE WHEN w.visible THEN pg_current_xact_id() ELSE s.changed_xid END
                FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
                    AS w(tenant_id, collection, indexing, indexed, failed, deleting, applied,
                        bytes, outcomes, deletions, hard, soft, visible, in_time, late)
                    JOIN docket.collections c
                        ON c.tenant_id = w.tenant_id AND c.number = w.collection
                WHERE s.tenant_id = w.tenant_id AND s.collection = w.collection
                RETURNING s.tenant_id, s.collection, s.hard, s.soft, c.schema_epoch,
                    w.hard OR w.soft
                """,
                tenants,
                collections,
                sums(\.indexing),
                sums(\.indexed),
                sums(\.failed),
                sums(\.deleting),
                sums(\.applied),
                sums(\.bytes),
                sums(\.keptOutcomes),
                sums(\.keptDeletions),
                .booleans(rows.map(\.value.raisesHard)),
                .booleans(rows.map(\.value.raisesSoft)),
                .booleans(rows.map(\.value.isVisible)),
                sums(\.inTime),
                sums(\.late)
            ),
        ]
    }

    /// The generations that have risen, and what was removed with them.
    func changes(_ result: ResultHandle) -> [GenerationChange] {
        result.all { row -> GenerationChange? in
            guard row.boolean(5) else { return nil }
            let reference = CollectionReference(
                tenant: row.tenant(0),
                number: UInt32(truncatingIfNeeded: row.integer(1))
            )
            return GenerationChange(
                tenant: reference.tenant,
                collection: reference.number,
                generations: Generations(
                    hard: row.unsigned(2),
                    soft: row.unsigned(3),
                    schemaEpoch: row.unsigned(4)
                ),
                removed: self[reference].removed.map(UInt64.init(bitPattern:))
            )
        }.compactMap(\.self)
    }
}
