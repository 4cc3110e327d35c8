package import DocketTelemetry

/// What is answered to a request.
package struct HTTPReply: Sendable {
    package var status: UInt16
    package var contentType: String
    package var body: [UInt8]

    package init(status: UInt16, contentType: String, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }

    /// A line of plain text.
    package static func text(_ status: UInt16, _ line: String) -> HTTPReply {
        HTTPReply(
            status: status,
            contentType: "text/plain; charset=utf-8",
            body: Array("\(line)\n".utf8)
        )
    }
}

/// A path, and what answers GET and HEAD on it.
package struct HTTPRoute: Sendable {
    /// The whole path, without query.
    package let path: String
    /// Runs on the server's only thread, so it takes no longer than a look at memory.
    package let answer: @Sendable () -> HTTPReply

    package init(_ path: String, _ answer: @escaping @Sendable () -> HTTPReply) {
        self.path = path
        self.answer = answer
    }

    /// `/healthz`: the process runs.
    package static let health = HTTPRoute("/healthz") { .text(200, "ok") }

    /// `/readyz`: 200 while `obstacle` is nil, 503 with what it says otherwise.
    package static func readiness(
        unless obstacle: @escaping @Sendable () -> String?
    ) -> HTTPRoute {
        HTTPRoute("/readyz") {
            obstacle().map { .text(503, $0) } ?? .text(200, "ready")
        }
    }

    /// `/metrics`: all metrics, for Prometheus.
    package static func metrics(_ registry: MetricsRegistry) -> HTTPRoute {
        HTTPRoute("/metrics") {
            HTTPReply(
                status: 200,
                contentType: "text/plain; version=0.0.4; charset=utf-8",
                body: Array(registry.text().utf8)
            )
        }
    }
}
