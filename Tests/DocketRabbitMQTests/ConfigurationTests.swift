import DocketCore
import Testing

@testable import DocketRabbitMQ

@Suite("The URL of RabbitMQ", .timeLimit(.minutes(5)))
struct ConfigurationTests {
    @Test("names host, port, virtual host and user")
    func parts() throws {
        let short = try RabbitMQConfiguration(url: "amqp://queue")
        #expect(short.host == "queue" && short.port == 5672 && short.virtualHost == "/")
        #expect(short.user == "guest")
        #expect(try short.password() == "guest")
        let url = "amqp://docket@[::1]:7000/search"
        let long = try RabbitMQConfiguration(url: url, passwordFile: "/nonexistent")
        #expect(long.host == "::1" && long.port == 7000 && long.virtualHost == "search")
        #expect(long.user == "docket")
        #expect(throws: BrokerError("the password file there is no such file")) {
            try long.password()
        }
    }

    @Test(
        "is refused with the reason",
        arguments: [
            ("amqps://queue", "TLS to RabbitMQ is not served"),
            ("amqp://docket:secret@queue", "has a password, which belongs into a file"),
            ("amqp://docket@queue", "whose password must come by a file"),
            ("amqp://queue/one/two", "is not amqp://"), ("queue:5672", "is not amqp://"),
            ("amqp://queue:0", "is not amqp://"),
        ]
    )
    func refused(_ url: String, _ reason: String) {
        do {
            _ = try RabbitMQConfiguration(url: url)
            Issue.record("\(url) was taken")
        } catch {
            #expect(error.code == .invalidArgument)
            #expect(error.message.contains(reason), "\(error.message)")
        }
    }
}
