package import DocketSystem

/// What the lifecycle starts and stops.
package protocol Service: Sendable {
    /// Shows in logs; lower case.
    var name: String { get }

    /// Returns once the service serves. What throws has cleaned up after itself.
    func start() async throws

    /// The service's own work, in a task that the lifecycle owns and cancels after `stop(by:)`.
    ///
    /// Returning means that there is no more to do; throwing ends the whole process in order.
    func run() async throws

    /// Takes nothing new, finishes what is under way, and returns; by `deadline` it is abandoned.
    func stop(by deadline: MonotonicTime) async
}

extension Service {
    /// Nothing of its own to do.
    package func run() async throws {}
}
