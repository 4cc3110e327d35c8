package import DocketCore
internal import DocketJSON

/// Indices that are made of a snapshot beside those that are searched.
///
/// The truth goes on to call them by the names of the others: when they take their places, these
/// names become aliases of them.
extension ElasticsearchIndex: RestorableIndex {
    package func poolPlaces(through place: IndexPlace?) -> [IndexPlace] {
        let names = administration.names
        var places = [names.pool]
        let last = place.map(\.name).flatMap { names.isPool($0) ? $0 : nil } ?? names.pool
        while let next = places.last, next < last, let after = names.pool(after: next) {
            places.append(after)
        }
        return places.map(IndexPlace.init(name:))
    }

    package func place(restoredBy number: UInt64, for place: IndexPlace) -> IndexPlace {
        IndexPlace(name: administration.names.restored(place.name, by: number))
    }

    package func reach(work: WorkLimit) async throws(DocketError) -> String {
        try await administration.reach(work)
    }

    /// An index that was there before the server started is not made anew where it is gone.
    package func expectPool() async { await administration.expectPool() }

    package func requireRestorable(
        _ snapshot: String,
        work: WorkLimit
    ) async throws(DocketError) {
        let found = try await self.snapshot(snapshot, work: work)
        guard found.state == .complete else {
            throw DocketError(.failedPrecondition, "the snapshot \(snapshot) is not whole")
        }
        guard found.indices.contains(where: administration.names.isPlace) else {
            throw DocketError(
                .failedPrecondition,
                "the snapshot \(snapshot) has no index that this version of the server can search"
            )
        }
    }

    package func restore(
        _ restore: Restore,
        work: WorkLimit
    ) async throws(DocketError) -> RestoredState {
        let pattern = administration.names.restoredPattern(of: restore.number)
        let made = Set(try await administration.indices(pattern, work).keys)
        let missing = restore.places.filter { !made.contains($0.value.name) }
        let found =
            missing.isEmpty || restore.snapshot.isEmpty
            ? [] : try await begin(missing, of: restore, work)
        for (place, index) in missing where !found.contains(place) {
            try await administration.makeIndex(index.name, work)
        }
        let reply = try await client.succeed(
            HTTPRequest(method: .get, path: "/_cluster/health/\(pattern)?level=indices"),
            work: work
        )
        return try RestoredHealth(reply.body).state(of: restore.places.values.map(\.name))
    }

    /// Has the engine make those of the indices that the snapshot has; returns their places.
    private func begin(
        _ missing: [IndexPlace: IndexPlace],
        of restore: Restore,
        _ work: WorkLimit
    ) async throws(DocketError) -> Set<IndexPlace> {
        let names = administration.names
        let repository = try await register(work)
        let indices = try await snapshot(restore.snapshot, work: work).indices.filter { index in
            names.place(ofIndex: index).map { missing[IndexPlace(name: $0)] != nil } ?? false
        }
        guard !indices.isEmpty else { return [] }
        let question = RestoreQuestion(restore: restore, names: names, indices: indices)
        let path = "/_snapshot/\(repository.name)/\(restore.snapshot)/_restore"
        let body = question.body(replicas: administration.replicas)
        _ = try await succeed(.post, path + "?wait_for_completion=false", body, work)
        return Set(indices.compactMap(names.place(ofIndex:)).map(IndexPlace.init(name:)))
    }

    package func held(
        by restore: Restore,
        limit: Int,
        work: WorkLimit
    ) async throws(DocketError) -> HeldSlice {
        let question = HeldDocuments(
            tenant: TenantID(0),
            part: .everything,
            range: NumberRange(after: restore.after),
            limit: limit,
            isOpenName: false,
            names: administration.names
        )
        let path =
            "/\(administration.names.restoredPattern(of: restore.number))/_search"
            + "?allow_partial_search_results=false&filter_path=\(HeldDocuments.filterPath)"
        let request = HTTPRequest(method: .post, path: path, body: question.question())
        return try question.slice(try await client.succeed(request, work: work).body)
    }

