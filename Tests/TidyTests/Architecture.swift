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

        "DocketWire": ["CDocketZstd", "DocketSystem"],
        "DocketMessages": ["CDocketMessages", "DocketCore", "DocketSystem", "DocketWire"],
        "DocketRPC": ["Glibc", "CDocketTLS", "DocketRuntime", "DocketSystem", "DocketWire"],

        "DocketService": [
            "DocketCache", "DocketCore", "DocketCrypto", "DocketMessages", "DocketRPC",
            "DocketRuntime", "DocketSystem", "DocketTelemetry", "DocketText", "DocketWire",
        ],

        "DocketSQLite": [
            "Glibc", "CDocketPages", "CDocketRank", "CDocketSQLite", "DocketCore",
            "DocketRuntime", "DocketSystem", "DocketTelemetry", "DocketText",
        ],
        "DocketHTTP": ["Glibc", "CDocketHTTP", "DocketTelemetry"],

        "DocketServer": [
            "Glibc", "DocketCache", "DocketCore", "DocketHTTP", "DocketRPC", "DocketRuntime",
            "DocketService", "DocketSettings", "DocketSQLite", "DocketSystem", "DocketTelemetry",
            "DocketWire",
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

    /// Files whose code may say `unsafe` and hold pointers, by what they own or call.
    private static let pointerFiles: Set<String> = [
        "DocketSystem/CalendarTime", "DocketSystem/KeyedHash", "DocketSystem/RawBytes",
        "DocketSystem/Semaphore", "DocketSystem/SmallFile", "DocketSystem/SystemThread",
    ]

    /// Files that may hold pointers: those of the list, owners of C's handles, event loops,
    /// sockets, codecs, arenas and the executors of threads.
    static func mayBeUnsafe(_ file: SourceFile) -> Bool {
        let stem = file.stem.prefix { $0 != "+" }
        return pointerFiles.contains("\(file.target)/\(stem)")
            || ["Handle", "Codec", "Arena"].contains { stem.hasSuffix($0) }
            || ["EventLoop", "Socket"].contains { stem.hasPrefix($0) }
            || ["BlockingExecutor", "ThreadExecutor"].contains(String(stem))
    }
}
