public import DocketCore
internal import DocketWire

/// Where an answer came from.
public enum AnswerSource: Hashable, Sendable {
    /// Nothing was looked up.
    case none
    /// The memory of the server that answered.
    case l1
    /// The cache that servers share.
    case l2
    /// The search engine.
    case engine

    /// The name in text: `none`, `l1`, `l2`, `engine`.
    public var name: String { "\(self)" }

    init(_ source: ReplyOrigin.Source) {
        switch source {
        case .none: self = .none
        case .l1: self = .l1
        case .l2: self = .l2
        case .engine: self = .engine
        }
    }
}

/// What a search found, and how fresh that is.
public struct SearchResult: Hashable, Sendable {
    /// Hits, total, facets and the cursor of the next page.
    public var reply: SearchReply
    /// Where the answer came from.
    public var source: AnswerSource
    /// As of when it is right, microseconds since 1970.
    public var asOfMicroseconds: Int64
    /// Whether it came from a cache because the engine could not be asked.
    public var isDegraded: Bool
    /// How long the server took.
    public var took: Duration
    /// The name under which the server logged the call.
    public var requestID: String

    /// A result with all its parts.
    public init(
        reply: SearchReply,
        source: AnswerSource = .none,
        asOfMicroseconds: Int64 = 0,
        isDegraded: Bool = false,
        took: Duration = .zero,
        requestID: String = ""
    ) {
        self.reply = reply
        self.source = source
        self.asOfMicroseconds = asOfMicroseconds
        self.isDegraded = isDegraded
        self.took = took
        self.requestID = requestID
    }

    init(reply: SearchReply, meta: ReplyMeta) {
        self.init(
            reply: reply,
            source: AnswerSource(meta.origin.source),
            asOfMicroseconds: Int64(clamping: meta.origin.asOfMicroseconds),
            isDegraded: meta.origin.degraded,
            took: .microseconds(Int64(clamping: meta.origin.tookMicroseconds)),
            requestID: meta.requestID
        )
    }
}
