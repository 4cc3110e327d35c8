internal import DocketCore
internal import DocketJSON
internal import DocketRuntime
internal import DocketSystem
internal import DocketTelemetry
internal import Synchronization

/// Makes the indices and aliases that Docket needs, reads them back and compares.
///
/// Nothing is asked before the first call that needs the engine: a server starts without it.
actor IndexAdministration {
    private enum State {
        case unknown
        case preparing
        case ready
    }

    /// What each search asks, without a turn of the actor.
    private struct View {
        var isReady = false
        /// Tenants whose aliases were read back.
        var aliased: Set<TenantID> = []
    }

    nonisolated let names: IndexNames
    /// Whether the statistics of words are spread over shards.
    nonisolated let hasSeveralShards: Bool
    let client: EngineClient
    private let configuration: ElasticsearchConfiguration
    private let log: Logger
    private nonisolated let view = Mutex(View())
    private var state = State.unknown {
        didSet {
            let isReady = state == .ready
            view.withLock { $0.isReady = isReady }
        }
    }
    private var waiters: [OneShot<Void>] = []
    /// Whether the pool's index was there: one that is gone then took documents with it, and an
    /// empty one in its place would hide that.
    private var hadPool = false

    init(_ client: EngineClient, _ configuration: ElasticsearchConfiguration, log: Logger) {
        self.client = client
        self.configuration = configuration
        self.log = log
        names = IndexNames(prefix: configuration.prefix)
        hasSeveralShards = configuration.shards > 1
    }

    /// Returns once the engine is one that Docket serves and has the pool's index.
    nonisolated func prepare(_ work: WorkLimit) async throws(DocketError) {
        if !view.withLock({ $0.isReady }) { try await makeReady(work) }
    }

    private func makeReady(_ work: WorkLimit) async throws(DocketError) {
        while true {
            switch state {
            case .ready: return
            case .preparing: try await waitForTurn(work)
            case .unknown:
                state = .preparing
                defer { wakeWaiters() }
                do throws(DocketError) {
                    try await check(work)
                    state = .ready
                } catch {
                    state = .unknown
                    throw error
                }
            }
        }
    }

    /// Where new documents of the tenant go; makes its alias where there is room for one more.
    func place(for tenant: TenantID, work: WorkLimit) async throws(DocketError) -> IndexPlace {
        try await prepare(work)
        let aliased = aliased
        if !aliased.contains(tenant), aliased.count < configuration.aliasesMaximum {
            try await makeAlias(of: tenant, work)
        }
        return IndexPlace(name: names.pool)
    }

    /// The one name by which the documents of the tenant's collection are searched.
    nonisolated func searchName(of tenant: TenantID, _ collection: Collection) -> String {
        guard collection.place == nil else {
            let number = collection.number
            return names.alias(of: CollectionReference(tenant: tenant, number: number))
        }
        return searchName(of: tenant)
    }

    /// The name by which those of its collections are searched that have no index of their own.
    nonisolated func searchName(of tenant: TenantID) -> String {
        aliased.contains(tenant) ? names.alias(of: tenant) : names.poolAlias
    }

    private nonisolated var aliased: Set<TenantID> { view.withLock { $0.aliased } }

    private func keep(_ aliased: Set<TenantID>) { view.withLock { $0.aliased = aliased } }

    /// What was there is missing: the next call reads and compares everything again.
    func lookAgain() {
        if case .ready = state { state = .unknown }
    }

    private func waitForTurn(_ work: WorkLimit) async throws(DocketError) {
        let turn = OneShot<Void>()
        waiters.append(turn)
        work.onStop { turn.fail(CancellationError()) }
        defer { work.onStop(nil) }
        do {
            let deadline = MonotonicTime(nanoseconds: work.deadlineNanoseconds)
            try await turn.outcome(by: deadline)
        } catch is DeadlineExceeded {
            throw DocketError(.deadlineExceeded, "the search engine did not answer in time")
        } catch {
            throw DocketError(.cancelled, "the work was stopped")
        }
    }

    private func wakeWaiters() {
        for waiter in waiters { waiter.succeed(()) }
        waiters = []
    }
}

extension IndexAdministration {
    private func check(_ work: WorkLimit) async throws(DocketError) {
        let root = try await client.succeed(HTTPRequest(method: .get, path: "/"), work: work)
        let version = try EngineVersion(root.body)
        try version.check()
        let fields: LogFields = [
            "engine": .string(version.product.rawValue), "version": .string(version.number),
        ]
        if version.support == .tested {
            log.info("search engine reached", fields)
        } else {
            log.warning("search engine reached, of a version that is not tested", fields)
        }
        try await checkAutomaticIndices(work)
        if !hadPool { try await makePool(work) }
        try await comparePool(work)
        hadPool = true
        try await readAliases(work)
    }

    /// An engine that makes an index of any name would give one to a delete that names a missing
    /// alias.
    private func checkAutomaticIndices(_ work: WorkLimit) async throws(DocketError) {
        let path =
            "/_cluster/settings?include_defaults=true&filter_path=*.action.auto_create_index"
        let reply = try await client.send(HTTPRequest(method: .get, path: path), work: work)
        let set = reply.status == 200 ? Self.automaticIndices(in: reply.body) : nil
        guard set != "false" else { return }
        log.warning(
            "search engine makes indices by itself; set action.auto_create_index to false",
            ["setting": .string(set ?? "unknown")]
        )
    }

    private static func automaticIndices(in reply: [UInt8]) -> String? {
        var parser = JSONParserHandle(byteMaximum: HTTPRequest.replyBytesDefault)
        guard let root = try? parser.parse(reply) else { return nil }
        var set: String?
        // What was set last is in force.
        for scope: StaticString in ["defaults", "persistent", "transient"] {
            let action = root.member(scope)?.member("action")
            set = action?.member("auto_create_index")?.string ?? set
        }
        return set
    }

