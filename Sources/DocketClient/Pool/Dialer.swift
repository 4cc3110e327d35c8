internal import DocketCore
internal import DocketRPC
internal import DocketRuntime
internal import DocketSystem
internal import DocketWire

/// Makes the connections of one client.
struct Dialer: Sendable {
    private let endpoints: [Endpoint]
    private let key: String
    private let configuration: ClientConfiguration
    private let loops: EventLoopGroup
    private let connector: Connector
    private let compressors: [ObjectIdentifier: FrameCompressor]
    private let tls: TLSContext?

    /// - Throws: ``DocketError`` for files of TLS that cannot be used, or no memory for zstd.
    init(
        endpoints: [Endpoint],
        key: String,
        configuration: ClientConfiguration,
        loops: EventLoopGroup,
        connector: Connector
    ) throws(DocketError) {
        self.endpoints = endpoints
        self.key = key
        self.configuration = configuration
        self.loops = loops
        self.connector = connector
        var compressors: [ObjectIdentifier: FrameCompressor] = [:]
        for loop in loops.loops {
            do {
                compressors[ObjectIdentifier(loop)] = try FrameCompressor()
            } catch {
                throw DocketError(.resourceExhausted, "no memory for compression")
            }
        }
        self.compressors = compressors
        do throws(TLSConfigurationError) {
            tls = try configuration.tls.map { tls throws(TLSConfigurationError) in
                try TLSContext(TLSConfiguration(tls))
            }
        } catch {
            throw .invalid("tls", error.reason)
        }
    }

    /// A connection to the address of this index, greeted.
    func connect(
        to address: Int,
        observer: @escaping ConnectionPool.Observer
    ) async throws -> ClientConnection {
        let endpoint = endpoints[address]
        let loop = loops.next()
        guard let compressor = compressors[ObjectIdentifier(loop)] else {
            throw DocketError.clientIsShutDown
        }
        var settings = ConnectionConfiguration()
        settings.compresses = isCompressed(endpoint)
        settings.observer = observer
        let serverName = configuration.tls?.serverName ?? endpoint.host
        return try await ClientConnection.connect(
            to: endpoint,
            hello: hello(to: endpoint),
            on: loop,
            using: connector,
            compressor: compressor,
            tls: tls.map { ($0, serverName) },
            configuration: settings,
            by: .now() + configuration.connectTimeout
        )
    }

    private func hello(to endpoint: Endpoint) -> Hello {
        var hello = Hello()
        hello.credential = Array(key.utf8.prefix(Hello.credentialMaximum))
        hello.agent = configuration.agent
        if isCompressed(endpoint) {
            hello.codecs = [FrameCodec.zstd.rawValue, FrameCodec.identity.rawValue]
        }
        return hello
    }

    /// Bytes that never leave the machine are not worth the work, unless asked for.
    private func isCompressed(_ endpoint: Endpoint) -> Bool {
        switch configuration.compression {
        case .always: true
        case .never: false
        case .automatic:
            endpoint.host != "localhost" && endpoint.host != "::1"
                && !endpoint.host.hasPrefix("127.")
        }
    }
}

extension TLSConfiguration {
    fileprivate init(_ tls: ClientTLS) {
        self = .client(
            authorities: tls.authoritiesFile,
            identity: tls.identity.map {
                Identity(certificateFile: $0.certificateFile, keyFile: $0.keyFile)
            }
        )
    }
}
