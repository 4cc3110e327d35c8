internal import DocketCache
internal import DocketCore
internal import DocketSystem
package import DocketTelemetry
internal import DocketWire

/// The replies that servers share, as searches use them: nothing is believed that was not checked.
package final class SharedReplies: Sendable {
    /// What became of lookups; each is counted once.
    package struct Counts: Sendable {
        /// Given to the caller.
        package let hits = Counter()
        /// There, but not for this caller: something changed since.
        package let stale = Counter()
        package let misses = Counter()
        /// Not whole, or not of these servers.
        package let damaged = Counter()
        /// Stored for another request: somebody moved it.
        package let foreign = Counter()
    }

    package let counts = Counts()
    private let cache: any SharedReplyCache
    private let codec: SharedReplyCodec
    private let logger: Logger
    private let alarms = LogRate(maximum: 1)

    /// Replies in `cache`, shared with all servers that have `secret`.
    ///
    /// - Throws: `FrameError` when there is no memory for compression.
    init(_ cache: any SharedReplyCache, secret: [UInt8], logger: Logger) throws(FrameError) {
        self.cache = cache
        codec = try SharedReplyCodec(secret: secret)
        self.logger = logger
    }

    func name(_ tenant: TenantID, _ collection: UInt32, canonical: [UInt8]) -> SharedReplyName {
        codec.name(tenant, collection, canonical: canonical)
    }

    /// What is stored under `name`, as a reply of the collection whose live state is `state`.
    ///
    /// nil is a miss of whatever kind, which is counted here; of a reply, ``count(isGiven:)`` is
    /// told what became of it.
    ///
    /// - Throws: ``DocketError`` `unavailable` when the server stops.
    func lookup(
        _ name: SharedReplyName,
        _ state: CollectionState,
        work: WorkLimit,
        turn: TurnBudget
    ) async throws(DocketError) -> CachedReply? {
        let began = MonotonicTime.now()
        guard let value = await cache.lookup([name.key], work: work).first ?? nil else {
            counts.misses.increment()
            return nil
        }
        switch try await turn.run(on: value.bytes.count, { self.codec.decode(value, name) }) {
        case .damaged:
            counts.damaged.increment()
            return nil
        case .foreign:
            counts.foreign.increment()
            alarm(name)
            return nil
        case .reply(let contents):
            return CachedReply(
                body: contents.body,
                asOfMicroseconds: contents.asOfMicroseconds,
                isApproximate: contents.isApproximate,
                source: .shared,
                costMicroseconds: Int(
                    clamping: MonotonicTime.now().nanoseconds(since: began) / 1000
                ),
                mark: contents.mark,
                state: state
            )
        }
    }

    /// A reply was found and given, or was too old for its caller.
    func count(isGiven: Bool) { (isGiven ? counts.hits : counts.stale).increment() }

    /// Shares a reply of the engine.
    ///
    /// - Throws: ``DocketError`` `unavailable` when the server stops.
    func store(
        _ reply: CachedReply,
        _ name: SharedReplyName,
        turn: TurnBudget
    ) async throws(DocketError) {
        let contents = SharedReplyContents(
            body: reply.body,
            asOfMicroseconds: reply.asOfMicroseconds,
            isApproximate: reply.isApproximate,
            mark: reply.mark
        )
        let value = try await turn.run(on: reply.body.count) { self.codec.encode(contents, name) }
        if let value { cache.store(value, under: name.key) }
    }

    private func alarm(_ name: SharedReplyName) {
        guard let leftOut = alarms.next() else { return }
        logger.error(
            "the shared cache gave a reply of another request",
            [
                "tenant": .number(Int(clamping: name.tenant.number)),
                "collection": .number(Int(name.collection)), "left_out": .number(leftOut),
            ]
        )
    }
}
