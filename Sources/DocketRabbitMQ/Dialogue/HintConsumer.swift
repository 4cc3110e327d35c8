internal import DocketCore
internal import DocketSystem

/// Hears hints, and acknowledges at once all that had come: a hint that is lost afterwards is one
/// that the outbox makes good.
struct HintConsumer: BrokerDialogue {
    private var unacknowledged: UInt64?

    let nextDeadline: MonotonicTime? = nil

    mutating func handle(_ event: BrokerEvent, at now: MonotonicTime) -> [BrokerAction] {
        switch event {
        case .message(.delivered(let tag, let bytes)):
            unacknowledged = tag
            guard let hint = bytes.flatMap(HintCodec.decode) else { return [.count(.malformed, 1)] }
            return [.count(.received, 1), .hear(hint)]
        case .turned:
            guard let tag = unacknowledged.take() else { return [] }
            return [.acknowledge(upTo: tag)]
        case .lost:
            unacknowledged = nil
            return []
        case .opened, .hint, .message(.blocked): return []
        case .message(.confirmed), .message(.returned):
            return [.giveUp("an answer to what was not sent")]
        }
    }
}
