internal import DocketCore
internal import DocketRuntime
internal import DocketSystem
internal import DocketText

/// One reading connection to one tenant's file.
// Because: the job that took it from the pool has it alone.
final class TenantReader: TenantConnection, @unchecked Sendable {
    let connection: ConnectionHandle
    let cutter = WordCutter()
    private let shares: PageCacheShares

    /// The file is there and has been migrated by the tenant's writer.
    init(
        path: String,
        _ configuration: EmbeddedConfiguration,
        _ shares: PageCacheShares
    ) throws {
        self.shares = shares
        connection = try ConnectionHandle(path: path, creates: false, vfs: configuration.vfs)
        shares.opened()
        try connection.execute(TenantSchema.settings(synchronous: configuration.synchronous))
        try connection.execute("PRAGMA query_only = ON")
    }

    deinit { shares.closed() }

    /// - Throws: ``DocketError`` `notFound` for a collection that is gone.
    func requireCollection(_ collection: Collection) throws {
        let isThere = try connection.first(
            "SELECT 1 FROM collections WHERE id = ?1 AND deleted = 0",
            .number(collection.number),
            row: { _ in true }
        )
        guard isThere != nil else { throw DocketError.noCollection(collection.name) }
    }

    func search(_ plan: SearchPlan) throws -> SearchPage {
        try connection.reading {
            try requireCollection(plan.collection)
            return try page(plan)
        }
    }

    private func page(_ plan: SearchPlan) throws -> SearchPage {
        let tables = CollectionTables(collection: plan.collection.number)
        var pass = try SearchPass(plan, connection, tables)
        let source = try CandidateSource(plan, connection, tables, cutter)
        try source.search(&pass)
        var ranked = pass.top.sorted()
        try source.rank(&ranked, pass)
        var reader = HitReader(plan, source.marked, connection)
        let shown = ranked.prefix(plan.limit)
        let accounts = try source.accounts(of: ranked, pass)
        let hits = try reader.read(shown, pass.order, accounts)
        return SearchPage(
            hits: hits,
            total: pass.total,
            facets: try pass.facetCounts(),
            isApproximate: pass.isApproximate,
            hasMore: hits.count < ranked.count,
            bestScore: Self.bestScore(plan, pass, ranked.first),
            ignoredTerms: source.ignoredTerms,
            corrections: source.corrections
        )
    }

    /// What scores are shares of.
    private static func bestScore(
        _ plan: SearchPlan,
        _ pass: SearchPass,
        _ first: RankedHit?
    ) -> Double {
        let best = max(pass.bestScore, pass.order.isByScore ? first?.score ?? 0 : 0)
        return plan.text.isEmpty || best == 0 ? 1 : best
    }

    /// The time of one slice, so that checkpoints of the writer go on.
    private static let sliceTime = Duration.milliseconds(50)

    func scan(_ plan: SearchPlan, after number: UInt64) throws -> ScanSlice {
        try connection.reading {
            try requireCollection(plan.collection)
            return try slice(plan, after: Int64(clamping: number))
        }
    }

    private func slice(_ plan: SearchPlan, after number: Int64) throws -> ScanSlice {
        let tables = CollectionTables(collection: plan.collection.number)
        let order = HitOrder([BoundSort(.number, isDescending: false)])
        let compiled = plan.filter.map { CompiledFilter($0) }
        var columns = try DocumentColumns(connection, tables, slots: compiled?.slots ?? [])
        var filter = compiled.map { ColumnFilter($0, columns) }
        let end = MonotonicTime.now() + Self.sliceTime
        var found: [RankedHit] = []
        var last: Int64?
        var looked = 0
        let source = try CandidateSource(plan, connection, tables, cutter)
        func firstPossible(_ number: UInt32) throws -> Int64 {
            try columns.move(to: number)
            return filter?.firstPossible(number, columns) ?? Int64(number)
        }
        try source.scan(after: number, firstPossible: firstPossible) { numbers in
            var start = 0
            while start < numbers.count {
                let left = numbers.extracting(start...)
                let run = left.extracting(0..<(try columns.move(toFirstOf: left)))
                let marks = filter?.marks(DocumentRun(run), columns)
                for index in run.indices {
                    if marks?[index] ?? true {
                        found.append(RankedHit(number: Int64(run[index]), score: 1, values: []))
                    }
                    looked += 1
                    let isLate = looked % 64 == 0 && MonotonicTime.now() >= end
                    guard found.count >= plan.limit || isLate else { continue }
                    last = Int64(run[index])
                    return false
                }
                start += run.count
            }
            return true
        }
        var reader = HitReader(plan, source.marked, connection)
        let hits = try reader.read(found[...], order)
        // A slice that its bytes ended goes on after the last hit read.
        if hits.count < found.count {
            last = hits.last.map { Int64(bitPattern: $0.number) } ?? last
        }
        return ScanSlice(
            hits: hits,
            next: last.map { UInt64(bitPattern: $0) },
            ignoredTerms: source.ignoredTerms,
            corrections: source.corrections
        )
    }
}