    private func makePool(_ work: WorkLimit) async throws(DocketError) {
        try await makeIndex(names.pool, aliases: [names.poolAlias], work)
    }

    /// Makes an index that is not there yet.
    func makeIndex(
        _ name: String,
        aliases: [String] = [],
        _ work: WorkLimit
    ) async throws(DocketError) {
        let mapping = Mapping(
            shards: configuration.shards,
            replicas: configuration.replicas,
            aliases: aliases
        )
        let request = HTTPRequest(method: .put, path: "/\(name)", body: mapping.json())
        let reply = try await client.send(request, work: work)
        guard reply.status != 200 else {
            return log.info("index made", ["index": .string(name)])
        }
        let fault = EngineFault(reply)
        guard fault.type == "resource_already_exists_exception" else { throw fault.docketError }
    }

    /// The mapping must be the one that Docket made, and the read alias one without a filter.
    private func comparePool(_ work: WorkLimit) async throws(DocketError) {
        let pool = try await compareIndex(names.pool, work)
        let alias = pool["aliases"]?.leaves.keys.first {
            $0 == names.poolAlias || $0.hasPrefix(names.poolAlias + ".")
        }
        guard alias == names.poolAlias else {
            throw DocketError(
                .failedPrecondition,
                "the alias \(names.poolAlias) of the index \(names.pool) was changed"
            )
        }
    }

    /// What the engine says of an index whose mapping is the one that Docket made.
    @discardableResult
    func compareIndex(
        _ name: String,
        _ work: WorkLimit
    ) async throws(DocketError) -> [String: FlatJSON] {
        let reply = try await client.succeed(
            HTTPRequest(method: .get, path: "/\(name)"),
            work: work
        )
        let index = try Self.flat(reply.body, member: name)
        let wanted = try? FlatJSON(bytes: Mapping.mappingsJSON())
        let found = index["mappings"]
        if let difference = wanted?.firstDifference(from: found ?? FlatJSON()) {
            throw DocketError(
                .failedPrecondition,
                "the index \(name) was changed, or is of another version of Docket: "
                    + "its mapping differs at \(difference)"
            )
        }
        return index
    }

    /// The members of one member of a reply.
    private static func flat(
        _ bytes: [UInt8],
        member name: String
    ) throws(DocketError) -> [String: FlatJSON] {
        var parts: [String: FlatJSON] = [:]
        do {
            var parser = JSONParserHandle(byteMaximum: HTTPRequest.replyBytesDefault)
            _ = try parser.parse(bytes).forEachMember { outer, value in
                guard outer == name else { return }
                _ = try value.forEachMember { parts[$0] = try FlatJSON($1) }
            }
        } catch {
            throw DocketError(.internalError, "the search engine's reply is damaged")
                .caused(by: "\(error)")
        }
        return parts
    }
}

extension IndexAdministration {
    /// The filter and the routing that the alias of a tenant has to have.
    static func alias(of tenant: TenantID, _ members: inout JSONWriter) {
        members.member("filter") { filter in
            filter.object { query in
                query.member("term") { term in
                    term.object { $0.member(Mapping.tenant, "\(tenant.number)") }
                }
            }
        }
        members.member("index_routing", "\(tenant.number)")
        members.member("search_routing", "\(tenant.number)")
    }

    /// Makes the alias of the tenant anew, and reads it back.
    func makeAlias(of tenant: TenantID, _ work: WorkLimit) async throws(DocketError) {
        var writer = JSONWriter()
        writer.object { body in
            body.member("actions") { actions in
                actions.array { list in
                    list.object { action in
                        action.member("add") { add in
                            add.object { members in
                                members.member("index", names.pool)
                                members.member("alias", names.alias(of: tenant))
                                Self.alias(of: tenant, &members)
                            }
                        }
                    }
                }
            }
        }
        let request = HTTPRequest(method: .post, path: "/_aliases", body: writer.bytes)
        _ = try await client.succeed(request, work: work)
        try await readAliases(work)
        guard aliased.contains(tenant) else {
            throw DocketError(
                .failedPrecondition,
                "the search engine did not keep the filter of an alias that was made"
            )
        }
    }

    /// Reads the aliases of all tenants; one that is not as it has to be is not used.
    private func readAliases(_ work: WorkLimit) async throws(DocketError) {
        let path = "/\(names.pool)/_alias/\(names.tenantPattern)"
        let reply = try await client.send(HTTPRequest(method: .get, path: path), work: work)
        guard reply.status != 404 else {
            return keep([])
        }
        guard reply.status == 200 else { throw EngineFault(reply).docketError }
        var found: Set<TenantID> = []
        do {
            var parser = JSONParserHandle(byteMaximum: HTTPRequest.replyBytesDefault)
            _ = try parser.parse(reply.body).forEachMember { index, value in
                guard index == names.pool else { return }
                _ = try value.member("aliases")?.forEachMember { name, alias in
                    guard let tenant = names.tenant(ofAlias: name) else { return }
                    var wanted = JSONWriter()
                    wanted.object { Self.alias(of: tenant, &$0) }
                    if try FlatJSON(alias) == FlatJSON(bytes: wanted.bytes) {
                        found.insert(tenant)
                    } else {
                        log.error("the alias of a tenant was changed", ["alias": .string(name)])
                    }
                }
            }
        } catch {
            throw DocketError(.internalError, "the search engine's reply is damaged")
                .caused(by: "\(error)")
        }
        keep(found)
    }
}
