public import DocketCore
internal import DocketMessages
internal import DocketRuntime
internal import DocketSystem
internal import DocketWire

/// Every match, or every document, in parts; see ``DocketClient/stream(_:)``.
///
/// ```swift
/// for try await part in client.stream(StreamRequest(collection: "books")) {
///     for found in part.documents { print(found.document.title) }
///     lastCursor = part.cursor
/// }
/// ```
///
/// Each loop over it is a call of its own. Who stops early ends the call. Who wants to go on later,
/// or elsewhere, keeps the cursor of the last part that was dealt with; ``documents`` is for all
/// others.
public struct DocumentStream: AsyncSequence, Sendable {
    /// Some documents with the cursor that goes on after them.
    public typealias Element = StreamPart
    /// Iteration throws `DocketError`.
    public typealias Failure = DocketError

    let client: DocketClient
    let request: StreamRequest

    /// The documents one by one.
    public var documents: Documents { Documents(stream: self) }

    /// An iterator from the beginning, or the request's cursor.
    public func makeAsyncIterator() -> Iterator { Iterator(client: client, request: request) }

    /// Iterates over the parts of one stream.
    public struct Iterator: AsyncIteratorProtocol {
        private let client: DocketClient
        private var request: StreamRequest
        private var replies: ReplyStream?
        private var retry: RetryStateMachine
        private var hasEnded = false

        init(client: DocketClient, request: StreamRequest) {
            self.client = client
            self.request = request
            retry = Self.makeRetry(client)
        }

        /// Goes on after this: the cursor of the last part returned.
        public var cursor: [UInt8] { request.cursor }

        /// The next part, nil at the end.
        public mutating func next() async throws(DocketError) -> StreamPart? {
            try await next(isolation: #isolation)
        }

        /// The next part, nil at the end.
        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(DocketError) -> StreamPart? {
            while !hasEnded {
                do throws(DocketError) {
                    return try await receive()
                } catch {
                    replies = nil
                    try await waitToResume(after: error)
                }
            }
            return nil
        }

        private mutating func receive() async throws(DocketError) -> StreamPart? {
            let replies = try await open()
            let timeout = client.configuration.timeouts.streamParts
            guard let message = try await replies.next(within: timeout) else {
                hasEnded = true
                self.replies = nil
                return nil
            }
            let part = try StreamPart.decode(reply: message)
            request.cursor = part.cursor
            retry = Self.makeRetry(client)
            return part
        }

        private mutating func open() async throws(DocketError) -> ReplyStream {
            if let replies { return replies }
            var meta = CallMeta(method: DocketMethod.stream.rawValue)
            meta.attempt = UInt8(clamping: retry.attempt)
            let replies = try await client.runner.open(
                CallRunner.Call(
                    meta: meta,
                    body: request.encode(),
                    isRepeatable: true,
                    priority: .bulk,
                    deadline: .distantFuture
                )
            )
            self.replies = replies
            return replies
        }

        /// A call that got far is not at fault when its connection, or its time on the server,
        /// ends.
        private mutating func waitToResume(after error: DocketError) async throws(DocketError) {
            guard client.configuration.resumesStreams else {
                hasEnded = true
                throw error
            }
            var failure = error
            if error.code == .deadlineExceeded, error != .tooLate, !request.cursor.isEmpty {
                failure = DocketError(.unavailable, error.message)
            }
            do throws(DocketError) {
                try await client.runner.waitForRetry(&retry, after: failure)
            } catch {
                hasEnded = true
                throw error
            }
        }

        private static func makeRetry(_ client: DocketClient) -> RetryStateMachine {
            RetryStateMachine(
                attemptsMaximum: client.configuration.attempts,
                isRepeatable: true,
                deadline: .now() + client.configuration.timeouts.streamParts
            )
        }
    }

    /// The documents of a stream one by one.
    public struct Documents: AsyncSequence, Sendable {
        /// A document with its version and state.
        public typealias Element = VersionedDocument
        /// Iteration throws `DocketError`.
        public typealias Failure = DocketError

        let stream: DocumentStream

        /// An iterator from the beginning, or the request's cursor.
        public func makeAsyncIterator() -> Iterator {
            Iterator(parts: stream.makeAsyncIterator())
        }

        /// Iterates over the documents of one stream.
        public struct Iterator: AsyncIteratorProtocol {
            private var parts: DocumentStream.Iterator
            private var ready: ArraySlice<VersionedDocument> = []

            init(parts: DocumentStream.Iterator) { self.parts = parts }

            /// The next document, nil at the end.
            public mutating func next() async throws(DocketError) -> VersionedDocument? {
                try await next(isolation: #isolation)
            }

            /// The next document, nil at the end.
            public mutating func next(
                isolation actor: isolated (any Actor)?
            ) async throws(DocketError) -> VersionedDocument? {
                while ready.isEmpty {
                    guard let part = try await parts.next(isolation: actor) else { return nil }
                    ready = part.documents[...]
                }
                return ready.removeFirst()
            }
        }
    }
}

@available(*, unavailable)
extension DocumentStream.Iterator: Sendable {}

@available(*, unavailable)
extension DocumentStream.Documents.Iterator: Sendable {}
