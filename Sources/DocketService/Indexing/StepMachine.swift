internal import DocketCore
internal import DocketTelemetry

/// Work in steps, each of which may be done again: events in, actions out.
protocol StepMachine: Sendable {
    associatedtype Action: Sendable
    associatedtype Event: StepEvent

    /// What is done first.
    static var first: Action { get }

    /// How long nothing is done; nil for an action that does something.
    func rest(in action: Action) -> Duration?

    mutating func after(_ event: Event) -> Action
}

/// What became of an action of a ``StepMachine``.
protocol StepEvent: Sendable {
    static var rested: Self { get }
    /// It is not known what became of the action.
    static var failed: Self { get }
}

extension StepMachine {
    /// Carries out one action after the other until the task is cancelled.
    ///
    /// - Parameters:
    ///   - limit: Time for one action.
    ///   - failure: What is logged of one that fails.
    ///   - logger: Where.
    ///   - perform: Carries it out.
    /// - Throws: `CancellationError`.
    mutating func run(
        within limit: Duration,
        failure: StaticString,
        to logger: Logger,
        _ perform: (Action, WorkLimit) async throws(DocketError) -> Event
    ) async throws {
        var action = Self.first
        while !Task.isCancelled {
            if let pause = rest(in: action) {
                try await Task.sleep(for: pause)
                action = after(.rested)
                continue
            }
            do throws(DocketError) {
                let step = action
                let event = try await WorkLimit.within(limit) { (work) throws(DocketError) in
                    try await perform(step, work)
                }
                action = after(event)
            } catch {
                logger.warning(
                    failure,
                    [
                        "code": .string("\(error.code)"),
                        "cause": .string(error.cause.text ?? error.message),
                    ]
                )
                action = after(.failed)
            }
        }
    }
}

extension [IndexChange] {
    /// Those that the index has still to be given after it gave so many `outcomes`, and why it will
    /// never take one of them; nil where it may.
    func left(after outcomes: [IndexOutcome]) -> (changes: [IndexChange], refusal: String?) {
        var left: [IndexChange] = []
        for (change, outcome) in zip(self, outcomes) {
            switch outcome {
            case .applied, .superseded: break
            case .busy, .held: left.append(change)
            case .refused(let reason): return (left, reason)
            }
        }
        return (left, nil)
    }
}
