// swift-tools-version: 6.2
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .treatWarning("DeprecatedDeclaration", as: .warning),
    .treatWarning("ExplicitSendable", as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .enableExperimentalFeature("Lifetimes"),
]

let cSettings: [CSetting] = [
    .enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error),
    .define("_GNU_SOURCE"),
]

/// A C library of the distribution: `Sources/<name>` holds its module map and `shim.h`.
func library(_ name: String, _ pkgConfig: String, apt package: String) -> Target {
    .systemLibrary(name: name, pkgConfig: pkgConfig, providers: [.apt([package])])
}

func swift(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name + "Tests", dependencies: dependencies, swiftSettings: settings)
}

let libraries: [Target] = [
    .systemLibrary(name: "CDocketSystem"),
    library("CDocketUV", "libuv", apt: "libuv1-dev"),
    library("CDocketTLS", "openssl", apt: "libssl-dev"),
    library("CDocketCrypto", "libcrypto", apt: "libssl-dev"),
    library("CDocketZstd", "libzstd", apt: "libzstd-dev"),
    library("CDocketSQLite", "sqlite3", apt: "libsqlite3-dev"),
    library("CDocketCurl", "libcurl", apt: "libcurl4-openssl-dev"),
    library("CDocketPostgres", "libpq", apt: "libpq-dev"),
    // Its pkg-config file asks for a flag that SwiftPM refuses; the module map names the library.
    .systemLibrary(name: "CDocketRedis", providers: [.apt(["libhiredis-dev"])]),
    library("CDocketHTTP", "libmicrohttpd", apt: "libmicrohttpd-dev"),
    .target(
        name: "CDocketText",
        cSettings: cSettings,
        linkerSettings: [.linkedLibrary("utf8proc"), .linkedLibrary("stemmer")]
    ),
    .target(
        name: "CDocketPages",
        cSettings: cSettings,
        linkerSettings: [.linkedLibrary("sqlite3")]
    ),
    .target(
        name: "CDocketPostings",
        dependencies: ["CDocketText"],
        cSettings: cSettings,
        linkerSettings: [
            .linkedLibrary("sqlite3"), .linkedLibrary("streamvbyte"), .linkedLibrary("m"),
        ]
    ),
    .target(
        name: "CDocketMessages",
        cSettings: cSettings,
        linkerSettings: [.linkedLibrary("protobuf-c")]
    ),
    .target(
        name: "CDocketRabbitMQ",
        cSettings: cSettings,
        linkerSettings: [.linkedLibrary("rabbitmq")]
    ),
    .target(
        name: "CDocketJSON",
        cxxSettings: [
            .enableWarning("all"), .enableWarning("extra"), .treatAllWarnings(as: .error),
        ],
        linkerSettings: [.linkedLibrary("simdjson")]
    ),
]

let values: [Target] = [
    swift("DocketSystem", ["CDocketSystem"]),
    swift("DocketCore", ["DocketSystem"]),
    swift("DocketCache", ["DocketSystem"]),
    swift("DocketTelemetry", ["DocketSystem"]),
    swift("DocketSettings", ["DocketSystem"]),
]

let tools: [Target] = [
    swift("DocketRuntime", ["CDocketUV", "DocketSystem"]),
    swift("DocketCrypto", ["CDocketCrypto", "DocketSystem"]),
    swift("DocketText", ["CDocketText"]),
    swift("DocketJSON", ["CDocketJSON"]),
    swift("DocketWords", ["DocketCore", "DocketText"]),
]

let wire: [Target] = [
    swift("DocketWire", ["CDocketZstd", "DocketSystem"]),
    swift("DocketMessages", ["CDocketMessages", "DocketCore", "DocketSystem", "DocketWire"]),
    swift("DocketRPC", ["CDocketTLS", "DocketRuntime", "DocketSystem", "DocketWire"]),
]

let service: [Target] = [
    swift(
        "DocketService",
        [
            "DocketCore", "DocketCache", "DocketMessages", "DocketRPC", "DocketRuntime",
            "DocketText", "DocketWords", "DocketCrypto", "DocketSystem", "DocketTelemetry",
            "DocketWire",
        ]
    )
]