    package func count(in restore: Restore, work: WorkLimit) async throws(DocketError) -> Int {
        let pattern = administration.names.restoredPattern(of: restore.number)
        return try await administration.states(pattern, work).values.reduce(0) {
            $0 + $1.documents
        }
    }

    package func publish(
        _ restore: Restore,
        _ names: RestoredNames,
        work: WorkLimit
    ) async throws(DocketError) {
        for place in restore.places.keys { try check(place) }
        try await administration.publish(restore, names, work)
    }

    package func replace(_ restore: Restore, work: WorkLimit) async throws(DocketError) {
        try await administration.replace(restore, work)
    }

    package func removeUnpublished(work: WorkLimit) async throws(DocketError) {
        try await administration.look(work)
        for index in administration.survey.unpublished {
            try await administration.delete(index, work)
        }
    }
}

extension IndexAdministration {
    /// Moves all aliases that searches use to the restored indices in one step.
    fileprivate func publish(
        _ restore: Restore,
        _ names: RestoredNames,
        _ work: WorkLimit
    ) async throws(DocketError) {
        try await look(work)
        let aliases = restoredAliases(of: restore, names)
        var writer = JSONWriter()
        writer.object { body in
            body.member("actions") { actions in
                actions.array { list in
                    for (place, index) in restore.sortedPlaces {
                        for old in survey.indices(of: place, besides: index) {
                            // Changes still go by the name of the place.
                            for alias in survey.aliases[old, default: []].sorted()
                            where alias != place {
                                list.action("remove", [old], alias) {
                                    $0.member("must_exist", true)
                                }
                            }
                        }
                    }
                    for (index, alias) in aliases {
                        list.action("add", [index], alias.name) { members in
                            guard let tenant = alias.tenant else { return }
                            Self.alias(of: tenant, &members)
                        }
                    }
                }
            }
        }
        let request = HTTPRequest(method: .post, path: "/_aliases", body: writer.bytes)
        _ = try await client.succeed(request, work: work)
        try await look(work)
        let kept = try await indices(self.names.restoredPattern(of: restore.number), work)
        for (index, alias) in aliases {
            let wanted = alias.leaves
            let isKept = kept[index].map { all in wanted.allSatisfy { all.leaves[$0] == $1 } }
            guard isKept == true else { throw .lostAlias(alias.name) }
        }
    }

    /// Removes the indices of before, and makes their names aliases of the restored ones.
    fileprivate func replace(_ restore: Restore, _ work: WorkLimit) async throws(DocketError) {
        try await look(work)
        var writer = JSONWriter()
        writer.object { body in
            body.member("actions") { actions in
                actions.array { list in
                    for (place, index) in restore.sortedPlaces {
                        for old in survey.indices(of: place, besides: index) {
                            list.object { action in
                                action.member("remove_index") { members in
                                    members.object { $0.member("index", old) }
                                }
                            }
                        }
                        list.action("add", [index], place)
                    }
                }
            }
        }
        let request = HTTPRequest(method: .post, path: "/_aliases", body: writer.bytes)
        _ = try await client.succeed(request, work: work)
        try await look(work)
        for (place, index) in restore.sortedPlaces
        where survey.aliases[index]?.contains(place) != true {
            throw .lostAlias(place)
        }
    }

    /// The aliases of each restored index.
    ///
    /// Of tenants those that have one now, and others as long as there is room; the rest get theirs
    /// when they write.
    private func restoredAliases(
        of restore: Restore,
        _ given: RestoredNames
    ) -> [(index: String, alias: RestoredAlias)] {
        var tenants = survey.tenants
        for tenant in given.tenants where tenants.count < aliasesMaximum { tenants.insert(tenant) }
        var aliases: [(index: String, alias: RestoredAlias)] = []
        for (place, index) in restore.sortedPlaces where names.isPool(place) {
            aliases.append((index, RestoredAlias(name: names.poolAlias, tenant: nil)))
            for tenant in tenants.sorted() {
                let alias = RestoredAlias(name: names.alias(of: tenant), tenant: tenant)
                aliases.append((index, alias))
            }
        }
        for (collection, place) in given.collections {
            guard let index = restore.places[place] else { continue }
            let name = names.alias(of: collection)
            aliases.append((index.name, RestoredAlias(name: name, tenant: collection.tenant)))
        }
        return aliases
    }
}

