package import DocketCore
internal import DocketJSON
internal import DocketSystem

extension ElasticsearchIndex: PoolIndices {
    package func pool(work: WorkLimit) async throws(DocketError) -> [PoolIndex] {
        try await administration.prepare(work)
        try await administration.look(work)
        let names = administration.names
        let states = try await administration.states(names.seriesPattern, work)
        let now = WallClock.microseconds()
        let survey = administration.survey
        return survey.pools.compactMap { name in
            states[survey.index(of: name)].map { PoolIndex($0, IndexPlace(name: name), at: now) }
        }
    }

    package func inventory(work: WorkLimit) async throws(DocketError) -> [IndexDescription] {
        try await administration.prepare(work)
        try await administration.look(work)
        let (names, survey) = (administration.names, administration.survey)
        var all: [IndexDescription] = []
        for (name, state) in try await administration.states(names.everyPattern, work) {
            guard let series = names.series(ofIndex: name) else { continue }
            let place = names.place(ofIndex: name) ?? name
            let isPublished = survey.index(of: place) == name
            var index = IndexDescription(
                name: isPublished ? place : name,
                series: series.text,
                state: .former
            )
            index.documents = state.documents
            index.deleted = state.deleted
            index.bytes = state.bytes
            index.createdMicroseconds = state.createdMicroseconds
            if series == names.series, !isPublished { index.state = .restored }
            if series == names.series, isPublished {
                index.state = names.isPool(place) ? .closed : .own
                (index.collections, index.tenants) = try await administration.owners(name, work)
            }
            all.append(index)
        }
        return all.sorted { $0.name < $1.name }
    }

    package func makeNext(
        after place: IndexPlace,
        work: WorkLimit
    ) async throws(DocketError) -> IndexPlace {
        try await administration.prepare(work)
        guard let name = administration.names.pool(after: place.name) else {
            throw DocketError(.internalError, "no index follows one that is not of the pool")
        }
        try await administration.makePool(name, work)
        return IndexPlace(name: name)
    }

    package func attachAliases(
        to place: IndexPlace,
        work: WorkLimit
    ) async throws(DocketError) {
        try await administration.prepare(work)
        try await administration.attachAliases(to: place.name, work)
    }

    package func expunge(_ place: IndexPlace, work: WorkLimit) async throws(DocketError) {
        try check(place)
        let path =
            "/\(place.name)/_forcemerge?only_expunge_deletes=true&wait_for_completion=false"
        _ = try await administration.client.succeed(
            HTTPRequest(method: .post, path: path),
            work: work
        )
    }
}

extension IndexAdministration {
    /// Makes an index of the pool, waits for its primary shards, and compares it.
    func makePool(_ name: String, _ work: WorkLimit) async throws(DocketError) {
        try await makeIndex(name, aliases: [names.poolAlias], work)
        let path = "/_cluster/health/\(name)?wait_for_status=yellow&timeout=10s"
        let reply = try await client.send(HTTPRequest(method: .get, path: path), work: work)
        guard reply.status == 200 else {
            throw DocketError(
                .unavailable,
                "a new index of the search engine takes no writes yet",
                retryAfter: .seconds(10)
            )
            .caused(by: "engine \(reply.status)")
        }
        try await compareIndex(name, work)
    }

    /// What every tenant with an alias has, each index of the pool has.
    func attachAliases(to index: String, _ work: WorkLimit) async throws(DocketError) {
        try await look(work)
        let tenants = survey.tenants
        if !tenants.isSubset(of: survey.aliased) {
            try await makeAliases(of: tenants.subtracting(survey.aliased), work)
        }
        let isWhole = survey.tenants.isSubset(of: survey.aliased)
        guard isWhole, survey.pools.contains(index), !survey.hidden.contains(index) else {
            throw DocketError(
                .failedPrecondition,
                "the search engine did not keep the aliases of the index \(index)"
            )
        }
    }

