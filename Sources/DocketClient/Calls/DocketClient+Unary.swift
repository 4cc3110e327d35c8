internal import DocketCore
internal import DocketMessages
internal import DocketRuntime
internal import DocketSystem
internal import DocketWire

extension DocketClient {
    /// What a unary call needs beside its request.
    struct Options {
        var timeout: Duration
        var priority = Priority.normal
        var isRepeatable = false
        /// Makes the call repeatable, where the method knows idempotency keys.
        var idempotencyKey: [UInt8] = []
        var freshness = Freshness()

        static func read(_ timeout: Duration) -> Options {
            Options(timeout: timeout, priority: .interactive, isRepeatable: true)
        }

        static func write(_ timeout: Duration) -> Options { Options(timeout: timeout) }
    }

    /// One request, one reply.
    func call<Request: WireMessage, Reply: WireMessage>(
        _ method: DocketMethod,
        _ request: Request,
        _ options: Options,
        as reply: Reply.Type = Reply.self
    ) async throws(DocketError) -> (value: Reply, meta: ReplyMeta) {
        let answer = try await unread(method, request, options)
        return (try Reply.decode(reply: answer.body), answer.meta)
    }

    /// One request, and its one reply as bytes.
    func unread(
        _ method: DocketMethod,
        _ request: some WireMessage,
        _ options: Options
    ) async throws(DocketError) -> CallRunner.Reply {
        try await runner.run(
            CallRunner.Call(
                meta: Self.meta(method, options),
                body: request.encode(),
                isRepeatable: options.isRepeatable || !options.idempotencyKey.isEmpty,
                priority: options.priority,
                deadline: .now() + options.timeout
            )
        )
    }

    static func meta(_ method: DocketMethod, _ options: Options) -> CallMeta {
        var meta = CallMeta(method: method.rawValue)
        meta.idempotencyKey = options.idempotencyKey
        let staleness = options.freshness.maximumStaleness.wholeNanoseconds / 1_000_000
        meta.maxStaleMilliseconds = UInt32(clamping: staleness)
        meta.allowDegraded = options.freshness.allowsDegraded
        meta.bypassCache = options.freshness.bypassesCache
        return meta
    }

    /// A key that nobody else draws.
    static func randomIdempotencyKey() -> [UInt8] {
        RandomBytes.make(16)
    }
}

extension WireMessage {
    /// The message of a reply; one that cannot be read is the server's fault.
    static func decode(reply body: [UInt8]) throws(DocketError) -> Self {
        do throws(DocketError) {
            return try decode(body.rawSpan)
        } catch {
            throw DocketError(.internalError, "the reply cannot be read: \(error.message)")
        }
    }
}
