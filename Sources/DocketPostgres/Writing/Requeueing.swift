internal import DocketCore

/// Documents that the transaction has locked and that go to the index, or out of it, once more,
/// under new versions: the index may remember the old ones as done.
struct Requeueing {
    typealias Document = (row: DocumentRow, version: Int64, state: DocumentState)

    private let tenant: TenantID
    private let documents: [Document]

    /// `documents` with the versions that were drawn for them, and the states that they get.
    init(_ tenant: TenantID, _ documents: [Document]) {
        self.tenant = tenant
        self.documents = documents
    }

    /// The counts that follow.
    func deltas(_ collection: Collection) -> CollectionDeltas {
        var deltas = CollectionDeltas()
        let reference = CollectionReference(tenant: tenant, number: collection.number)
        for (row, _, state) in documents {
            deltas[reference].count(row.state, by: -1)
            deltas[reference].count(state, by: 1)
            // The index may hold what nobody may see.
            if row.state == .failed || row.state == .deleted {
                deltas[reference].changesRemoved = true
            }
        }
        return deltas
    }

    /// What makes it durable, but for the counts.
    var statements: [SQLStatement] {
        let list = "unnest($2, $3, $4, $5) AS w(number, version, old, state)"
        let values: [SQLValue] = [
            .number(tenant.number), .integers(documents.map(\.row.number)),
            .integers(documents.map(\.version)), .integers(documents.map(\.row.version)),
            .numbers(documents.map(\.state.rawValue)),
        ]
        return [
            SQLStatement(
                """
                UPDATE docket.versions v SET version = w.version
                FROM \(RowPlaces.of("versions", in: list, tenant: "$1", and: "r.version = w.old"))
                WHERE v.ctid = w.row
                """,
                values: values
            ),
            SQLStatement(
                """
                UPDATE docket.documents d SET version = w.version, state = w.state,
                    sent_from = CASE WHEN d.sent_from > 0 OR w.state = 1
                        THEN d.sent_from ELSE w.version END,
                    error = CASE WHEN w.state = 3 THEN d.error ELSE '' END,
                    updated_us = (SELECT docket.now_us())
                FROM \(RowPlaces.of("documents", in: list, tenant: "$1")) WHERE d.ctid = w.row
                """,
                values: values
            ),
            OutboxRows.queueing(
                documents.map { (tenant, $0.row.number) },
                documents.map(\.version)
            ),
        ]
    }
}