    /// How many collections and tenants have documents in the index, about.
    func owners(
        _ index: String,
        _ work: WorkLimit
    ) async throws(DocketError) -> (collections: Int, tenants: Int) {
        var body = JSONWriter()
        body.object { body in
            body.member("size", 0)
            body.member("aggs") { all in
                all.object { all in
                    for field in [Mapping.collection, Mapping.tenant] {
                        all.member(field) { aggregation in
                            aggregation.object { aggregation in
                                aggregation.member("cardinality") { members in
                                    members.object { $0.member("field", field) }
                                }
                            }
                        }
                    }
                }
            }
        }
        let path = "/\(index)/_search?filter_path=aggregations"
        let request = HTTPRequest(method: .post, path: path, body: body.bytes)
        let reply = try await client.succeed(request, work: work)
        var parser = JSONParserHandle(byteMaximum: HTTPRequest.replyBytesDefault)
        let all = (try? parser.parse(reply.body))?.member("aggregations")
        func count(_ field: StaticString) -> Int {
            Int(all?.member(field)?.member("value")?.integer ?? 0)
        }
        return (count("collection"), count("tenant"))
    }

    /// Indices of a pattern as the engine counts them.
    func states(
        _ pattern: String,
        _ work: WorkLimit
    ) async throws(DocketError) -> [String: IndexStates.State] {
        let settings = try await client.succeed(
            HTTPRequest(
                method: .get,
                path: "/\(pattern)/_settings?filter_path=*.settings.index.creation_date,"
                    + "*.settings.index.number_of_shards"
            ),
            work: work
        )
        let statistics = try await client.succeed(
            HTTPRequest(
                method: .get,
                path: "/\(pattern)/_stats/docs,store,indexing?filter_path=indices.*.primaries"
            ),
            work: work
        )
        return try IndexStates(settings: settings.body, statistics: statistics.body).indices
    }
}

extension PoolIndex {
    fileprivate init(_ state: IndexStates.State, _ place: IndexPlace, at now: Int64) {
        self.init(
            place: place,
            documents: state.documents,
            deleted: state.deleted,
            bytes: state.bytes / max(1, state.shards),
            age: .microseconds(max(0, now - state.createdMicroseconds)),
            changes: state.changes
        )
    }
}

/// Size, age and use of indices, from what the engine says of their settings and of their shards.
struct IndexStates {
    struct State: Hashable {
        var createdMicroseconds: Int64 = 0
        var shards = 1
        var documents = 0
        var deleted = 0
        /// Of all primary shards.
        var bytes = 0
        /// Documents indexed and deleted since the shards are where they are.
        var changes = 0
    }

    private(set) var indices: [String: State] = [:]

    /// - Throws: ``DocketError`` `internalError` for replies that are none.
    init(settings: [UInt8], statistics: [UInt8]) throws(DocketError) {
        do {
            var parser = JSONParserHandle(byteMaximum: HTTPRequest.replyBytesDefault)
            _ = try parser.parse(settings).forEachMember { name, value in
                guard let index = value.member("settings")?.member("index") else { return }
                var state = State()
                let made = index.member("creation_date")?.string.flatMap { Int64($0) }
                state.createdMicroseconds = (made ?? 0) * 1000
                state.shards = index.member("number_of_shards")?.string.flatMap { Int($0) } ?? 1
                indices[name] = state
            }
            _ = try parser.parse(statistics).member("indices")?.forEachMember { name, value in
                guard var state = indices[name], let primaries = value.member("primaries") else {
                    return
                }
                let (documents, uses) = (primaries.member("docs"), primaries.member("indexing"))
                state.documents = Int(documents?.member("count")?.integer ?? 0)
                state.deleted = Int(documents?.member("deleted")?.integer ?? 0)
                state.bytes =
                    Int(primaries.member("store")?.member("size_in_bytes")?.integer ?? 0)
                state.changes =
                    Int(uses?.member("index_total")?.integer ?? 0)
                    + Int(uses?.member("delete_total")?.integer ?? 0)
                indices[name] = state
            }
        } catch {
            throw DocketError(.internalError, "the search engine's reply is damaged")
                .caused(by: "\(error)")
        }
    }
}