let adapters: [Target] = [
    swift(
        "DocketSQLite",
        [
            "DocketCore", "DocketRuntime", "DocketSystem", "DocketText", "DocketTelemetry",
            "DocketWords", "CDocketPages", "CDocketPostings", "CDocketSQLite",
        ]
    ),
    swift(
        "DocketElasticsearch",
        [
            "DocketCore", "DocketJSON", "DocketRuntime", "DocketSystem", "DocketTelemetry",
            "DocketText", "DocketWords", "CDocketCurl",
        ]
    ),
    swift(
        "DocketPostgres",
        ["DocketCore", "DocketRuntime", "DocketSystem", "DocketTelemetry", "CDocketPostgres"]
    ),
    swift(
        "DocketRedis",
        ["DocketCore", "DocketRuntime", "DocketSystem", "DocketTelemetry", "CDocketRedis"]
    ),
    swift(
        "DocketRabbitMQ",
        ["DocketCore", "DocketRuntime", "DocketSystem", "DocketTelemetry", "CDocketRabbitMQ"]
    ),
    swift("DocketHTTP", ["DocketTelemetry", "CDocketHTTP"]),
]

let product: [Target] = [
    swift(
        "DocketServer",
        [
            "DocketCore", "DocketCache", "DocketTelemetry", "DocketSettings", "DocketRuntime",
            "DocketWire", "DocketRPC",
            "DocketService", "DocketSQLite", "DocketPostgres", "DocketElasticsearch",
            "DocketRedis", "DocketRabbitMQ", "DocketHTTP", "DocketSystem",
        ]
    ),
    swift(
        "DocketClient",
        [
            "DocketCore", "DocketMessages", "DocketRPC", "DocketRuntime", "DocketSystem",
            "DocketWire",
        ]
    ),
    swift(
        "DocketCommands",
        [
            "DocketClient", "DocketCore", "DocketJSON", "DocketSettings", "DocketSystem",
            "DocketRuntime",
        ]
    ),
    swift(
        "DocketLoad",
        [
            "DocketClient", "DocketCommands", "DocketCore", "DocketJSON", "DocketRuntime",
            "DocketSettings", "DocketSystem", "DocketTelemetry",
        ]
    ),
    program("docketd", ["DocketServer"]),
    program("docket", ["DocketCommands"]),
    program("docket-load", ["DocketCommands", "DocketLoad"]),
]

