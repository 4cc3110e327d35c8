internal import DocketCore
internal import DocketJSON

/// Which engine answers, and whether Docket knows it.
struct EngineVersion: Hashable, Sendable {
    enum Product: String, Sendable {
        case elasticsearch = "Elasticsearch"
        case openSearch = "OpenSearch"
    }

    enum Support: Sendable {
        case tested
        case untested
        case refused
    }

    let product: Product
    /// As the engine writes it: `8.19.21`.
    let number: String
    /// The id that the cluster gives itself.
    var cluster: String?

    init(_ product: Product, number: String) {
        self.product = product
        self.number = number
    }

    /// The version in the reply to `GET /`.
    ///
    /// - Throws: ``DocketError`` `failedPrecondition` when it is no such reply.
    init(_ reply: [UInt8]) throws(DocketError) {
        var parser = JSONParserHandle(byteMaximum: HTTPRequest.replyBytesDefault)
        let root = try? parser.parse(reply)
        guard let version = root?.member("version"), let number = version.member("number")?.string
        else {
            throw DocketError(
                .failedPrecondition,
                "what answers is neither Elasticsearch nor OpenSearch"
            )
        }
        let isOpenSearch = version.member("distribution")?.string == "opensearch"
        product = isOpenSearch ? .openSearch : .elasticsearch
        self.number = number
        cluster = root?.member("cluster_uuid")?.string
    }

    var support: Support {
        let parts = number.split(separator: ".").prefix(2).map { Int($0) ?? -1 }
        guard let major = parts.first, parts.count == 2 else { return .refused }
        return switch (product, major) {
        case (.elasticsearch, 8), (.openSearch, 2): .tested
        case (.elasticsearch, 7): parts[1] >= 10 ? .untested : .refused
        case (.elasticsearch, 9), (.openSearch, 1), (.openSearch, 3): .untested
        default: .refused
        }
    }

    /// - Throws: ``DocketError`` `failedPrecondition` for a version that Docket does not serve.
    func check() throws(DocketError) {
        guard support != .refused else {
            throw DocketError(
                .failedPrecondition,
                "\(product.rawValue) \(number.prefix(32)) is not served: Docket needs "
                    + "Elasticsearch 7.10 to 9 or OpenSearch 1 to 3"
            )
        }
    }
}
