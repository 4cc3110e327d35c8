package import DocketCore
internal import DocketJSON

/// Indices that a rebuild makes, each for one collection, which is searched by an alias.
extension ElasticsearchIndex: CollectionIndices {
    package func place(ofRebuild number: UInt64) -> IndexPlace {
        IndexPlace(name: administration.names.rebuilt(number))
    }

    package func make(_ place: IndexPlace, work: WorkLimit) async throws(DocketError) {
        try await administration.prepare(work)
        try await administration.makeIndex(place.name, work)
        try await administration.compareIndex(place.name, work)
    }

    package func publish(
        _ place: IndexPlace,
        of collection: CollectionReference,
        work: WorkLimit
    ) async throws(DocketError) {
        try await administration.prepare(work)
        try await administration.publish(place.name, of: collection, work)
    }

    package func made(work: WorkLimit) async throws(DocketError) -> Set<IndexPlace> {
        try await administration.prepare(work)
        try await administration.look(work)
        return administration.survey.own
    }

    package func remove(_ place: IndexPlace, work: WorkLimit) async throws(DocketError) {
        guard administration.names.isRebuilt(place.name) else {
            throw DocketError(.internalError, "an index of all collections is not removed")
        }
        try await administration.look(work)
        try await administration.delete(administration.survey.index(of: place.name), work)
    }
}

extension ElasticsearchIndex: FormerIndices {
    package func former(work: WorkLimit) async throws(DocketError) -> Set<IndexPlace> {
        try await administration.prepare(work)
        try await administration.look(work)
        return administration.survey.former
    }

    package func removeFormer(_ place: IndexPlace, work: WorkLimit) async throws(DocketError) {
        guard isFormer(place) else {
            throw DocketError(.internalError, "an index of this version is not removed")
        }
        try await administration.delete(place.name, work)
    }
}

extension IndexAdministration {
    /// Removes an index by the engine's name of it; one that is gone is well.
    func delete(_ index: String, _ work: WorkLimit) async throws(DocketError) {
        let path = "/\(index)?ignore_unavailable=true"
        _ = try await client.succeed(HTTPRequest(method: .delete, path: path), work: work)
    }

    /// The indices of a pattern, each with its aliases.
    func indices(
        _ pattern: String,
        alias: String = "",
        _ work: WorkLimit
    ) async throws(DocketError) -> [String: FlatJSON] {
        let path = "/\(pattern)/_alias" + (alias.isEmpty ? "" : "/\(alias)")
        let reply = try await client.send(HTTPRequest(method: .get, path: path), work: work)
        guard reply.status != 404 else { return [:] }
        guard reply.status == 200 else { throw EngineFault(reply).docketError }
        var found: [String: FlatJSON] = [:]
        do {
            var parser = JSONParserHandle(byteMaximum: HTTPRequest.replyBytesDefault)
            _ = try parser.parse(reply.body).forEachMember { index, value in
                if let aliases = value.member("aliases") { found[index] = try FlatJSON(aliases) }
            }
        } catch {
            throw DocketError(.internalError, "the search engine's reply is damaged")
                .caused(by: "\(error)")
        }
        return found
    }

    /// Moves the alias of the collection to the index of `place` in one step, reads it back and
    /// compares.
    func publish(
        _ place: String,
        of collection: CollectionReference,
        _ work: WorkLimit
    ) async throws(DocketError) {
        try await look(work)
        let index = survey.index(of: place)
        let alias = names.alias(of: collection)
        let before = try await indices(names.seriesPattern, alias: alias, work)
        var body = JSONWriter()
        body.object { body in
            body.member("actions") { actions in
                actions.array { list in
                    for old in before.keys.sorted() where old != index {
                        list.action("remove", [old], alias) { $0.member("must_exist", true) }
                    }
                    list.action("add", [index], alias) { Self.alias(of: collection.tenant, &$0) }
                }
            }
        }
        let request = HTTPRequest(method: .post, path: "/_aliases", body: body.bytes)
        _ = try await client.succeed(request, work: work)
        var wanted = JSONWriter()
        wanted.object { $0.member(alias) { $0.object { Self.alias(of: collection.tenant, &$0) } } }
        let after = try await indices(names.seriesPattern, alias: alias, work)
        guard after.count == 1, let kept = after[index],
            let same = try? FlatJSON(bytes: wanted.bytes), kept == same
        else {
            throw DocketError(
                .failedPrecondition,
                "the search engine did not keep the alias of a collection that was rebuilt"
            )
        }
    }
}

extension JSONWriter {
    /// One action of `_aliases`; `indices` may have patterns.
    mutating func action(
        _ name: StaticString,
        _ indices: [String],
        _ alias: String,
        _ rest: (inout JSONWriter) -> Void = { _ in }
    ) {
        object { action in
            action.member("\(name)") { members in
                members.object { members in
                    members.member("indices") { list in
                        list.array { for index in indices { $0.value(index) } }
                    }
                    members.member("alias", alias)
                    rest(&members)
                }
            }
        }
    }
}
