internal import DocketCore
internal import DocketSystem

/// What is said on one connection: events in, actions out.
///
/// It waits for nothing itself.
protocol BrokerDialogue: Sendable {
    /// Takes what happened at `now`, and says what is to be done, in this order.
    mutating func handle(_ event: BrokerEvent, at now: MonotonicTime) -> [BrokerAction]
    /// When ``BrokerEvent/turned`` has something to do though nothing came.
    var nextDeadline: MonotonicTime? { get }
}

enum BrokerEvent: Equatable, Sendable {
    case opened
    /// The connection is gone.
    case lost
    /// To be sent.
    case hint(WorkHint)
    case message(BrokerMessage)
    /// All that had come was handled, or time has passed.
    case turned
}

enum BrokerAction: Equatable, Sendable {
    case publish(WorkHint)
    case acknowledge(upTo: UInt64)
    /// To the indexer.
    case hear(WorkHint)
    case count(HintFate, Int)
    /// The broker takes no hints now, or does again.
    case blocked(Bool)
    /// The connection is of no use: close it, then say that it is lost.
    case giveUp(String)
}

/// What became of a hint.
enum HintFate: String, CaseIterable, Sendable {
    /// The broker has taken it.
    case confirmed
    /// The broker has not: its queue is full.
    case refused
    /// There was no queue.
    case returned
    /// Not sent, or not confirmed: the broker is away, blocked or slow.
    case dropped
    /// Came to this indexer.
    case received
    /// Came, and is none.
    case malformed
}
