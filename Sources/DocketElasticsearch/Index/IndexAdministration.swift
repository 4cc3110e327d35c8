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
        /// The id that the engine gives itself.
        var cluster: String?
        /// What was read back last.
        var survey: IndexSurvey?
    }

    nonisolated let names: IndexNames
    let client: EngineClient
    private nonisolated let configuration: ElasticsearchConfiguration
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
        names = IndexNames(configuration.series)
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
        if survey.pools.isEmpty { try await look(work) }
        let survey = survey
        let hasRoom = survey.aliased.count < aliasesMaximum
        if !survey.pools.isEmpty, !survey.aliased.contains(tenant), hasRoom {
            try await makeAliases(of: [tenant], work)
        }
        return IndexPlace(name: survey.pools.first ?? names.pool)
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
        survey.aliased.contains(tenant) ? names.alias(of: tenant) : names.poolAlias
    }

    /// Copies of each shard of an index that is made.
    nonisolated var replicas: Int { configuration.replicas }
    nonisolated var aliasesMaximum: Int { configuration.aliasesMaximum }

    /// Empty before the engine has answered.
    nonisolated var survey: IndexSurvey { view.withLock { $0.survey } ?? IndexSurvey() }

    /// nil before the engine has answered.
    nonisolated var cluster: String? { view.withLock { $0.cluster } }

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
    /// What the engine had before the server started is not made anew, where it is gone.
    func expectPool() { hadPool = true }

    /// The id that the cluster gives itself; asked, whether or not the index is there.
    func reach(_ work: WorkLimit) async throws(DocketError) -> String {
        try await checkEngine(work)
        guard let cluster else {
            throw DocketError(.internalError, "the search engine has no id")
        }
        return cluster
    }

    private func checkEngine(_ work: WorkLimit) async throws(DocketError) {
        let root = try await client.succeed(HTTPRequest(method: .get, path: "/"), work: work)
        let version = try EngineVersion(root.body)
        try version.check()
        view.withLock { $0.cluster = version.cluster }
        let fields: LogFields = [
            "engine": .string(version.product.rawValue), "version": .string(version.number),
        ]
        if version.support == .tested {
            log.info("search engine reached", fields)
        } else {
            log.warning("search engine reached, of a version that is not tested", fields)
        }
    }

    private func check(_ work: WorkLimit) async throws(DocketError) {
        try await checkEngine(work)
        try await checkAutomaticIndices(work)
        try await look(work)
        // While a lost one is restored, no name reaches what there is of it.
        if survey.pools.isEmpty, !survey.unpublished.isEmpty { return }
        if survey.pools.isEmpty {
            guard !hadPool else {
                throw EngineFault(status: 404, type: "index_not_found_exception").docketError
            }
            try await makeIndex(names.pool, aliases: [names.poolAlias], work)
            try await look(work)
        }
        hadPool = true
        for pool in survey.pools { try await compareIndex(pool, work) }
        if let hidden = survey.hidden.first {
            throw DocketError(
                .failedPrecondition,
                "the alias \(names.poolAlias) of the index \(hidden) was changed"
            )
        }
    }

    /// Reads what there is; an alias of a tenant that is not as it has to be is not used.
    func look(_ work: WorkLimit) async throws(DocketError) {
        let reply = try await client.succeed(
            HTTPRequest(method: .get, path: IndexSurvey.path(names)),
            work: work
        )
        let survey = try IndexSurvey(reply.body, names)
        view.withLock { $0.survey = survey }
        for alias in survey.changed {
            log.error("the alias of a tenant was changed", ["alias": .string(alias)])
        }
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
        // One that was restored is there under another name.
        guard fault.type == "resource_already_exists_exception" || survey.has(name) else {
            throw fault.docketError
        }
    }

    /// The mapping of the index of a place must be the one that Docket made.
    func compareIndex(_ place: String, _ work: WorkLimit) async throws(DocketError) {
        let name = survey.index(of: place)
        let reply = try await client.succeed(
            HTTPRequest(method: .get, path: "/\(name)/_mapping"),
            work: work
        )
        let wanted = try? FlatJSON(bytes: Mapping.mappingsJSON())
        let found = try Self.mapping(reply.body, of: name)
        if let difference = wanted?.firstDifference(from: found ?? FlatJSON()) {
            throw DocketError(
                .failedPrecondition,
                "the index \(name) was changed: its mapping differs at \(difference)"
            )
        }
    }

    /// nil where the reply does not speak of the index.
    private static func mapping(
        _ bytes: [UInt8],
        of name: String
    ) throws(DocketError) -> FlatJSON? {
        var found: FlatJSON?
        do {
            var parser = JSONParserHandle(byteMaximum: HTTPRequest.replyBytesDefault)
            _ = try parser.parse(bytes).forEachMember { index, value in
                guard index == name, let mapping = value.member("mappings") else { return }
                found = try FlatJSON(mapping)
            }
        } catch {
            throw DocketError(.internalError, "the search engine's reply is damaged")
                .caused(by: "\(error)")
        }
        return found
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
        try await makeAliases(of: [tenant], work)
    }

    /// In all indices of the pool; where none was restored, one that is made meanwhile among them.
    func makeAliases(
        of tenants: Set<TenantID>,
        _ work: WorkLimit
    ) async throws(DocketError) {
        // Patterns pass over aliases, and so over what was restored.
        let survey = survey
        let isRestored = survey.pools.contains { survey.index(of: $0) != $0 }
        let all = isRestored ? survey.pools.map(survey.index(of:)) : [names.poolPattern]
        var writer = JSONWriter()
        writer.object { body in
            body.member("actions") { actions in
                actions.array { list in
                    for tenant in tenants.sorted() {
                        list.action("add", all, names.alias(of: tenant)) {
                            Self.alias(of: tenant, &$0)
                        }
                    }
                }
            }
        }
        let request = HTTPRequest(method: .post, path: "/_aliases", body: writer.bytes)
        _ = try await client.succeed(request, work: work)
        try await look(work)
        guard tenants.isSubset(of: self.survey.aliased) else {
            throw DocketError(
                .failedPrecondition,
                "the search engine did not keep the filter of an alias that was made"
            )
        }
    }
}
