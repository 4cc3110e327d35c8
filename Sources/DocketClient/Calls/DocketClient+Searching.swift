public import DocketCore
internal import DocketMessages
internal import DocketRuntime
internal import DocketSystem
internal import DocketWire

/// Finding documents.
extension DocketClient {
    /// One page of what matches.
    ///
    /// - Parameters:
    ///   - request: What is asked.
    ///   - freshness: How old an answer may be; by default none older than the newest change known.
    ///   - timeout: For all attempts; by default that of the configuration for reads.
    /// - Returns: The page, with the cursor of the next.
    /// - Throws: ``DocketError``.
    public func search(
        _ request: SearchRequest,
        freshness: Freshness = Freshness(),
        timeout: Duration? = nil
    ) async throws(DocketError) -> SearchResult {
        var options = Options.read(timeout ?? configuration.timeouts.reads)
        options.freshness = freshness
        let reply = try await call(.search, request, options, as: SearchReply.self)
        return SearchResult(reply: reply.value, meta: reply.meta)
    }

    /// Where the answer to a search comes from, without reading the answer.
    ///
    /// For measuring servers: reading the hits costs a client more than the rest of the call.
    package func sourceOfSearch(
        _ request: SearchRequest,
        freshness: Freshness
    ) async throws(DocketError) -> AnswerSource {
        var options = Options.read(configuration.timeouts.reads)
        options.freshness = freshness
        return AnswerSource(try await unread(.search, request, options).meta.origin.source)
    }

    /// Every match, or every document, in the order of document numbers.
    ///
    /// Each document comes at most once, and those that match throughout exactly once. The server
    /// sends no faster than the parts are read. A lost connection is made up for by going on from
    /// the last cursor, unless the configuration says otherwise.
    /// A request with the cursor of a part received before asks for what follows that part.
    public func stream(_ request: StreamRequest) -> DocumentStream {
        DocumentStream(client: self, request: request)
    }

    /// How what somebody has begun to type may go on, by what the collection's documents have.
    ///
    /// - Parameters:
    ///   - request: What was typed, 1 to 256 bytes, and how many completions are wanted, 1 to 50.
    ///   - freshness: As of a search.
    ///   - timeout: For all attempts; by default that of the configuration for reads.
    /// - Returns: The completions, what most documents have first.
    /// - Throws: ``DocketError``, `unimplemented` from a server whose index is on an engine.
    public func suggest(
        _ request: SuggestRequest,
        freshness: Freshness = Freshness(),
        timeout: Duration? = nil
    ) async throws(DocketError) -> SuggestReply {
        var options = Options.read(timeout ?? configuration.timeouts.reads)
        options.freshness = freshness
        return try await call(.suggest, request, options).value
    }

    /// What becomes of a collection's documents; this version's servers do not serve it.
    package func watch(_ collection: String) async throws(DocketError) {
        let options = Options.read(configuration.timeouts.reads)
        _ = try await runner.run(
            CallRunner.Call(
                meta: Self.meta(.watch, options),
                body: [],
                isRepeatable: true,
                deadline: .now() + options.timeout
            )
        )
    }
}
