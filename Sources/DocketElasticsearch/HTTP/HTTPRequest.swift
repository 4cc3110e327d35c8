internal import DocketCore
internal import DocketSystem

/// One request to a search engine, whichever of its nodes answers.
struct HTTPRequest: Sendable {
    enum Method: String, Sendable {
        case get = "GET"
        case put = "PUT"
        case post = "POST"
        case delete = "DELETE"
    }

    var method: Method
    /// Path and query, percent-encoded; begins with a slash.
    var path: String
    /// Empty for none.
    var body: [UInt8] = []
    var contentType = "application/json"
    /// Bytes of a reply; a longer one fails.
    var replyBytesMaximum = HTTPRequest.replyBytesDefault

    static let replyBytesDefault = 16 << 20
}

struct HTTPReply: Sendable {
    var status: Int
    var body: [UInt8]
}

/// Why there is no reply.
enum HTTPFailure: Error, Hashable, Sendable {
    /// The work was stopped.
    case stopped
    /// The deadline of the work passed.
    case late
    /// Too much waits already; nothing was sent.
    case full
    /// The engine of requests has been closed; nothing was sent.
    case closed
    /// The reply is longer than the request allows.
    case tooLong
    /// No connection, or it broke; `code` is libcurl's.
    case transport(code: Int32)
    /// The node says nothing, not even that it is there.
    case silent
}

/// A request on its way: whoever waits for it, and until when.
final class HTTPExchange: Sendable {
    let request: HTTPRequest
    /// The address of the node, without a slash at the end.
    let node: String
    let work: WorkLimit
    let outcome = OneShot<HTTPReply>()

    init(_ request: HTTPRequest, to node: String, work: WorkLimit) {
        self.request = request
        self.node = node
        self.work = work
    }

    /// Why nobody needs the reply any more; nil while somebody does.
    func reasonToEnd(at now: MonotonicTime) -> HTTPFailure? {
        if work.isStopped || outcome.isSettled { return .stopped }
        return work.hasEnded(at: now.nanoseconds) ? .late : nil
    }
}
