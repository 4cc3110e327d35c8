internal import DocketHTTP
internal import DocketRPC
internal import DocketRuntime
internal import DocketSettings
internal import DocketSystem
internal import DocketTelemetry
internal import Synchronization

/// The event loops, as a service: started before what lives on them, stopped after.
struct LoopService: Service {
    let name = "loops"
    let group: EventLoopGroup

    init(_ group: EventLoopGroup) { self.group = group }

    func start() async throws { try group.start() }

    /// Waits for the threads: one that still ends while the process does finds libuv shut down.
    func stop(by deadline: MonotonicTime) async {
        group.stop()
        group.join()
    }
}

/// Health and metrics over HTTP.
final class HTTPService: Service {
    let name = "http"
    private let isReady = Atomic<Bool>(false)
    private let bind: HostPort
    private let registry: MetricsRegistry
    private let server = Mutex<HTTPServer?>(nil)

    init(_ bind: HostPort, registry: MetricsRegistry) {
        self.bind = bind
        self.registry = registry
        registry.show("docket_ready_state", "1 while everything is served") { [weak self] in
            self?.isReady.load(ordering: .relaxed) == true ? 1 : 0
        }
    }

    /// Where it listens, once it has started.
    var address: String {
        let port = server.withLock { $0?.port } ?? bind.port
        return HostPort(host: bind.host, port: port).description
    }

    func start() async throws {
        let server = try HTTPServer(
            host: bind.host,
            port: bind.port,
            routes: [
                .health, .metrics(registry),
                .readiness {
                    self.isReady.load(ordering: .acquiring) ? nil : "starting or stopping"
                },
            ]
        )
        self.server.withLock { $0 = server }
    }

    /// Once a second, requests that do not come to their end are cut.
    func run() async throws {
        while true {
            try await Task.sleep(for: .seconds(1))
            server.withLock { $0 }?.closeLate()
        }
    }

    /// Everything is served from now on, or will soon not be.
    func show(isReady: Bool) { self.isReady.store(isReady, ordering: .releasing) }

    func stop(by deadline: MonotonicTime) async { server.withLock { $0.take() }?.stop() }
}

/// Gives memory back to the system that was taken for a while and is free again.
struct MemoryService: Service {
    let name = "memory"
    private static let interval = Duration.seconds(5)
    /// Free memory that is kept for what comes next.
    private static let keptBytes = 32 << 20

    func start() async throws {}

    /// Takes milliseconds, and only after a burst; never on an event loop.
    func run() async throws {
        while true {
            try await Task.sleep(for: Self.interval)
            ProcessMemory.trim(keeping: Self.keptBytes)
        }
    }

    func stop(by deadline: MonotonicTime) async {}
}

/// Is the last, so that health checks report the end before anything stops.
struct ReadinessService: Service {
    let name = "readiness"
    let http: HTTPService

    func start() async throws { http.show(isReady: true) }

    func stop(by deadline: MonotonicTime) async { http.show(isReady: false) }
}

/// Reads the certificate again on SIGHUP, and when its files' content has changed.
struct ReloadService: Service {
    let name = "reload"
    private static let interval = Duration.seconds(10)
    private let rpc: RPCServer
    private let loops: EventLoopGroup
    private let logger: Logger

    init(_ rpc: RPCServer, _ loops: EventLoopGroup, logger: Logger) {
        self.rpc = rpc
        self.loops = loops
        self.logger = logger
    }

    func start() async throws {}

    func run() async throws {
        let hangups = try await loops.next().signals([.reload])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in hangups { reload() } }
            group.addTask {
                while true {
                    try await Task.sleep(for: Self.interval)
                    reload()
                }
            }
            try await group.next()
            group.cancelAll()
        }
    }

    func stop(by deadline: MonotonicTime) async {}

    private func reload() {
        do {
            if try rpc.reloadCertificate() { logger.info("the certificate was read again") }
        } catch {
            logger.error(
                "the certificate cannot be read, the old one stays",
                ["error": .string("\(error)")]
            )
        }
    }
}

/// What happens to the services, for the log.
enum ServerLog {
    static func report(_ event: LifecycleEvent, to logger: Logger) {
        switch event {
        case .started(let service, let took):
            logger.debug("started", ["service": .string(service), "took_us": .microseconds(took)])
        case .failed(let service, let error):
            logger.error("failed", ["service": .string(service), "error": .string("\(error)")])
        case .stopped(let service, let took):
            logger.debug("stopped", ["service": .string(service), "took_us": .microseconds(took)])
        case .abandoned(let service):
            logger.warning("did not stop in time", ["service": .string(service)])
        }
    }
}
