// swift-tools-version: 6.2
import PackageDescription

// A package as a user of Docket has it: it names the client's library and nothing else.
let package = Package(
    name: "consumer",
    dependencies: [.package(name: "docket", path: "../..")],
    targets: [
        .executableTarget(
            name: "consumer",
            dependencies: [.product(name: "DocketClient", package: "docket")]
        )
    ]
)
