internal import DocketCore
internal import DocketJSON

/// What the engine has of the operator's: indices with their aliases, in one answer.
struct IndexSurvey: Sendable {
    /// The indices of the pool of this series, in the order of their names.
    private(set) var pools: [String] = []
    /// Indices of earlier series.
    private(set) var former: Set<IndexPlace> = []
    /// Tenants whose alias is as it has to be, in an index of the pool.
    private(set) var tenants: Set<TenantID> = []
    /// The same, in each index of the pool.
    private(set) var aliased: Set<TenantID> = []
    /// Aliases of tenants that somebody changed.
    private(set) var changed: [String] = []
    /// Indices of the pool without the alias by which all of them are searched, or with a filter
    /// in it.
    private(set) var hidden: [String] = []
    /// Indices that a restore has made and that have no place yet, or were given up.
    private(set) var unpublished: [String] = []
    /// The aliases of each index of the series.
    private(set) var aliases: [String: Set<String>] = [:]
    /// The indices of places, by the places.
    private var indices: [String: String] = [:]
    /// All indices that there are for a place.
    private var others: [String: [String]] = [:]

    /// Of nothing.
    init() {}

    static func path(_ names: IndexNames) -> String {
        "/\(names.everyPattern)/_alias?expand_wildcards=all"
    }

    /// An index with its aliases.
    private struct Found {
        let index: String
        let place: String
        let aliases: [String: FlatJSON]

        /// Whether changes reach it by the name of its place.
        var isPublished: Bool { index == place || aliases[place] != nil }

        func isSearched(_ names: IndexNames) -> Bool {
            aliases[names.poolAlias] != nil || aliases.keys.contains(where: names.isOfCollection)
        }
    }

    /// - Throws: ``DocketError`` `internalError` for a reply that is none.
    init(_ reply: [UInt8], _ names: IndexNames) throws(DocketError) {
        do {
            var found: [Found] = []
            var parser = JSONParserHandle(byteMaximum: HTTPRequest.replyBytesDefault)
            _ = try parser.parse(reply).forEachMember { index, value in
                if names.isFormer(index) { former.insert(IndexPlace(name: index)) }
                guard let place = names.place(ofIndex: index) else { return }
                var aliases: [String: FlatJSON] = [:]
                _ = try value.member("aliases")?.forEachMember { name, alias in
                    aliases[name] = try FlatJSON(alias)
                }
                found.append(Found(index: index, place: place, aliases: aliases))
            }
            try choose(of: found, names)
        } catch {
            throw DocketError(.internalError, "the search engine's reply is damaged")
                .caused(by: "\(error)")
        }
    }

    /// Of each place the index that is searched; while a restored one is about to take the place of
    /// another, that is the restored one.
    private mutating func choose(of found: [Found], _ names: IndexNames) throws {
        var counts: [TenantID: Int] = [:]
        for (place, all) in Dictionary(grouping: found, by: \.place) {
            let searched = all.filter { $0.isSearched(names) }
            let chosen =
                searched.first(where: \.isPublished) ?? searched.first
                ?? all.first(where: \.isPublished)
            for each in all {
                aliases[each.index] = Set(each.aliases.keys)
                others[place, default: []].append(each.index)
                guard each.index != chosen?.index, !each.isPublished else { continue }
                unpublished.append(each.index)
            }
            guard let chosen else { continue }
            indices[place] = chosen.index
            guard names.isPool(place) else {
                own.insert(IndexPlace(name: place))
                continue
            }
            pools.append(place)
            for (name, alias) in chosen.aliases {
                guard let tenant = names.tenant(ofAlias: name) else { continue }
                if try alias == Self.alias(of: tenant) {
                    counts[tenant, default: 0] += 1
                } else {
                    changed.append(name)
                }
            }
            if chosen.aliases[names.poolAlias]?.isEmpty != true { hidden.append(place) }
        }
        pools.sort()
        tenants = Set(counts.keys)
        aliased = Set(counts.filter { $0.value == pools.count }.keys)
    }

    /// The engine's index of a place; the place itself where there is none.
    func index(of place: String) -> String { indices[place] ?? place }

    /// Whether there is an index of the place.
    func has(_ place: String) -> Bool { indices[place] != nil }

    /// The indices that there are for a place, without one.
    func indices(of place: String, besides index: String) -> [String] {
        (others[place] ?? []).filter { $0 != index }.sorted()
    }

    /// Places that hold one collection whole.
    private(set) var own: Set<IndexPlace> = []

    private static func alias(of tenant: TenantID) throws -> FlatJSON {
        var wanted = JSONWriter()
        wanted.object { IndexAdministration.alias(of: tenant, &$0) }
        return try FlatJSON(bytes: wanted.bytes)
    }
}

extension FlatJSON {
    /// Whether it is an object without members.
    fileprivate var isEmpty: Bool { leaves == ["": "{}"] }
}
