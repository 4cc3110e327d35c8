internal import Synchronization

/// An address of a search engine that writes down what is asked there, and may be away.
package final class EngineProxy: Sendable {
    private final class Target: Sendable {
        let port: UInt16
        let isAway: Mutex<Bool>

        init(_ port: UInt16, isAway: Bool) {
            self.port = port
            self.isAway = Mutex(isAway)
        }

        func reply(to request: FakeEngine.Request) -> FakeEngine.Reply {
            guard !isAway.withLock({ $0 }), let exchange = SocketExchange(port: port) else {
                return .end
            }
            let head = request.headers + "\r\nConnection: close\r\n\r\n"
            exchange.send(head + String(decoding: request.body, as: UTF8.self))
            return .bytes(Array(exchange.readAll().utf8))
        }
    }

    private let target: Target
    private let fake: FakeEngine

    /// In front of an engine on plain HTTP.
    package init(of server: SearchServer, isAway: Bool = false) throws {
        let target = Target(server.engine.port, isAway: isAway)
        self.target = target
        fake = try FakeEngine { target.reply(to: $0) }
    }

    package var url: String { fake.url }

    /// What was asked, in order, away or not.
    package var requests: [FakeEngine.Request] { fake.requests }

    /// From now on connections are closed without an answer, or no longer.
    package func setAway(_ isAway: Bool) { target.isAway.withLock { $0 = isAway } }
}