extension Restore {
    /// Places by their names, and the restored index of each.
    fileprivate var sortedPlaces: [(place: String, index: String)] {
        places.map { ($0.name, $1.name) }.sorted { $0.place < $1.place }
    }
}

extension DocketError {
    fileprivate static func lostAlias(_ name: String) -> DocketError {
        DocketError(
            .failedPrecondition,
            "the search engine did not keep the alias \(name) of a restored index"
        )
    }
}

/// A name by which a restored index is searched.
private struct RestoredAlias {
    let name: String
    /// Whose documents alone it reaches; nil for all.
    let tenant: TenantID?

    /// What the engine says of it, by ``FlatJSON``'s paths.
    var leaves: [String: String] {
        guard let tenant else { return [name: "{}"] }
        var writer = JSONWriter()
        writer.object { IndexAdministration.alias(of: tenant, &$0) }
        let leaves = (try? FlatJSON(bytes: writer.bytes))?.leaves ?? [:]
        return Dictionary(uniqueKeysWithValues: leaves.map { ("\(name).\($0)", $1) })
    }
}

/// What the engine is told to make of a snapshot.
struct RestoreQuestion {
    let restore: Restore
    let names: IndexNames
    /// As the snapshot has them.
    let indices: [String]

    /// Under other names, without aliases, and free of a block that a full disk had set.
    func body(replicas: Int) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { body in
            body.member("indices", indices.joined(separator: ","))
            body.member("include_global_state", false)
            body.member("include_aliases", false)
            body.member("partial", false)
            body.member("rename_pattern", "^\\Q\(names.series.start)\\E(restored-[0-9]+-)?(.*)$")
            body.member(
                "rename_replacement",
                "\(names.series.start)restored-\(restore.number)-$2"
            )
            body.member("index_settings") { settings in
                settings.object { $0.member("index.number_of_replicas", replicas) }
            }
            body.member("ignore_index_settings") { list in
                list.array { list in
                    for block in ["read_only_allow_delete", "read_only", "write"] {
                        list.value("index.blocks.\(block)")
                    }
                }
            }
        }
        return writer.bytes
    }
}

/// How restored indices are, as the engine says.
struct RestoredHealth {
    private struct Index {
        var shards: Int
        var active: Int
        var isRed: Bool
    }

    private var indices: [String: Index] = [:]

    /// - Throws: ``DocketError`` `internalError` for a reply that is none.
    init(_ reply: [UInt8]) throws(DocketError) {
        do {
            var parser = JSONParserHandle(byteMaximum: HTTPRequest.replyBytesDefault)
            _ = try parser.parse(reply).member("indices")?.forEachMember { name, index in
                indices[name] = Index(
                    shards: Int(index.member("number_of_shards")?.integer ?? 0),
                    active: Int(index.member("active_primary_shards")?.integer ?? 0),
                    isRed: index.member("status")?.string == "red"
                )
            }
        } catch {
            throw DocketError(.internalError, "the search engine's reply is damaged")
                .caused(by: "\(error)")
        }
    }

    /// An index that is being restored is yellow before it takes writes, and red once a part of it
    /// has failed.
    func state(of names: [String]) -> RestoredState {
        let found = names.compactMap { indices[$0] }
        if found.contains(where: \.isRed) { return .stuck }
        let isReady = found.allSatisfy { $0.shards > 0 && $0.active == $0.shards }
        return found.count == names.count && isReady ? .ready : .running
    }
}
