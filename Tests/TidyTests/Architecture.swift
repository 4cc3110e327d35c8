/// Who may import whom: the table of docs/ARCHITECTURE.md.
///
/// Everybody may import `Synchronization`. Values know nothing, the protocol knows no tenant, each
/// C module has one importer, and only `DocketServer` sees everything.
enum Architecture {
    static let imports: [String: Set<String>] = [
        "DocketCore": [],
        "DocketCache": [],
        "DocketTelemetry": ["Glibc"],
        "DocketSettings": ["Glibc"],

        "DocketRuntime": ["Glibc", "CDocketUV"],
        "DocketCrypto": ["CDocketCrypto"],
        "DocketText": ["CDocketText"],
        "DocketJSON": ["Glibc", "CDocketJSON"],

        "DocketWire": ["CDocketZstd", "DocketTelemetry"],
        "DocketMessages": ["DocketCore", "DocketWire"],
        "DocketRPC": [
            "Glibc", "CDocketTLS", "DocketRuntime", "DocketTelemetry", "DocketWire",
        ],

        "DocketService": [
            "DocketCache", "DocketCore", "DocketCrypto", "DocketMessages", "DocketRPC",
            "DocketRuntime", "DocketTelemetry", "DocketText", "DocketWire",
        ],

        "DocketSQLite": [
            "Glibc", "CDocketRank", "CDocketSQLite", "DocketCore", "DocketRuntime",
            "DocketTelemetry", "DocketText",
        ],
        "DocketHTTP": ["Glibc", "CDocketHTTP", "DocketTelemetry"],

        "DocketServer": [
            "Glibc", "DocketCache", "DocketCore", "DocketCrypto", "DocketHTTP", "DocketMessages",
            "DocketRPC", "DocketRuntime", "DocketService", "DocketSettings", "DocketSQLite",
            "DocketTelemetry", "DocketText", "DocketWire",
        ],
        "DocketClient": [
            "Glibc", "DocketCore", "DocketMessages", "DocketRPC", "DocketRuntime", "DocketWire",
        ],
        "DocketCommands": [
            "Glibc", "DocketClient", "DocketCore", "DocketJSON", "DocketRuntime", "DocketSettings",
            "DocketTelemetry",
        ],
        "DocketLoad": [
            "Glibc", "DocketClient", "DocketCommands", "DocketCore", "DocketJSON", "DocketRuntime",
            "DocketSettings", "DocketTelemetry",
        ],
        "docketd": ["Glibc", "DocketServer"],
        "docket": ["Glibc", "DocketCommands"],
        "docket-load": ["Glibc", "DocketCommands", "DocketLoad"],
    ]

    /// Files whose code may say `unsafe` and hold pointers: owners of C's handles, event loops,
    /// sockets, codecs, arenas and the executors of threads.
    static func mayBeUnsafe(_ file: SourceFile) -> Bool {
        let stem = file.stem.prefix { $0 != "+" }
        return ["Handle", "Codec", "Arena"].contains { stem.hasSuffix($0) }
            || ["EventLoop", "Socket"].contains { stem.hasPrefix($0) }
            || ["BlockingExecutor", "ThreadExecutor"].contains(String(stem))
    }
}
