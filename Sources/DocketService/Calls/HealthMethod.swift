internal import DocketCore

/// Health: how the server and its engines are, as this server sees them.
///
/// What no record says is asked of the truth, for a short time: the answer comes while it is away.
struct HealthMethod: UnaryMethod {
    private static let answerTime = Duration.seconds(2)

    let health: ServerHealth

    func answer(
        _ request: HealthRequest,
        _ caller: Caller
    ) async throws(DocketError) -> HealthReply {
        var reply = HealthReply(roles: health.roles, parts: health.parts.map(\.now))
        if let hold = await hold() { reply.parts.append(PartHealth(hold)) }
        guard let outbox = health.outbox else { return reply }
        let waiting = try? await WorkLimit.within(Self.answerTime) { (work) throws(DocketError) in
            try await outbox.backlog(work: work)
        }
        reply.backlog = waiting.map { waiting in
            Backlog(
                documents: waiting.reduce(0) { $0 + $1.documents },
                oldest: waiting.map(\.oldest).max() ?? .zero
            )
        }
        return reply
    }

    private func hold() async -> IndexingHold? {
        guard let control = health.control else { return nil }
        return try? await WorkLimit.within(Self.answerTime) { (work) throws(DocketError) in
            try await control.indexingHold(work: work)
        }
    }
}

extension PartHealth {
    fileprivate init(_ hold: IndexingHold) {
        self.init(
            part: "indexing hold",
            state: .held,
            sinceMicroseconds: hold.sinceMicroseconds,
            lastError: hold.reason,
            lastErrorMicroseconds: hold.sinceMicroseconds
        )
    }
}
