internal import DocketCore
internal import DocketJSON
internal import DocketSystem
internal import Synchronization

/// Sends requests to whichever node of the engine answers.
///
/// All that is sent through it is safe to send again: documents carry their versions, and what is
/// made is made by name.
final class EngineClient: Sendable {
    private let http: HTTPEngine
    private let endpoints: Mutex<Endpoints>
    /// One for each node.
    let health: [HealthRecord]

    /// - Throws: ``DocketError`` `failedPrecondition` for an address or a file that cannot be used.
    init(_ configuration: ElasticsearchConfiguration) throws(DocketError) {
        guard !configuration.urls.isEmpty else {
            throw DocketError(.failedPrecondition, "there is no address of a search engine")
        }
        var urls: [String] = []
        for url in configuration.urls { urls.append(try Self.address(url)) }
        let authorization = try configuration.credentials.authorization()
        endpoints = Mutex(Endpoints(urls))
        health = urls.map { url in
            HealthRecord("search engine", address: String(url.split(separator: "/").last ?? ""))
        }
        http = try HTTPEngine(
            CurlOptions(
                caFile: configuration.caFile,
                headers: ["Accept: application/json"] + (authorization.map { [$0] } ?? []),
                connectTimeout: configuration.connectTimeout
            ),
            HTTPEngine.Limits(
                connections: configuration.connections + configuration.searches,
                nodes: urls.count
            )
        )
    }

    /// The address of a node without a slash at the end.
    private static func address(_ url: String) throws(DocketError) -> String {
        let rest = ["https://", "http://"].first { url.hasPrefix($0) }.map {
            url.dropFirst($0.count)
        }
        let host = rest.map { $0.last == "/" ? $0.dropLast() : $0 }
        let isPlain = host?.utf8.allSatisfy { byte in
            byte > 0x20 && byte < 0x7F && !"/?#@\\".utf8.contains(byte)
        }
        guard let host, !host.isEmpty, isPlain == true else {
            throw DocketError(
                .failedPrecondition,
                "an address of the search engine is not as https://host:9200"
            )
        }
        return String(url.prefix(url.count - (rest?.count ?? 0))) + host
    }

    func close() { http.close() }

    /// Addresses of nodes, and those that are asked since they answer.
    var nodes: (all: Int, serving: Int) {
        endpoints.withLock { ($0.urls.count, $0.serving) }
    }

    /// The engine's reply, whatever its status but 502, 503 and 504.
    func send(
        _ request: HTTPRequest,
        work: WorkLimit
    ) async throws(DocketError) -> HTTPReply {
        var tried: Set<Int> = []
        var failure = DocketError(.unavailable, "the search engine is not reached")
        while let place = endpoints.withLock({ $0.choose(at: .now(), without: tried) }) {
            tried.insert(place)
            let start = MonotonicTime.now()
            do throws(HTTPFailure) {
                let node = endpoints.withLock { $0.urls[place] }
                let reply = try await http.send(request, to: node, work: work)
                guard [502, 503, 504].contains(reply.status) else {
                    settle(place, .answered)
                    return reply
                }
                failure = EngineFault(reply).docketError
                settle(place, .failed, failure)
            } catch {
                settle(place, error.outcome(after: .now() - start), error.docketError)
                guard error.isOfNode else { throw error.docketError }
                failure = error.docketError
            }
        }
        failure.retryAfter = endpoints.withLock { $0.pause(at: .now()) }
        throw failure
    }

    /// The engine's reply with status 200 or 201.
    func succeed(
        _ request: HTTPRequest,
        work: WorkLimit
    ) async throws(DocketError) -> HTTPReply {
        let reply = try await send(request, work: work)
        guard (200...201).contains(reply.status) else { throw EngineFault(reply).docketError }
        return reply
    }

    private func settle(
        _ place: Int,
        _ outcome: Endpoints.Outcome,
        _ error: DocketError? = nil
    ) {
        let isServing = endpoints.withLock { endpoints in
            endpoints.settle(place, outcome, at: .now())
            return endpoints.isServing(place)
        }
        switch outcome {
        case .answered: health[place].set(.up)
        case .failed, .late:
            health[place].set(isServing ? .up : .ejected, error: error?.withCause)
        case .unknown: break
        }
    }
}

extension HTTPFailure {
    /// A node that takes longer hangs; of a call with a shorter deadline nobody can tell.
    private static let hangTime = Duration.seconds(5)

    /// What it says about the node that was asked so long.
    fileprivate func outcome(after time: Duration) -> Endpoints.Outcome {
        switch self {
        case .stopped, .full, .closed: .unknown
        case .tooLong: .answered
        case .late: time < Self.hangTime ? .unknown : .late
        case .transport, .silent: .failed
        }
    }

    /// Whether another node may answer.
    fileprivate var isOfNode: Bool {
        switch self {
        case .transport, .silent: true
        case .stopped, .late, .full, .closed, .tooLong: false
        }
    }

    fileprivate var docketError: DocketError {
        switch self {
        case .stopped: DocketError(.cancelled, "the work was stopped")
        case .late: DocketError(.deadlineExceeded, "the search engine did not answer in time")
        case .full:
            DocketError(
                .resourceExhausted,
                "too many requests wait for the search engine",
                retryAfter: .seconds(1),
                isNotProcessed: true
            )
        case .closed:
            DocketError(.unavailable, "the server is stopping", isNotProcessed: true)
        case .tooLong:
            DocketError(.internalError, "the search engine's reply is too long")
        case .silent: DocketError(.unavailable, "the search engine is silent")
        case .transport(let code): Self.error(ofTransport: code).caused(by: "libcurl \(code)")
        }
    }

    /// What an operator can mend, by libcurl's numbers.
    private static func error(ofTransport code: Int32) -> DocketError {
        switch code {
        case 6: DocketError(.unavailable, "the name of the search engine's host is not known")
        case 60: .untrustedCertificate
        case 77: .unreadableAuthority
        default: DocketError(.unavailable, "the search engine is not reached")
        }
    }
}
