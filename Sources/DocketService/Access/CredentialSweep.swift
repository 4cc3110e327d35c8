internal import DocketCore
internal import DocketRuntime
package import DocketSystem
package import DocketTelemetry

/// Reads the keys in use again every few seconds, so that a key revoked elsewhere ends within 30 s.
package struct CredentialSweep: Service {
    package let name = "credentials"
    private static let interval = Duration.seconds(10)
    private let authenticator: Authenticator
    private let logger: Logger

    package init(_ authenticator: Authenticator, logger: Logger) {
        self.authenticator = authenticator
        self.logger = logger
    }

    package func start() async throws {}

    package func run() async throws {
        while !Task.isCancelled {
            try await Task.sleep(for: Self.interval)
            do throws(DocketError) {
                try await WorkLimit.within(Self.interval) { work throws(DocketError) in
                    try await authenticator.refresh(work: work)
                }
            } catch {
                logger.warning(
                    "keys could not be read again",
                    [
                        "code": .string("\(error.code)"),
                        "cause": .string(error.cause.text ?? error.message),
                    ]
                )
            }
        }
    }

    package func stop(by deadline: MonotonicTime) async {}
}
