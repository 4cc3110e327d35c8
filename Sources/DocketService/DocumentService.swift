package import DocketCache
package import DocketCore
internal import DocketMessages
package import DocketRPC
internal import DocketRuntime
internal import DocketSystem
package import DocketTelemetry
internal import DocketWire

/// The service: opens sessions for keys, and serves what their calls ask.
package final class DocumentService: CallServer {
    package struct Configuration: Sendable {
        package var limits = Limits()
        package var cache = ReplyCache.Configuration()
        /// Uncached calls under way at once.
        package var callsMaximum = 4096
        /// Bytes of incomplete messages: of a tenant, and of the process.
        package var tenantIncompleteBytes = 64 << 20
        package var incompleteBytes = 512 << 20
        /// Time of the engine for one search, whoever waits for it.
        package var searchLimit = Duration.seconds(30)
        /// Calls that take longer are logged.
        package var slowCall = Duration.milliseconds(500)
        /// Whether the line of a slow search shows its query.
        package var logsQueries = false
        /// Whether keys are taken on connections that are neither TLS nor of this machine.
        package var allowsPlaintextKeys = false

        package init() {}
    }

    let configuration: Configuration
    let backends: Backends
    let logger: Logger
    package let authenticator: Authenticator
    package let admission: Admission
    package let searcher: Searcher
    package let metrics: CallMetrics
    let collections: CollectionRegistry
    let seal: CursorSeal
    private let requestIDs = RequestIDSource()
    private let failureRate = LogRate(maximum: 10)
    private let budgets: TenantBudgets

    /// A service whose store tells `collections` of changes, see ``GenerationObserver``, and whose
    /// cursors are sealed with `secret`, the directory's.
    package init(
        _ backends: Backends,
        collections: CollectionRegistry,
        secret: [UInt8],
        metrics: CallMetrics,
        logger: Logger,
        configuration: Configuration
    ) {
        self.backends = backends
        self.collections = collections
        self.configuration = configuration
        self.metrics = metrics
        self.logger = logger
        authenticator = Authenticator(directory: backends.directory)
        admission = Admission(maximum: configuration.callsMaximum)
        seal = CursorSeal(secret: secret)
        searcher = Searcher(
            search: backends.search,
            collections: collections,
            seal: seal,
            limits: configuration.limits,
            loadLimit: configuration.searchLimit,
            cache: ReplyCache(configuration.cache)
        )
        budgets = TenantBudgets(
            tenant: configuration.tenantIncompleteBytes,
            process: configuration.incompleteBytes
        )
    }

    package func open(_ connection: ConnectionInfo) async throws(CallFailure) -> any CallSession {
        let isSafe = connection.isSecure || connection.peer.isLoopback
        guard isSafe || configuration.allowsPlaintextKeys else {
            throw CallFailure(.unauthenticated, "keys are taken over TLS only")
        }
        do throws(DocketError) {
            let grant = try await authenticator.grant(for: connection.credential)
            return TenantSession(grant, self, budget: budgets.budget(of: grant.tenant))
        } catch {
            throw CallFailure(error.callStatus)
        }
    }

    /// Serves one call to its end.
    func serve(_ call: ServerCall, _ caller: Caller) async {
        let requestID =
            call.head.meta.requestID.isEmpty
            ? requestIDs.next().description : call.head.meta.requestID
        var query: String?
        do {
            guard let body = try await call.receive() else {
                throw DocketError(.invalidArgument, "the request has no message")
            }
            if configuration.logsQueries { query = Self.query(call, body) }
            try await answer(call, body, caller, requestID)
        } catch {
            await fail(call, error, caller, requestID)
        }
        let took = MonotonicTime.now() - call.head.arrived
        guard took > configuration.slowCall else { return }
        var fields: LogFields = [
            "method": .string(DocketMethod(rawValue: call.head.meta.method)?.name ?? ""),
            "tenant": .unsigned(caller.grant.tenant?.number ?? 0),
            "took_us": .microseconds(took), "request_id": .string(requestID),
        ]
        if let query { fields.append("query", .string(query)) }
        logger.warning("slow call", fields)
    }

    /// What a search looks for, cut and without control characters; nil for other calls.
    private static func query(_ call: ServerCall, _ body: [UInt8]) -> String? {
        guard call.head.meta.method == DocketMethod.search.rawValue else { return nil }
        return (try? SearchRequest.decode(body.rawSpan))?.query.printable(maximum: 256)
    }

    private func answer(
        _ call: ServerCall,
        _ body: [UInt8],
        _ caller: Caller,
        _ requestID: String
    ) async throws {
        let method = DocketMethod(rawValue: call.head.meta.method)
        switch method {
        case .stream:
            try await streamMethod.serve(body, caller, call)
            return try await call.finish(nil, meta(requestID, call))
        case .backup:
            try await BackupMethod(backup: backends.backup).serve(body, caller, call)
            return try await call.finish(nil, meta(requestID, call))
        default: break
        }
        guard try await call.receive() == nil else {
            throw DocketError(.invalidArgument, "the request has more than one message")
        }
        var meta = meta(requestID, call)
        if method == .search {
            let (reply, source) = try await searcher.answer(body, caller)
            meta.origin.source = source
            meta.origin.asOfMicroseconds = UInt64(clamping: reply.asOfMicroseconds)
            meta.origin.approximate = reply.isApproximate
            meta.origin.tookMicroseconds = took(call)
            return try await call.finish(reply.body, meta)
        }
        guard let method, let unary = unaryMethod(method) else {
            throw DocketError(.unimplemented, "the method is not served")
        }
        let answer = try await unary.answer(body, caller)
        meta.origin.tookMicroseconds = took(call)
        try await call.finish(answer, meta)
    }

    private func meta(_ requestID: String, _ call: ServerCall) -> ReplyMeta {
        var meta = ReplyMeta()
        meta.requestID = requestID
        meta.origin.tookMicroseconds = took(call)
        return meta
    }

    private func took(_ call: ServerCall) -> UInt64 {
        UInt64(clamping: (MonotonicTime.now() - call.head.arrived).wholeNanoseconds / 1000)
    }

    /// A failure that the caller learns of; what lies behind it is logged and stays inside.
    private func fail(
        _ call: ServerCall,
        _ error: any Error,
        _ caller: Caller,
        _ requestID: String
    ) async {
        let (status, cause) = Self.failure(error, requestID)
        logFailure(call, status.code, cause, caller, requestID)
        await call.fail(status)
    }

    /// What the caller is told, and what is behind it.
    private static func failure(
        _ error: any Error,
        _ requestID: String
    ) -> (CallStatus, cause: String?) {
        switch error {
        case let error as DocketError:
            let isOurs = error.code == .internalError || error.code == .dataLoss
            return (error.callStatus, error.cause.text ?? (isOurs ? error.message : nil))
        case let error as CallFailure:
            let isOurs = error.status.code == .internalError
            return (error.status, isOurs ? error.status.message : nil)
        case is CancellationError: return (CallStatus(.cancelled, "the call was cancelled"), nil)
        default:
            let message = "the call failed, see request \(requestID)"
            return (CallStatus(.internalError, message), "\(type(of: error)): \(error)")
        }
    }

    private func logFailure(
        _ call: ServerCall,
        _ code: StatusCode,
        _ cause: String?,
        _ caller: Caller,
        _ requestID: String
    ) {
        guard let cause, let leftOut = failureRate.next() else { return }
        var fields: LogFields = [
            "method": .string(DocketMethod(rawValue: call.head.meta.method)?.name ?? ""),
            "tenant": .unsigned(caller.grant.tenant?.number ?? 0),
            "status": .string(CallMetrics.name(of: code)), "cause": .string(cause),
            "request_id": .string(requestID),
        ]
        if leftOut > 0 { fields.append("left_out", .number(leftOut)) }
        let isOurs = code == .internalError || code == .dataLoss
        logger.log(isOurs ? .error : .warning, "a call failed", fields)
    }
}
