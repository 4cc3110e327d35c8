package import DocketCore
internal import DocketJSON

extension ElasticsearchIndex: IndexCluster {
    package var cluster: String? { administration.cluster }

    package func identify(work: WorkLimit) async throws(DocketError) -> String {
        try await administration.prepare(work)
        guard let cluster else {
            throw DocketError(.internalError, "the search engine has no id")
        }
        return cluster
    }

    package func adopt(_ place: IndexPlace, work: WorkLimit) async throws(DocketError) {
        try check(place)
        try await administration.prepare(work)
        if administration.names.isPool(place.name) {
            try await administration.makePool(place.name, work)
            try await administration.attachAliases(to: place.name, work)
        } else {
            try await make(place, work: work)
        }
    }

    package func counts(work: WorkLimit) async throws(DocketError) -> [IndexPlace: Int] {
        try await administration.prepare(work)
        try await administration.look(work)
        let (names, survey) = (administration.names, administration.survey)
        var counts: [IndexPlace: Int] = [:]
        for (name, state) in try await administration.states(names.seriesPattern, work) {
            guard let place = names.place(ofIndex: name), survey.index(of: place) == name else {
                continue
            }
            counts[IndexPlace(name: place)] = state.documents
        }
        return counts
    }

    package func versions(
        of documents: [IndexedVersion],
        work: WorkLimit
    ) async throws(DocketError) -> [UInt64?] {
        guard !documents.isEmpty else { return [] }
        for document in documents { try check(document.place) }
        try await administration.prepare(work)
        let request = HTTPRequest(
            method: .post,
            path: "/_mget?filter_path=docs._version,docs._id",
            body: VersionsCodec.encode(documents)
        )
        let reply = try await administration.client.succeed(request, work: work)
        return try VersionsCodec.decode(reply.body, of: documents)
    }
}

/// The question for versions of documents, and its reply.
enum VersionsCodec {
    static func encode(_ documents: [IndexedVersion]) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { body in
            body.member("docs") { list in
                list.array { list in
                    for document in documents {
                        list.object { members in
                            members.member("_index", document.place.name)
                            members.member("_id", document.identity.text)
                            members.member("routing", "\(document.tenant.number)")
                        }
                    }
                }
            }
        }
        return writer.bytes
    }

    /// - Throws: ``DocketError`` `internalError` for a reply that does not speak of just these.
    static func decode(
        _ reply: [UInt8],
        of documents: [IndexedVersion]
    ) throws(DocketError) -> [UInt64?] {
        var versions: [UInt64?] = []
        do {
            var parser = JSONParserHandle(byteMaximum: HTTPRequest.replyBytesDefault)
            _ = try parser.parse(reply).member("docs")?.forEachElement { element in
                guard versions.count < documents.count,
                    element.member("_id")?.string == documents[versions.count].identity.text
                else { throw DocketError(.internalError, "another document") }
                versions.append(element.member("_version")?.integer.map { UInt64($0) })
            }
        } catch {
            throw DocketError(.internalError, "the search engine's reply is damaged")
                .caused(by: "\(error)")
        }
        guard versions.count == documents.count else {
            throw DocketError(.internalError, "the search engine's reply is damaged")
        }
        return versions
    }
}

extension IndexedVersion {
    fileprivate var identity: IndexedIdentity { IndexedIdentity(tenant, collection, number) }
}