let testing: [Target] = [
    .target(
        name: "CDocketPowerCut",
        path: "Tests/CDocketPowerCut",
        cSettings: cSettings,
        linkerSettings: [.linkedLibrary("sqlite3")]
    ),
    .executableTarget(
        name: "docketd-power-cut",
        dependencies: ["CDocketPowerCut", "DocketServer", "DocketSQLite"],
        path: "Tests/PowerCutServer",
        swiftSettings: settings
    ),
    tests("PowerCut", ["DocketClient", "DocketSQLite", "DocketTestKit", "docketd-power-cut"]),
    tests("DocketSystem", ["DocketSystem"]),
    tests("DocketCore", ["DocketCore", "DocketTestKit"]),
    tests("DocketCache", ["DocketCache", "DocketSystem", "DocketTestKit"]),
    tests("DocketTelemetry", ["DocketTelemetry", "DocketTestKit"]),
    tests("DocketSettings", ["DocketSettings"]),
    tests("DocketRuntime", ["DocketRuntime", "DocketSystem", "DocketTestKit"]),
    tests("DocketCrypto", ["DocketCrypto", "DocketSystem"]),
    tests("DocketText", ["DocketCore", "DocketTestKit", "DocketText"]),
    tests("DocketJSON", ["DocketJSON", "DocketTestKit"]),
    tests("DocketWire", ["DocketSystem", "DocketTestKit", "DocketWire"]),
    tests(
        "DocketRPC",
        ["DocketRPC", "DocketWire", "DocketRuntime", "DocketSystem", "DocketTestKit"]
    ),
    tests(
        "DocketSQLite",
        [
            "DocketSQLite", "DocketCore", "DocketRuntime", "DocketSystem", "DocketTestKit",
            "DocketText", "CDocketPages", "CDocketSQLite",
        ]
    ),
    tests(
        "DocketElasticsearch",
        [
            "DocketElasticsearch", "DocketCore", "DocketJSON", "DocketRuntime", "DocketSystem",
            "DocketTelemetry", "DocketTestKit", "DocketText",
        ]
    ),
    tests(
        "DocketPostgres",
        [
            "DocketPostgres", "DocketCore", "DocketRuntime", "DocketSystem", "DocketTestKit",
            "DocketTelemetry",
        ]
    ),
    tests(
        "DocketRedis",
        [
            "DocketRedis", "DocketCore", "DocketRuntime", "DocketSystem", "DocketTelemetry",
            "DocketTestKit",
        ]
    ),
    tests(
        "DocketRabbitMQ",
        [
            "DocketRabbitMQ", "DocketCore", "DocketRuntime", "DocketSystem", "DocketTelemetry",
            "DocketTestKit",
        ]
    ),
    tests("DocketHTTP", ["DocketHTTP", "DocketTelemetry", "DocketTestKit"]),
    tests("DocketClient", ["DocketClient", "DocketCore", "DocketSystem", "DocketRuntime"]),
    tests(
        "DocketLoad",
        [
            "DocketLoad", "DocketClient", "DocketCommands", "DocketCore", "DocketRuntime",
            "DocketSettings", "DocketSystem", "DocketTestKit", "DocketTelemetry",
        ]
    ),
    tests(
        "DocketService",
        [
            "DocketService", "DocketCore", "DocketCache", "DocketCrypto", "DocketMessages",
            "DocketRPC", "DocketRedis", "DocketRuntime", "DocketSQLite", "DocketSystem",
            "DocketTestKit", "DocketTelemetry", "DocketWire",
        ]
    ),
    tests(
        "DocketMessages",
        [
            "DocketMessages", "DocketCore", "DocketSystem", "DocketTestKit", "DocketWire",
            "CDocketMessages",
        ]
    ),
    tests(
        "Conformance",
        [
            "DocketRPC", "DocketWire", "DocketRuntime", "DocketSystem", "DocketTestKit",
            "DocketTelemetry",
        ]
    ),
    .target(
        name: "DocketTestKit",
        dependencies: [
            "CDocketPages", "DocketClient", "DocketCore", "DocketRuntime", "DocketSystem",
            "DocketTelemetry",
        ],
        path: "Tests/DocketTestKit",
        swiftSettings: settings
    ),
    tests("DocketServer", ["DocketClient", "DocketServer", "DocketTestKit", "docketd"]),
    tests(
        "DocketCommands",
        [
            "DocketCommands", "DocketClient", "DocketCore", "DocketSettings", "DocketSystem",
            "DocketTestKit", "docketd",
        ]
    ),
    tests("EndToEnd", ["DocketClient", "DocketTestKit", "docketd", "docket-load"]),
    tests("Fault", ["DocketClient", "DocketSystem", "DocketTestKit", "docketd"]),
    tests("Engine", ["DocketTestKit"]),
    tests(
        "ComposedStore",
        [
            "DocketCore", "DocketElasticsearch", "DocketPostgres", "DocketService", "DocketSystem",
            "DocketTelemetry", "DocketTestKit", "docketd",
        ]
    ),
    tests("Tidy", []),
    .target(name: "CAllocationCount", path: "Benchmarks/CAllocationCount", cSettings: cSettings),
    .executableTarget(
        name: "message-costs",
        dependencies: [
            "CAllocationCount", "DocketCore", "DocketMessages", "DocketSystem",
            "DocketWire",
        ],
        path: "Benchmarks/MessageCosts",
        swiftSettings: settings
    ),
    .executableTarget(
        name: "cache-traces",
        dependencies: ["DocketCache", "DocketSystem"],
        path: "Benchmarks/CacheTraces",
        swiftSettings: settings
    ),
    .executableTarget(
        name: "bare-delivery",
        dependencies: [
            "DocketCore", "DocketElasticsearch", "DocketPostgres", "DocketSettings", "DocketSystem",
            "DocketTelemetry",
        ],
        path: "Benchmarks/BareDelivery",
        swiftSettings: settings
    ),
]

let package = Package(
    name: "docket",
    products: [
        .library(name: "DocketClient", targets: ["DocketClient"]),
        .executable(name: "docketd", targets: ["docketd"]),
        .executable(name: "docket", targets: ["docket"]),
        .executable(name: "docket-load", targets: ["docket-load"]),
    ],
    targets: libraries + values + tools + wire + service + adapters + product + testing,
    cLanguageStandard: .gnu11,
    cxxLanguageStandard: .cxx17
)
