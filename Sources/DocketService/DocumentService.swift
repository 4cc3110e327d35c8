package import DocketCache
package import DocketCore
internal import DocketMessages
package import DocketRPC
internal import DocketRuntime
package import DocketSystem
package import DocketTelemetry
internal import DocketWire

/// The service: opens sessions for keys, and serves what their calls ask.
package final class DocumentService: CallServer {
    package struct Configuration: Sendable {
        package var limits = Limits()
        package var cache = ReplyCache.Configuration()
        /// Uncached calls under way at once.
        package var callsMaximum = 4096
        /// Time of the engine for one search, however long its callers would wait.
        package var searchLimit = Duration.seconds(30)
        /// When and how many replies are asked for anew before they are too old.
        package var renewals = RenewalSchedule.Limits()
        /// Large requests and replies that are read or written at once.
        package var codecThreads = 2
        /// Calls that take longer are logged.
        package var slowCall = Duration.milliseconds(500)
        /// Whether the line of a slow search shows its query.
        package var logsQueries = false
        /// Whether keys are taken on connections that are neither TLS nor of this machine.
        package var allowsPlaintextKeys = false

        package init() {}
    }

    let configuration: Configuration
    package let authenticator: Authenticator
    package let admission: Admission
    package let searcher: Searcher
    package let metrics: CallMetrics
    let threads: FairThreads
    private let methods: MethodTable
    private let failures: CallFailures
    private let slowCalls: SlowCallLog
    private let requestIDs = RequestIDSource()

    /// A service whose store tells `collections` of changes, see ``GenerationObserver``, and whose
    /// cursors are sealed with `secret`, the directory's.
    ///
    /// - Throws: `ThreadError`, or `FrameError` where there is no memory for shared replies.
    package init(
        _ backends: Backends,
        collections: CollectionRegistry,
        secret: [UInt8],
        metrics: CallMetrics,
        logger: Logger,
        configuration: Configuration
    ) throws {
        self.configuration = configuration
        self.metrics = metrics
        threads = try .forLargeCalls(configuration.codecThreads)
        authenticator = Authenticator(directory: backends.directory)
        admission = Admission(maximum: configuration.callsMaximum)
        let seal = CursorSeal(secret: secret)
        searcher = Searcher(
            search: backends.search,
            store: backends.store,
            collections: collections,
            seal: seal,
            limits: configuration.limits,
            loadLimit: configuration.searchLimit,
            cache: ReplyCache(configuration.cache),
            shared: try backends.sharedReplies.map { cache in
                try SharedReplies(cache, secret: secret, logger: logger)
            },
            renewer: ReplyRenewer(configuration.renewals, admission)
        )
        methods = MethodTable(
            backends,
            collections: collections,
            searcher: searcher,
            metrics: metrics,
            authenticator: authenticator,
            seal: seal,
            limits: configuration.limits
        )
        failures = CallFailures(logger: logger)
        slowCalls = SlowCallLog(
            logger: logger,
            limit: configuration.slowCall,
            showsQueries: configuration.logsQueries
        )
    }

    package func open(_ connection: ConnectionInfo) async throws(CallFailure) -> any CallSession {
        let isSafe = connection.isSecure || connection.peer.isLoopback
        guard isSafe || configuration.allowsPlaintextKeys else {
            throw CallFailure(.unauthenticated, "keys are taken over TLS only")
        }
        do throws(DocketError) {
            let grant = try await authenticator.grant(for: connection.credential)
            return TenantSession(grant, self)
        } catch {
            throw CallFailure(error.callStatus)
        }
    }

    /// Serves one call to its end: through the layers to the method's row of the table.
    func serve(_ call: ServerCall, _ caller: Caller) async {
        let asked = call.head.meta.requestID
        let requestID = asked.isEmpty ? requestIDs.next().description : asked
        let context = CallContext(call, caller, requestID: requestID)
        var body: [UInt8]?
        do {
            body = try await context.receiveOnly()
            guard let handler = methods.handler(context.method) else {
                throw DocketError(.unimplemented, "the method is not served")
            }
            try await handler.serve(body ?? [], context)
        } catch {
            await failures.end(context, error)
        }
        slowCalls.ended(context, body)
        if let request = body.take() { await caller.turn.free(request, of: request.count) }
    }
}

extension DocumentService: Service {
    package var name: String { "calls" }

    package func start() async throws {}

    /// Ends what it asks by itself, and the threads; no call is under way.
    package func stop(by deadline: MonotonicTime) async {
        await searcher.renewer.end()
        threads.shutdown()
    }
}
