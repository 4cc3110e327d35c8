/// How a ``DocketClient`` connects, waits and retries; every part has a default.
public struct ClientConfiguration: Sendable {
    /// How long calls may take, all their retries included.
    public struct Timeouts: Sendable {
        /// Search, Get, Status and lists: 10 s.
        public var reads = Duration.seconds(10)
        /// Upload, Delete and changes of collections: 60 s.
        public var writes = Duration.seconds(60)
        /// Between two parts of a stream: 60 s; a stream as a whole has none.
        public var streamParts = Duration.seconds(60)
        /// A backup, and other work of administration on all documents: 1 h.
        public var backup = Duration.seconds(3600)

        /// The defaults.
        public init() {}
    }

    /// When frames that go out are compressed.
    public enum Compression: Sendable {
        /// Unless the server is on this machine.
        case automatic
        /// Always.
        case always
        /// Never.
        case never
    }

    /// TLS 1.3; nil for plain TCP, over which a server beyond this machine takes no key by default.
    public var tls: ClientTLS?
    /// When frames that go out are compressed.
    public var compression = Compression.automatic
    /// Most connections to each address; more than one are made only when they are busy: 4.
    public var connectionsPerAddress = 4
    /// Most calls that wait for a connection; more fail with `resourceExhausted`: 1,000.
    public var waitingCalls = 1000
    /// How long making one connection may take: 5 s.
    public var connectTimeout = Duration.seconds(5)
    /// How long calls may take when they do not say.
    public var timeouts = Timeouts()
    /// Most attempts of one call, the first included; 1 for no retries: 4.
    public var attempts = 4
    /// Whether a stream that loses its connection goes on from its cursor by itself: true.
    public var resumesStreams = true
    /// Threads that move bytes: 1.
    public var threads = 1
    /// Name and version of the program, for the server's log; at most 128 bytes.
    public var agent = "docket-swift"

    /// The defaults: plain TCP.
    public init() {}
}

/// TLS as a client sees it; files are PEM.
public struct ClientTLS: Sendable {
    /// A certificate chain, leaf first, and its key: who the client is.
    public struct Identity: Sendable {
        /// The chain.
        public var certificateFile: String
        /// The key.
        public var keyFile: String

        /// An identity of two files.
        public init(certificateFile: String, keyFile: String) {
            self.certificateFile = certificateFile
            self.keyFile = keyFile
        }
    }

    /// Certificates of the authorities that are believed; nil for those of the system.
    public var authoritiesFile: String?
    /// The name that the server's certificate must be for; nil for the host of its address.
    public var serverName: String?
    /// For servers that ask clients for certificates.
    public var identity: Identity?

    /// TLS; by default with the system's authorities and the host of each address.
    public init(
        authoritiesFile: String? = nil,
        serverName: String? = nil,
        identity: Identity? = nil
    ) {
        self.authoritiesFile = authoritiesFile
        self.serverName = serverName
        self.identity = identity
    }
}
