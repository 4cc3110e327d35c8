public import DocketCore
internal import DocketRPC
internal import DocketRuntime
internal import DocketWire

/// A client of one tenant, or of administration, on one or several Docket servers.
///
/// ```swift
/// let client = try DocketClient(addresses: ["search.internal:7700"], key: key)
/// let reply = try await client.search(SearchRequest(collection: "books", query: "algorithm"))
/// await client.shutdown()
/// ```
///
/// It may be used from any number of tasks at once. Connections are made when calls need them, on
/// threads of the client's own, and kept; names are resolved again for each. What it waits for,
/// queues and retries is bounded by ``ClientConfiguration``.
///
/// **Errors.** Every method throws ``DocketError`` and nothing else. A server that is not reached
/// and a connection that is lost are `unavailable` with `isUnreachable`, a deadline that passes is
/// `deadlineExceeded`, and a call whose task is cancelled throws `cancelled` (not
/// `CancellationError`) after the server was told to stop.
///
/// **Retries.** A call that the server certainly did not begin is tried again, whatever it is; one
/// that may have been done only if doing it twice is the same as once. Uploads and deletes by id
/// are, since each carries a random key by which the server knows a repetition for 24 h. All
/// retries of a call end with its timeout, and those of a client are bounded by a budget.
public final class DocketClient: Sendable {
    /// What it was made with.
    public let configuration: ClientConfiguration

    let runner: CallRunner
    private let loops: EventLoopGroup
    private let resolver: NameResolver

    /// A client of the servers at `addresses`.
    ///
    /// Nothing is connected yet, so a wrong key or address shows with the first call.
    ///
    /// - Parameters:
    ///   - addresses: `HOST:PORT` or `[IPV6]:PORT`, at least one; all serve the same tenants.
    ///   - key: `dk_...`; it decides the tenant and what is allowed.
    ///   - configuration: How to connect, wait and retry.
    /// - Throws: ``DocketError`` `invalidArgument` for an address or a file of TLS that cannot be
    ///   used, `resourceExhausted` where the system has no threads or descriptors.
    public init(
        addresses: [String],
        key: String,
        configuration: ClientConfiguration = ClientConfiguration()
    ) throws(DocketError) {
        self.configuration = configuration
        let endpoints = try Self.endpoints(addresses)
        let loops: EventLoopGroup
        do {
            loops = try EventLoopGroup(count: configuration.threads)
            try loops.start()
            resolver = try NameResolver()
        } catch {
            throw DocketError(.resourceExhausted, "no threads or descriptors for a client")
        }
        self.loops = loops
        let dialer: Dialer
        do throws(DocketError) {
            dialer = try Dialer(
                endpoints: endpoints,
                key: key,
                configuration: configuration,
                loops: loops,
                connector: Connector(resolver: resolver)
            )
        } catch {
            loops.stop()
            throw error
        }
        let pool = ConnectionPool(
            .init(
                addresses: endpoints.count,
                connectionsPerAddress: max(1, configuration.connectionsPerAddress),
                waitingMaximum: max(1, configuration.waitingCalls)
            ),
            connect: { address, observer in
                try await dialer.connect(to: address, observer: observer)
            }
        )
        runner = CallRunner(pool: pool, attemptsMaximum: configuration.attempts)
    }

    /// A thread that moves bytes: calls made on it wait for no other thread to take them up.
    ///
    /// Meant for very many short calls, such as those of a measurement; it ends with the client.
    package var executor: any TaskExecutor { loops.next() }

    deinit { loops.stop() }

    /// Ends the client: calls under way fail, connections close, its threads end.
    ///
    /// Later calls fail at once. A client that is dropped without it leaves its servers to notice.
    public func shutdown() async {
        await runner.pool.shutDown()
        loops.stop()
        loops.join()
        resolver.shutdown()
    }

    private static func endpoints(_ addresses: [String]) throws(DocketError) -> [Endpoint] {
        guard !addresses.isEmpty else { throw .invalid("addresses", "are missing") }
        var endpoints: [Endpoint] = []
        for address in addresses {
            guard let endpoint = Endpoint(address) else {
                throw .invalid("addresses", "\"\(address)\" is not HOST:PORT")
            }
            endpoints.append(endpoint)
        }
        return endpoints
    }
}

/// Runs `body` with a client that is shut down when it returns or throws.
///
/// - Throws: What `body` throws, and ``DocketError`` as `DocketClient.init` does.
public func withDocketClient<Value>(
    addresses: [String],
    key: String,
    configuration: ClientConfiguration = ClientConfiguration(),
    _ body: (DocketClient) async throws -> Value
) async throws -> Value {
    let client = try DocketClient(addresses: addresses, key: key, configuration: configuration)
    let result: Result<Value, any Error>
    do { result = .success(try await body(client)) } catch { result = .failure(error) }
    await client.shutdown()
    return try result.get()
}
