internal import DocketCore
internal import DocketMessages
internal import DocketSystem
internal import DocketTelemetry
internal import DocketWire

/// The layer that logs calls which took long.
struct SlowCallLog: Sendable {
    let logger: Logger
    /// Calls that take longer are logged.
    let limit: Duration
    /// Whether the line of a search shows its query.
    let showsQueries: Bool

    /// A call has ended; `body` is nil when its request never came.
    func ended(_ call: CallContext, _ body: [UInt8]?) {
        let took = call.took
        guard took > limit else { return }
        var fields: LogFields = [
            "method": .string(call.method?.name ?? ""),
            "tenant": .unsigned(call.caller.grant.tenant?.number ?? 0),
            "took_us": .microseconds(took), "request_id": .string(call.requestID),
        ]
        if showsQueries, let body, let query = Self.query(call, body) {
            fields.append("query", .string(query))
        }
        logger.warning("slow call", fields)
    }

    /// What a search looks for, cut and without control characters; nil for other calls.
    private static func query(_ call: CallContext, _ body: [UInt8]) -> String? {
        guard call.method == .search, body.count <= TurnBudget.bytes else { return nil }
        return (try? SearchRequest.decode(body.rawSpan))?.query.printable(maximum: 256)
    }
}
