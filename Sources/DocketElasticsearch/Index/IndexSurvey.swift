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

    /// Of nothing.
    init() {}

    static func path(_ names: IndexNames) -> String {
        "/\(names.everyPattern)/_alias?expand_wildcards=all"
    }

    /// - Throws: ``DocketError`` `internalError` for a reply that is none.
    init(_ reply: [UInt8], _ names: IndexNames) throws(DocketError) {
        var counts: [TenantID: Int] = [:]
        do {
            var parser = JSONParserHandle(byteMaximum: HTTPRequest.replyBytesDefault)
            _ = try parser.parse(reply).forEachMember { index, value in
                if names.isFormer(index) { former.insert(IndexPlace(name: index)) }
                guard names.isPool(index) else { return }
                pools.append(index)
                var isFound = false
                _ = try value.member("aliases")?.forEachMember { name, alias in
                    let alias = try FlatJSON(alias)
                    if name == names.poolAlias { isFound = alias.isEmpty }
                    guard let tenant = names.tenant(ofAlias: name) else { return }
                    if try alias == Self.alias(of: tenant) {
                        counts[tenant, default: 0] += 1
                    } else {
                        changed.append(name)
                    }
                }
                if !isFound { hidden.append(index) }
            }
        } catch {
            throw DocketError(.internalError, "the search engine's reply is damaged")
                .caused(by: "\(error)")
        }
        pools.sort()
        tenants = Set(counts.keys)
        aliased = Set(counts.filter { $0.value == pools.count }.keys)
    }

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
