internal import DocketCore
internal import DocketJSON

/// A question for what an index holds by numbers, without the checks of a search, and its answer.
struct HeldDocuments {
    /// What of a reply is asked for.
    static let filterPath =
        "timed_out,_shards.failed,hits.hits._id,hits.hits._index,hits.hits._version,"
        + "hits.hits._routing,hits.hits.sort,hits.hits.fields"

    /// Which documents of those that the name reaches.
    enum Part {
        /// By their field, whatever their names say.
        case collection(Collection)
        case besides([Collection])
        /// All, of whatever tenant.
        case everything
    }

    let tenant: TenantID
    let part: Part
    let range: NumberRange
    let limit: Int
    /// Where the name that is asked is every tenant's, as that of the pool.
    let isOpenName: Bool
    let names: IndexNames

    /// The body of the question.
    func question() -> [UInt8] {
        var writer = JSONWriter()
        writer.object { body in
            body.member("size", limit)
            body.member("_source", false)
            body.member("version", true)
            body.member("track_total_hits", false)
            body.member("docvalue_fields") { fields in
                fields.array {
                    $0.value(Mapping.tenant)
                    $0.value(Mapping.collection)
                }
            }
            body.member("query") { $0.bool(query) }
            body.member("sort") { sort in
                sort.array { list in
                    list.object { key in key.member(Mapping.number, "asc") }
                }
            }
            body.member("search_after") { values in values.array { $0.value(range.after) } }
        }
        return writer.bytes
    }

    private func query(_ bool: inout JSONWriter) {
        bool.member("filter") { list in
            list.array { filters in
                if isOpenName { filters.term(Mapping.tenant) { $0.value("\(tenant.number)") } }
                if case .collection(let collection) = part {
                    filters.term(Mapping.collection) { $0.value(name(of: collection)) }
                }
                guard let last = range.through else { return }
                filters.object { query in
                    query.member("range") { range in
                        range.object { field in
                            field.member(Mapping.number) { bounds in
                                bounds.object { $0.member("lte", last) }
                            }
                        }
                    }
                }
            }
        }
        guard case .besides(let collections) = part, !collections.isEmpty else { return }
        bool.member("must_not") { list in
            list.array { exclusions in
                exclusions.object { query in
                    query.member("terms") { terms in
                        terms.object { field in
                            field.member(Mapping.collection) { names in
                                names.array { names in
                                    for collection in collections {
                                        names.value(name(of: collection))
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    private func name(of collection: Collection) -> String {
        IndexedIdentity.collection(tenant, collection.number)
    }

    /// - Throws: ``DocketError`` `unavailable` for a reply that lacks a part of the index,
    ///   `internalError` for one that cannot be an answer.
    func slice(_ reply: [UInt8]) throws(DocketError) -> HeldSlice {
        var documents: [HeldDocument] = []
        var last: UInt64?
        do {
            var parser = JSONParserHandle(byteMaximum: HTTPRequest.replyBytesDefault)
            let root = try parser.parse(reply)
            try ReplyCodec.checkWhole(root)
            _ = try root.member("hits")?.member("hits")?.forEachElement { hit in
                var number: UInt64?
                _ = hit.member("sort")?.forEachElement { number = $0.unsigned }
                documents.append(try document(hit, number))
                last = number ?? last
            }
        } catch let error as DocketError {
            throw error
        } catch {
            throw .wrongReply.caused(by: "\(error)")
        }
        return HeldSlice(documents: documents, next: documents.count < limit ? nil : last)
    }

    /// What is restored has the place that it will have only once it is searched.
    private func place(ofIndex index: String) -> IndexPlace {
        if case .everything = part { return IndexPlace(name: index) }
        return IndexPlace(name: names.place(ofIndex: index) ?? index)
    }

    private func document(
        _ hit: borrowing JSONValue,
        _ number: UInt64?
    ) throws -> HeldDocument {
        guard let index = hit.member("_index")?.string, let name = hit.member("_id")?.string,
            let version = hit.member("_version")?.unsigned
        else { throw DocketError.wrongReply }
        let routing = hit.member("_routing")?.string ?? ""
        let fields = hit.member("fields")
        var values: [String: [String?]] = [:]
        _ = try fields?.forEachMember { field, list in
            var all: [String?] = []
            _ = list.forEachElement { all.append($0.string) }
            values[field] = all
        }
        let owner = IndexedIdentity(name).map {
            HeldDocument.Owner(tenant: $0.tenant, collection: $0.collection, number: $0.number)
        }
        let isWhole =
            owner.map { owner in
                let text = "\(owner.tenant.number)"
                let collection = IndexedIdentity.collection(owner.tenant, owner.collection)
                return number == owner.number && routing == text
                    && values[Mapping.tenant] == [text]
                    && values[Mapping.collection] == [collection]
            } ?? false
        return HeldDocument(
            owner: owner,
            isWhole: isWhole,
            version: version,
            place: place(ofIndex: index),
            name: name,
            routing: routing
        )
    }
}
