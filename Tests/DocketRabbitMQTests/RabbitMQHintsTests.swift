import DocketCore
import DocketSystem
import DocketTestKit
import Testing

@testable import DocketRabbitMQ

@Suite("Hints by RabbitMQ", .needs(.rabbitmq), .timeLimit(.minutes(5)), .serialized)
struct RabbitMQHintsTests {
    private static let answers = "the broker of hints answers"

    private func hint(_ version: UInt64) -> WorkHint {
        WorkHint(tenant: TenantID(3), document: 4, version: version)
    }

    /// Runs `body` with who sends and who hears, by a queue of this name.
    private func run(
        _ server: RabbitMQServer,
        _ queue: String,
        adjust: (inout RabbitMQConfiguration) -> Void = { _ in },
        _ body: (TestHints, TestHints) async throws -> Void
    ) async throws {
        let sender = try await TestHints(server, queue: queue, isSending: true, adjust: adjust)
        let hearer = try await TestHints(server, queue: queue, isHearing: true, adjust: adjust)
        let result: Result<Void, any Error>
        do { result = .success(try await body(sender, hearer)) } catch { result = .failure(error) }
        sender.hints.close()
        hearer.hints.close()
        try result.get()
    }

    @Test("what one server sends another hears, and the broker has confirmed it")
    func arrives() async throws {
        try await run(Engines.shared.rabbitmq(), "arrives") { sender, hearer in
            try await sender.send(hint(1), to: hearer)
            try await sender.send(hint(2), until: .confirmed)
            #expect(hearer.count(.received) > 0)
            #expect(sender.count(.returned) == 0 && sender.count(.refused) == 0)
        }
    }

    @Test("a hint goes to one of the indexers, and another takes over when that one ends")
    func takesOver() async throws {
        let server = try await Engines.shared.rabbitmq()
        try await run(server, "takes over") { sender, hearer in
            let second = try await TestHints(server, queue: "takes over", isHearing: true)
            try await second.log.wait(for: Self.answers)
            try await sender.send(hint(1), to: hearer)
            hearer.hints.close()
            try await sender.send(hint(2), to: second)
            second.hints.close()
        }
    }

    @Test("what is no hint is counted and acknowledged, and hints behind it arrive")
    func malformed() async throws {
        try await run(Engines.shared.rabbitmq(), "malformed") { sender, hearer in
            try await hearer.log.wait(for: Self.answers)
            let stranger = try BrokerHandle(sender.configuration, prefetch: 0)
            for count in [0, 24, 64, 65, 500_000] {
                try stranger.publish([UInt8](repeating: 1, count: count))
            }
            while hearer.count(.malformed) < 5 { try await Task.sleep(for: .milliseconds(5)) }
            stranger.close()
            try await sender.send(hint(1), to: hearer)
            #expect(hearer.count(.malformed) == 5)
        }
    }

    @Test("a queue that is deleted is made again")
    func deleted() async throws {
        let server = try await Engines.shared.rabbitmq()
        try await run(server, "deleted") { sender, hearer in
            try await sender.send(hint(1), to: hearer)
            try await server.run("delete_queue", "deleted")
            try await hearer.log.wait(for: "the queue is gone")
            try await sender.send(hint(2), to: hearer)
        }
        let alone = try await TestHints(server, queue: "alone", isSending: true)
        try await alone.log.wait(for: Self.answers)
        try await server.run("delete_queue", "alone")
        try await alone.send(hint(1), until: .returned)
        try await alone.send(hint(1), until: .confirmed)
        alone.hints.close()
    }

    @Test("what a full queue refuses is counted")
    func full() async throws {
        let server = try await Engines.shared.rabbitmq()
        let sender = try await TestHints(server, queue: "full", isSending: true) {
            $0.queueMaximum = 1
        }
        try await sender.send(hint(1), until: .refused)
        sender.hints.close()
    }

    @Test("a broker that is short of memory stops no connection, and goes on afterwards")
    func blocked() async throws {
        let server = try await Engines().rabbitmq()
        try await run(server, "blocked") { sender, hearer in
            try await sender.send(hint(1), to: hearer)
            try await server.run("set_vm_memory_high_watermark", "0")
            let sending = Task {
                while !Task.isCancelled {
                    sender.hints.send(hint(2))
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            try await sender.log.wait(for: "the broker of hints takes none")
            sending.cancel()
            try await server.run("set_vm_memory_high_watermark", "0.6")
            try await sender.log.wait(for: "the broker of hints takes them again")
            try await sender.send(hint(3), to: hearer)
        }
        try await server.engine.stop()
    }

    @Test("a broker that dies and comes back is connected to again")
    func killed() async throws {
        let server = try await Engines().rabbitmq()
        try await run(server, "killed") { sender, hearer in
            try await sender.send(hint(1), to: hearer)
            try await server.engine.crash()
            for test in [sender, hearer] {
                try await test.log.wait(for: "the broker of hints is away")
            }
            try await server.engine.start()
            try await sender.send(hint(2), to: hearer)
        }
        try await server.engine.stop()
    }

    @Test("a broker that confirms nothing is given up, and is used again once it does")
    func frozen() async throws {
        let server = try await Engines().rabbitmq()
        let isImpatient = { (configuration: inout RabbitMQConfiguration) in
            configuration.silenceLimit = .milliseconds(200)
        }
        try await run(server, "frozen", adjust: isImpatient) { sender, hearer in
            try await sender.send(hint(1), to: hearer)
            try await server.engine.freeze()
            let sending = Task {
                while !Task.isCancelled {
                    sender.hints.send(hint(2))
                    try await Task.sleep(for: .milliseconds(5))
                }
            }
            try await sender.log.wait(for: "no confirm comes")
            sending.cancel()
            #expect(sender.count(.dropped) > 0)
            try await server.engine.thaw()
            try await sender.send(hint(3), to: hearer)
        }
        try await server.engine.stop()
    }

    @Test("the log says why a broker cannot be used")
    func refused() async throws {
        let server = try await Engines.shared.rabbitmq()
        let test = try await TestHints(server, queue: "refused", isSending: true, password: "wrong")
        try await test.log.wait(for: "ACCESS_REFUSED")
        test.hints.close()
        let other = try await TestHints(server, queue: "unlike", isSending: true)
        try await other.log.wait(for: Self.answers)
        other.hints.close()
        let unlike = try await TestHints(server, queue: "unlike", isSending: true) {
            $0.queueMaximum = 7
        }
        try await unlike.log.wait(for: "PRECONDITION_FAILED")
        unlike.hints.close()
    }
}
