/// Who may import whom: the table of docs/ARCHITECTURE.md.
///
/// Everybody may import `Synchronization`. Values know nothing but DocketSystem, the protocol knows
/// no tenant, each C module has one importer, and only `DocketServer` sees everything.
enum Architecture {
    static let imports: [String: Set<String>] = [
        "DocketSystem": ["Glibc", "CDocketSystem"],

        "DocketCore": ["DocketSystem"],
        "DocketCache": ["DocketSystem"],
        "DocketTelemetry": ["Glibc", "DocketSystem"],
        "DocketSettings": ["DocketSystem"],

        "DocketRuntime": ["Glibc", "CDocketUV", "DocketSystem"],
        "DocketCrypto": ["CDocketCrypto", "DocketSystem"],
        "DocketText": ["CDocketText"],
        "DocketJSON": ["CDocketJSON"],
        "DocketWords": ["DocketCore", "DocketText"],

        "DocketWire": ["CDocketZstd", "DocketSystem"],
        "DocketMessages": ["CDocketMessages", "DocketCore", "DocketSystem", "DocketWire"],
        "DocketRPC": ["Glibc", "CDocketTLS", "DocketRuntime", "DocketSystem", "DocketWire"],

        "DocketService": [
            "DocketCache", "DocketCore", "DocketCrypto", "DocketMessages", "DocketRPC",
            "DocketRuntime", "DocketSystem", "DocketTelemetry", "DocketText", "DocketWire",
            "DocketWords",
        ],

        "DocketSQLite": [
            "Glibc", "CDocketPages", "CDocketPostings", "CDocketSQLite", "DocketCore",
            "DocketRuntime", "DocketSystem", "DocketTelemetry", "DocketText", "DocketWords",
        ],
        "DocketElasticsearch": [
            "CDocketCurl", "DocketCore", "DocketJSON", "DocketRuntime", "DocketSystem",
            "DocketTelemetry", "DocketText", "DocketWords",
        ],
        "DocketPostgres": [
            "Glibc", "CDocketPostgres", "DocketCore", "DocketRuntime", "DocketSystem",
            "DocketTelemetry",
        ],
        "DocketRedis": [
            "CDocketRedis", "DocketCore", "DocketRuntime", "DocketSystem",
            "DocketTelemetry",
        ],
        "DocketRabbitMQ": [
            "CDocketRabbitMQ", "DocketCore", "DocketRuntime", "DocketSystem", "DocketTelemetry",
        ],
        "DocketHTTP": ["Glibc", "CDocketHTTP", "DocketTelemetry"],

        "DocketServer": [
            "Glibc", "DocketCache", "DocketCore", "DocketElasticsearch", "DocketHTTP",
            "DocketPostgres", "DocketRPC", "DocketRabbitMQ", "DocketRedis", "DocketRuntime",
            "DocketService",
            "DocketSettings", "DocketSQLite", "DocketSystem", "DocketTelemetry", "DocketWire",
        ],
        "DocketClient": [
            "DocketCore", "DocketMessages", "DocketRPC", "DocketRuntime", "DocketSystem",
            "DocketWire",
        ],
        "DocketCommands": [
            "Glibc", "DocketClient", "DocketCore", "DocketJSON", "DocketRuntime", "DocketSettings",
            "DocketSystem",
        ],
        "DocketLoad": [
            "Glibc", "DocketClient", "DocketCommands", "DocketCore", "DocketJSON", "DocketRuntime",
            "DocketSettings", "DocketSystem", "DocketTelemetry",
        ],
        "docketd": ["Glibc", "DocketServer"],
        "docket": ["Glibc", "DocketCommands"],
        "docket-load": ["Glibc", "DocketCommands", "DocketLoad"],
    ]

    /// Files whose code may say `unsafe` and hold pointers, by target: they own what C made, or
    /// call C with the bytes of a value.
    static let pointerFiles: [String: Set<String>] = [
        "DocketCommands": ["CurrentProcess", "InputFiles"],
        "DocketCore": ["AttributeBlobCodec"],
        "DocketCrypto": ["DigestHandle"],
        "DocketElasticsearch": ["CurlHandle"],
        "DocketHTTP": ["HTTPDaemonHandle"],
        "DocketJSON": ["JSONParserHandle", "JSONValueHandle"],
        "DocketLoad": ["Pacer"],
        "DocketMessages": [
            "AdministrationCodec", "ClustersCodec", "CollectionsCodec", "ContractMessageCodec",
            "DocumentCallsCodec", "DocumentsCodec", "ExplanationCodec", "FiltersCodec",
            "HealthCodec", "IndicesCodec", "KeysCodec", "ReadingArena", "RepairsCodec",
            "SearchRepliesCodec", "SearchRequestsCodec", "SnapshotsCodec", "StatusCodec",
            "SuggestCodec", "WritingArena",
        ],
        "DocketPostgres": ["ConnectionHandle", "ResultHandle", "WakeupHandle"],
        "DocketRPC": [
            "SocketAddress", "SocketHandle", "SocketReceiveBuffer", "SocketSendBuffer",
            "TLSContextHandle", "TLSHandle",
        ],
        "DocketRabbitMQ": ["BrokerHandle"],
        "DocketRedis": ["RedisHandle"],
        "DocketRuntime": [
            "EventLoop", "EventLoopHandle", "EventLoopIsolation", "EventLoopSignals",
            "EventLoopWatch", "ThreadExecutor",
        ],
        "DocketSQLite": [
            "CompletionsHandle", "ConnectionHandle", "DirectoryLockHandle", "FileSystem",
            "IndexQueryHandle", "IndexStatements", "SegmentBuilderHandle", "SegmentMergeHandle",
            "StatementHandle", "WordCursorHandle",
        ],
        "DocketSystem": [
            "CalendarTime", "DiskSpace", "KeyedHash", "RawBytes", "Semaphore", "SmallFile",
            "SystemThread", "WakeupHandle",
        ],
        "DocketTelemetry": ["LogFileHandle"],
        "DocketText": ["TokenizerHandle"],
        "DocketWire": ["ZstdCodec"],
    ]

    static func mayBeUnsafe(_ file: SourceFile) -> Bool {
        pointerFiles[file.target]?.contains(file.stem) ?? false
    }
}
