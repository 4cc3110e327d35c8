internal import DocketCache
internal import DocketCore
internal import DocketRPC
internal import DocketRuntime
internal import DocketSQLite
internal import DocketService
internal import DocketSettings
internal import DocketSystem
internal import DocketTelemetry
internal import DocketWire
internal import Glibc

/// What settings mean for each part.
struct ServerParts {
    let cores: Int
    let openFiles: Int
    let log: LogOutput
    private let adjust: @Sendable (inout EmbeddedConfiguration) -> Void

    init(log: LogOutput, adjust: @escaping @Sendable (inout EmbeddedConfiguration) -> Void) {
        self.log = log
        self.adjust = adjust
        cores = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
        openFiles = OpenFiles.raiseLimit()
        ProcessMemory.prepare()
    }

    func loops(_ values: SettingValues) -> Int {
        values[ServerSettings.loops] == 0 ? cores : values[ServerSettings.loops]
    }

    func store(_ values: SettingValues) -> EmbeddedConfiguration {
        var configuration = EmbeddedConfiguration(directory: values[ServerSettings.dataDirectory])
        configuration.readers = cores
        configuration.writers = cores
        configuration.openTenants = files(values).tenants
        configuration.cacheBytes = values[ServerSettings.pageCacheBytes]
        configuration.idempotencyLifetime = values[ServerSettings.idempotencyLifetime]
        configuration.idempotencyBytes = values[ServerSettings.idempotencyBytes]
        adjust(&configuration)
        return configuration
    }

    func serviceConfiguration(_ values: SettingValues) -> DocumentService.Configuration {
        var configuration = DocumentService.Configuration()
        configuration.limits.candidates = values[ServerSettings.candidates]
        configuration.cache.limitBytes = values[ServerSettings.cacheBytes]
        configuration.codecThreads = cores
        configuration.renewals.running = max(2, cores)
        configuration.renewals.loads = 8 * cores
        configuration.slowCall = values[ServerSettings.slowCall]
        configuration.logsQueries = values[ServerSettings.logsQueries]
        configuration.allowsPlaintextKeys = values[ServerSettings.plaintext]
        return configuration
    }

    func connectionConfiguration(
        _ values: SettingValues,
        _ metrics: RPCMetrics,
        _ log: ConnectionLog
    ) -> ConnectionConfiguration {
        var configuration = ConnectionConfiguration(metrics: metrics)
        configuration.ended = { log.ended($0) }
        configuration.limits.ageMaximumMilliseconds = UInt32(
            clamping: values[ServerSettings.connectionAge].wholeNanoseconds / 1_000_000
        )
        configuration.limits.graceMilliseconds = UInt32(
            clamping: values[ServerSettings.stopLimit].wholeNanoseconds / 1_000_000
        )
        configuration.limits.unreadTimeoutMilliseconds = UInt32(
            clamping: values[ServerSettings.unreadLimit].wholeNanoseconds / 1_000_000
        )
        configuration.serverID = "docketd-\(getpid())"
        configuration.service = ServiceLimits(serviceConfiguration(values).limits)
        return configuration
    }

    /// What of the open files is the store's, and what is left for connections.
    func files(_ values: SettingValues) -> FilePlan {
        FilePlan(
            limit: openFiles,
            tenants: EmbeddedConfiguration(directory: "").openTenants,
            connections: values[ServerSettings.connections]
        )
    }

    func connectionLimits(_ values: SettingValues) -> ServerConnections.Limits {
        var limits = ServerConnections.Limits()
        limits.all = files(values).connections
        return limits
    }

    func tls(_ values: SettingValues) throws(ServerFault) -> TLSContext? {
        switch (values[ServerSettings.tlsCertificate], values[ServerSettings.tlsKey]) {
        case (nil, nil):
            guard values[ServerSettings.tlsClientAuthority] == nil else {
                throw ServerFault(.usage, "--tls-client-ca needs --tls-cert and --tls-key")
            }
            return nil
        case (let certificate?, let key?):
            do {
                return try TLSContext(
                    .server(
                        identity: .init(certificateFile: certificate, keyFile: key),
                        clientAuthorities: values[ServerSettings.tlsClientAuthority]
                    )
                )
            } catch {
                throw ServerFault(.certificate, "the certificate cannot be used: \(error)")
            }
        default: throw ServerFault(.usage, "--tls-cert and --tls-key go together")
        }
    }
}

extension ServiceLimits {
    /// The service's limits as HELLO_ACK announces them.
    init(_ limits: Limits) {
        self.init()
        documentBytes = UInt32(clamping: limits.documentBytes)
        batchDocuments = UInt32(clamping: limits.batchDocuments)
        batchBytes = UInt32(clamping: limits.batchBytes)
        idBytes = UInt32(clamping: limits.idBytes)
        titleBytes = UInt32(clamping: limits.titleBytes)
        attributes = UInt32(clamping: limits.attributes)
        attributeValues = UInt32(clamping: limits.attributeValues)
        attributeValueBytes = UInt32(clamping: limits.attributeValueBytes)
        nameBytes = UInt32(clamping: limits.nameBytes)
        queryBytes = UInt32(clamping: limits.queryBytes)
        queryTerms = UInt32(clamping: limits.queryTerms)
        filterDepth = UInt32(clamping: limits.filterDepth)
        filterNodes = UInt32(clamping: limits.filterNodes)
        pageHits = UInt32(clamping: limits.pageHits)
        facets = UInt32(clamping: limits.facets)
        facetValues = UInt32(clamping: limits.facetValues)
        sortKeys = UInt32(clamping: limits.sortKeys)
        ids = UInt32(clamping: limits.ids)
        replyBytes = UInt32(clamping: limits.replyBytes)
        idempotencyKeyBytes = UInt32(clamping: limits.idempotencyKeyBytes)
        candidates = UInt32(clamping: limits.candidates)
        searchedAttributes = UInt32(clamping: limits.searchedAttributes)
    }
}
