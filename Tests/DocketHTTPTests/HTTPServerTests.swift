internal import DocketHTTP
internal import DocketTelemetry
internal import DocketTestKit
internal import Glibc
internal import Synchronization
internal import Testing

@Suite("HTTP server", .timeLimit(.minutes(5)))
struct HTTPServerTests {
    private final class Obstacle: Sendable {
        let text = Mutex<String?>(nil)
    }

    private let obstacle = Obstacle()
    private let registry = MetricsRegistry()

    private func server(_ limits: HTTPLimits = HTTPLimits()) throws -> HTTPServer {
        let obstacle = obstacle
        return try HTTPServer(
            host: "127.0.0.1",
            port: 0,
            routes: [
                .health, .readiness { obstacle.text.withLock { $0 } }, .metrics(registry),
            ],
            limits: limits
        )
    }

    private func ask(_ server: HTTPServer, _ request: String) throws -> String {
        let exchange = try #require(SocketExchange(port: server.port))
        exchange.send(request)
        return exchange.readAll()
    }

    private func get(_ server: HTTPServer, _ path: String) throws -> String {
        try ask(server, "GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    }

    @Test("takes a free port and says which")
    func freePort() throws {
        let first = try server()
        let second = try server()
        #expect(first.port > 0)
        #expect(second.port > 0)
        #expect(first.port != second.port)
    }

    @Test("answers health, readiness and metrics")
    func routes() throws {
        let server = try server()
        registry.counter("docket_test_total", help: "Tests.").add(3)
        let health = try get(server, "/healthz")
        #expect(health.hasPrefix("HTTP/1.1 200 "))
        #expect(health.hasSuffix("\r\n\r\nok\n"))
        #expect(health.contains("Cache-Control: no-store\r\n"))
        #expect(try get(server, "/readyz?verbose=1").hasSuffix("\r\n\r\nready\n"))
        let metrics = try get(server, "/metrics")
        #expect(metrics.contains("Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"))
        #expect(metrics.contains("\ndocket_test_total 3\n"))
    }

    @Test("says what readiness waits for")
    func notReady() throws {
        let server = try server()
        obstacle.text.withLock { $0 = "the store is opening" }
        let reply = try get(server, "/readyz")
        #expect(reply.hasPrefix("HTTP/1.1 503 "))
        #expect(reply.hasSuffix("\r\n\r\nthe store is opening\n"))
        #expect(try get(server, "/healthz").hasPrefix("HTTP/1.1 200 "))
        obstacle.text.withLock { $0 = nil }
        #expect(try get(server, "/readyz").hasPrefix("HTTP/1.1 200 "))
    }

    @Test("answers HEAD without a body")
    func head() throws {
        let reply = try ask(
            server(),
            "HEAD /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        #expect(reply.hasPrefix("HTTP/1.1 200 "))
        #expect(reply.contains("Content-Length: 3\r\n"))
        #expect(reply.hasSuffix("\r\n\r\n"))
    }

    @Test("knows no other path", arguments: ["/", "/healthz/", "/metrics/../x", "/%00", "/%ff"])
    func unknownPath(path: String) throws {
        #expect(try get(server(), path).hasPrefix("HTTP/1.1 404 "))
    }

    @Test("takes no other method", arguments: ["POST", "PUT", "DELETE", "OPTIONS", "FOO"])
    func otherMethods(method: String) throws {
        let reply = try ask(
            server(),
            "\(method) /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        #expect(reply.hasPrefix("HTTP/1.1 405 "))
        #expect(reply.contains("Allow: GET, HEAD\r\n"))
    }

    @Test("never reads a body")
    func body() throws {
        let reply = try ask(
            server(),
            "POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nxxx"
        )
        #expect(reply.hasPrefix("HTTP/1.1 405 "))
        let get = try ask(
            server(),
            "GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nxxx"
        )
        #expect(get.isEmpty)
    }

    @Test("answers several requests of one connection")
    func keepAlive() throws {
        let server = try server()
        let exchange = try #require(SocketExchange(port: server.port))
        for _ in 0..<3 {
            exchange.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(exchange.read(until: "\r\n\r\nok\n").hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test("closes on what is no HTTP, and on headers without end")
    func garbage() throws {
        var limits = HTTPLimits()
        limits.headerBytes = 4096
        limits.timeoutSeconds = 1
        let server = try server(limits)
        let endless = "GET /healthz HTTP/1.1\r\n" + String(repeating: "X-A: b\r\n", count: 4000)
        for text in ["\u{16}\u{3}\u{1}\r\n\r\n", "GET\r\n\r\n", "\u{0}\r\n\r\n", endless] {
            #expect(try !ask(server, text).hasPrefix("HTTP/1.1 200 "))
        }
        #expect(try get(server, "/healthz").hasPrefix("HTTP/1.1 200 "))
    }

    @Test("answers beside a thousand half requests, of which the oldest give way")
    func halfRequests() throws {
        var limits = HTTPLimits()
        limits.connections = 8
        let server = try server(limits)
        var held: [SocketExchange] = []
        for _ in 0..<1000 {
            let exchange = try #require(SocketExchange(port: server.port))
            exchange.send("GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ")
            held.append(exchange)
            guard held.count % 100 == 0 else { continue }
            #expect(try get(server, "/healthz").hasPrefix("HTTP/1.1 200 "))
        }
        #expect(held[0].isClosed())
    }

    @Test("a connection that is answered again and again outlives silent ones")
    func leastRecent() throws {
        var limits = HTTPLimits()
        limits.connections = 4
        let server = try server(limits)
        let busy = try #require(SocketExchange(port: server.port))
        var silent: [SocketExchange] = []
        for _ in 0..<20 {
            busy.send("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(busy.read(until: "\r\n\r\nok\n").hasPrefix("HTTP/1.1 200 "))
            silent.append(try #require(SocketExchange(port: server.port)))
        }
        #expect(silent[0].isClosed())
    }

    @Test("closes a request whose head does not come to its end in time")
    func lateHead() throws {
        var limits = HTTPLimits()
        limits.timeoutSeconds = 0
        let server = try server(limits)
        let late = try #require(SocketExchange(port: server.port))
        late.send("GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ")
        // Taken after the first, so that one is taken too.
        #expect(try get(server, "/healthz").hasPrefix("HTTP/1.1 200 "))
        server.closeLate()
        #expect(late.isClosed())
        #expect(try get(server, "/healthz").hasPrefix("HTTP/1.1 200 "))
    }

    @Test("closes its port when it is stopped, twice as well")
    func stop() throws {
        let server = try server()
        let port = server.port
        let open = try #require(SocketExchange(port: port))
        server.stop()
        #expect(open.readAll().isEmpty)
        #expect(SocketExchange(port: port) == nil)
        server.stop()
    }

    @Test("says why it cannot listen")
    func refused() throws {
        let server = try server()
        #expect(throws: HTTPServerError.notListening(code: EADDRINUSE)) {
            try HTTPServer(host: "127.0.0.1", port: server.port, routes: [])
        }
        #expect(throws: HTTPServerError.unknownHost) {
            try HTTPServer(host: "no such host", port: 0, routes: [])
        }
        #expect(throws: HTTPServerError.notListening(code: EADDRNOTAVAIL)) {
            try HTTPServer(host: "192.0.2.1", port: 0, routes: [])
        }
    }
}
