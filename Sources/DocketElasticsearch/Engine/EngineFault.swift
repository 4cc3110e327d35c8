internal import DocketCore
internal import DocketJSON

/// What the engine says instead of an answer.
struct EngineFault: Hashable, Sendable {
    let status: Int
    /// The engine's name of the error, as `index_not_found_exception`; empty when it says none.
    let type: String

    init(status: Int, type: String) {
        self.status = status
        self.type = type
    }

    init(_ reply: HTTPReply) {
        status = reply.status
        var parser = JSONParserHandle(byteMaximum: HTTPRequest.replyBytesDefault)
        let root = try? parser.parse(reply.body)
        type = root?.member("error")?.member("type")?.string ?? ""
    }

    /// Blocks of the whole cluster or of an index, set by hand or by a full disk.
    var isBlock: Bool { type == "cluster_block_exception" || type == "index_closed_exception" }

    /// The engine has too much to do at the moment.
    var isBusy: Bool {
        status == 429 || type == "es_rejected_execution_exception"
            || type == "rejected_execution_exception" || type == "circuit_breaking_exception"
    }

    /// The error as a caller sees it.
    var docketError: DocketError { shown.caused(by: "engine \(status) \(type)") }

    private var shown: DocketError {
        if isBlock {
            return DocketError(
                .unavailable,
                "the search engine is blocked",
                retryAfter: .seconds(5)
            )
        }
        if isBusy {
            return DocketError(
                .unavailable,
                "the search engine is busy",
                retryAfter: .seconds(1)
            )
        }
        return switch status {
        case 401, 403: .refusedCredentials
        case 404: DocketError(.unavailable, "an index of the search engine is missing")
        case 500...:
            DocketError(
                .unavailable,
                "the search engine cannot answer now",
                retryAfter: .seconds(1)
            )
        default: DocketError(.internalError, "the search engine refuses the request")
        }
    }
}

extension DocketError {
    static let refusedCredentials = DocketError(
        .unavailable,
        "the search engine refuses the server's credentials"
    )
    static let untrustedCertificate = DocketError(
        .unavailable,
        "the search engine's certificate is not trusted"
    )
    static let unreadableAuthority = DocketError(
        .unavailable,
        "the file with the search engine's authority cannot be read"
    )

    /// Whether it lasts until an operator mends the server's settings.
    var isOfSettings: Bool {
        let lasting: [DocketError] = [
            .refusedCredentials, .untrustedCertificate, .unreadableAuthority,
        ]
        return lasting.contains { $0.message == message }
    }
}
