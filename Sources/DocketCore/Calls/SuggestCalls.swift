/// Asks how what somebody has begun to type may go on.
public struct SuggestRequest: Hashable, Sendable {
    /// The collection's name.
    public var collection: String
    /// What was typed so far, 1 to 256 bytes; of several words the last is completed.
    public var prefix: String
    /// Most completions, 1 to 50.
    public var limit: Int

    /// A question for completions.
    public init(collection: String, prefix: String, limit: Int = 10) {
        self.collection = collection
        self.prefix = prefix
        self.limit = limit
    }
}

/// A completion.
public struct Suggestion: Hashable, Sendable {
    /// What it is made of.
    public enum Kind: UInt8, Hashable, Sendable {
        /// A whole title.
        case title = 1
        /// A whole value of a keyword attribute.
        case keyword = 2
        /// What was typed, its last word completed by one that documents have.
        case word = 3
    }

    /// As people wrote it; words in lower case.
    public var text: String
    /// What it is made of.
    public var kind: Kind
    /// How many documents have it, in which some that were replaced or deleted lately may count.
    public var documents: Int

    /// A completion with all its parts.
    public init(_ text: String, _ kind: Kind, documents: Int) {
        self.text = text
        self.kind = kind
        self.documents = documents
    }
}

/// Completions of a beginning.
public struct SuggestReply: Hashable, Sendable {
    /// What most documents have comes first.
    public var suggestions: [Suggestion]
    /// What was completed instead of a beginning that nothing has; nil where that was not needed.
    public var correctedPrefix: String?
    /// True when not every completion was looked at.
    public var isApproximate: Bool

    /// A reply with all its parts.
    public init(
        _ suggestions: [Suggestion] = [],
        correctedPrefix: String? = nil,
        isApproximate: Bool = false
    ) {
        self.suggestions = suggestions
        self.correctedPrefix = correctedPrefix
        self.isApproximate = isApproximate
    }
}

/// A question for completions that was checked.
package struct SuggestPlan: Hashable, Sendable {
    package let collection: Collection
    package let prefix: String
    package let limit: Int

    /// - Throws: ``DocketError`` `invalidArgument` that names the field and its limit.
    package init(
        _ request: SuggestRequest,
        _ collection: Collection,
        _ limits: Limits
    ) throws(DocketError) {
        guard !request.prefix.isEmpty else { throw .invalid("prefix", "is missing") }
        let bytes = request.prefix.utf8.count
        guard bytes <= limits.prefixBytes else {
            throw .invalid(
                "prefix",
                "has \(bytes) bytes, the limit is \(limits.prefixBytes)",
                limit: limits.prefixBytes
            )
        }
        guard (1...limits.suggestions).contains(request.limit) else {
            throw .invalid(
                "limit",
                "is \(request.limit), it may be 1 to \(limits.suggestions)",
                limit: limits.suggestions
            )
        }
        self.collection = collection
        prefix = request.prefix
        limit = request.limit
    }
}
