/// What went wrong, in words that are safe to show to the caller.
///
/// The codes are gRPC's, by name and number; `proto/docket/v1/wire.proto` holds the same list and a
/// test compares the two. A message never carries an engine's text, a path or another tenant's
/// data.
public struct DocketError: Error, Hashable, Sendable {
    /// The kind of failure, by gRPC's numbers.
    public struct Code: RawRepresentable, Hashable, Sendable {
        /// gRPC's number of the code.
        public let rawValue: UInt8

        /// A code by its number; numbers without a name are kept as they are.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The caller gave up.
        public static let cancelled = Code(rawValue: 1)
        /// Nothing better is known.
        public static let unknown = Code(rawValue: 2)
        /// The request itself is wrong, whatever the state of the server.
        public static let invalidArgument = Code(rawValue: 3)
        /// The deadline passed before the answer.
        public static let deadlineExceeded = Code(rawValue: 4)
        /// There is no such tenant, collection, document or key.
        public static let notFound = Code(rawValue: 5)
        /// What was to be made exists already.
        public static let alreadyExists = Code(rawValue: 6)
        /// The key is valid but not allowed to do this.
        public static let permissionDenied = Code(rawValue: 7)
        /// A quota, a limit or a queue is full.
        public static let resourceExhausted = Code(rawValue: 8)
        /// The state of the server does not allow it now.
        public static let failedPrecondition = Code(rawValue: 9)
        /// A concurrent change won.
        public static let aborted = Code(rawValue: 10)
        /// A position beyond the end.
        public static let outOfRange = Code(rawValue: 11)
        /// This server does not serve it.
        public static let unimplemented = Code(rawValue: 12)
        /// An invariant is broken: a bug.
        public static let internalError = Code(rawValue: 13)
        /// The server, or something it needs, cannot answer now.
        public static let unavailable = Code(rawValue: 14)
        /// Stored data is damaged.
        public static let dataLoss = Code(rawValue: 15)
        /// No valid key came with the connection.
        public static let unauthenticated = Code(rawValue: 16)
    }

    /// One thing that is wrong, where several can be.
    public struct Detail: Hashable, Sendable {
        /// Place in the request's list, from 0; nil when the whole request is meant.
        public var item: Int?
        /// The field at fault, as the contract names it, or empty.
        public var field: String
        /// The limit that was broken, in the field's unit; 0 for none.
        public var limit: Int
        /// What is wrong with it, with the limit that it broke.
        public var reason: String

        /// A detail about `field` of the item at place `item`.
        public init(item: Int? = nil, field: String, limit: Int = 0, reason: String) {
            self.item = item
            self.field = field
            self.limit = limit
            self.reason = reason
        }
    }

    /// The kind of failure.
    public var code: Code
    /// One lower-case sentence without a final stop.
    public var message: String
    /// What is wrong in particular; at most 100 travel.
    public var details: [Detail]
    /// How long to wait before another try, when the server knows.
    public var retryAfter: Duration?
    /// True when the server certainly did nothing, so that a retry is always safe.
    public var isNotProcessed: Bool
    /// True when a client made it itself, since no server was reached or the connection was lost.
    public var isUnreachable = false
    /// What lies behind it; for the log of the server, it never travels.
    package var cause = Cause()

    /// An error of `code` with a message for people.
    public init(
        _ code: Code,
        _ message: String,
        details: [Detail] = [],
        retryAfter: Duration? = nil,
        isNotProcessed: Bool = false
    ) {
        self.code = code
        self.message = message
        self.details = details
        self.retryAfter = retryAfter
        self.isNotProcessed = isNotProcessed
    }

    /// The request's `field` is wrong for `reason`, which names the limit that it broke, if any.
    public static func invalid(
        _ field: String,
        _ reason: String,
        limit: Int = 0
    ) -> DocketError {
        DocketError(
            .invalidArgument,
            "\(field): \(reason)",
            details: [Detail(field: field, limit: limit, reason: reason)]
        )
    }

    /// What the request's `field` names is not there.
    public static func missing(_ field: String, _ message: String) -> DocketError {
        DocketError(.notFound, message, details: [Detail(field: field, reason: "unknown")])
    }

    /// A set field that this version does not serve.
    public static func unserved(_ field: String) -> DocketError {
        DocketError(
            .unimplemented,
            "\(field) is not served yet",
            details: [Detail(field: field, reason: "not served yet")]
        )
    }
}

extension DocketError {
    /// An engine's words; errors that differ in them alone are equal.
    package struct Cause: Hashable, Sendable {
        package let text: String?

        package init(_ text: String? = nil) { self.text = text }

        package static func == (left: Self, right: Self) -> Bool { true }

        package func hash(into hasher: inout Hasher) {}
    }

    /// There is no collection of this name, whoever's.
    package static func noCollection(_ name: String) -> DocketError {
        .missing("collection", "there is no collection \(name)")
    }

    /// The message, and what lies behind it, for operators.
    package var withCause: String { message + (cause.text.map { " (\($0))" } ?? "") }

    /// This error with what lies behind it.
    package func caused(by text: String) -> DocketError {
        var error = self
        error.cause = Cause(text)
        return error
    }
}

extension DocketError: CustomStringConvertible {
    /// The code's name and the message.
    public var description: String { "\(code): \(message)" }
}

extension DocketError.Code: CustomStringConvertible {
    private static let names = [
        "ok", "cancelled", "unknown", "invalid argument", "deadline exceeded", "not found",
        "already exists", "permission denied", "resource exhausted", "failed precondition",
        "aborted", "out of range", "unimplemented", "internal", "unavailable", "data loss",
        "unauthenticated",
    ]

    /// gRPC's name in words.
    public var description: String {
        Int(rawValue) < Self.names.count ? Self.names[Int(rawValue)] : "code \(rawValue)"
    }
}
