package import DocketCore
internal import DocketSystem

/// Where RabbitMQ is, who asks it, and how long and how much.
package struct RabbitMQConfiguration: Sendable {
    private static let form = EngineURL.Form(
        of: "rabbitmq",
        scheme: "amqp",
        port: 5672,
        path: "VIRTUAL-HOST",
        engine: "RabbitMQ"
    )

    package let host: String
    package let port: UInt16
    package let user: String
    package let virtualHost: String
    /// Read anew at each connection; nil is the password `guest` of a new broker's user `guest`.
    package let passwordFile: String?

    /// The queue; all servers of one truth share it, and nobody else may.
    var queue = "docket.hints"
    /// Hints that the queue holds; more are refused.
    var queueMaximum = 10_000
    /// A hint that is so old tells nothing: indexers have looked by themselves.
    var hintLifetime = Duration.seconds(60)
    /// Deliveries that wait for an acknowledgement.
    var prefetch = 128
    var heartbeat = Duration.seconds(10)
    /// For each step of the beginning.
    var connectTimeout = Duration.seconds(5)
    /// A broker that owes a confirm for so long is given up.
    var silenceLimit = Duration.seconds(5)
    /// Delays between attempts to connect.
    var retryBase = Duration.milliseconds(200)
    var retryCap = Duration.seconds(5)

    /// Reads `amqp://[USER@]HOST[:PORT][/VIRTUAL-HOST]`.
    ///
    /// - Throws: ``DocketError`` `invalidArgument` that says what the URL must not have.
    package init(url: String, passwordFile: String? = nil) throws(DocketError) {
        let parts = try EngineURL(url, Self.form, hasPassword: passwordFile != nil)
        guard !parts.path.contains("/"), !parts.path.utf8.contains(0) else {
            throw Self.form.mismatch
        }
        host = parts.host
        port = parts.port
        user = parts.user ?? "guest"
        virtualHost = parts.path.isEmpty ? "/" : String(parts.path)
        self.passwordFile = passwordFile
    }

    /// - Throws: ``BrokerError`` that names the file of the password.
    func password() throws(BrokerError) -> String {
        guard let passwordFile else { return "guest" }
        do throws(FileError) {
            return try SmallFile.password(in: passwordFile)
        } catch {
            throw BrokerError("the password file \(error.reason)")
        }
    }
}

/// Why a connection cannot be used any longer.
struct BrokerError: Error, Equatable {
    /// For the log.
    let text: String

    init(_ text: String) { self.text = text }
}
