internal import DocketCore
internal import DocketWire

/// Who calls, what the call brings beside its body, and what ends its work.
struct Caller: Sendable {
    let grant: Grant
    let meta: CallMeta
    /// Stopped when the caller gave up, the deadline passed or the connection is lost.
    let work: WorkLimit

    /// The tenant whose data the call is about.
    ///
    /// - Throws: ``DocketError`` `permissionDenied` for a key of administration.
    func tenant() throws(DocketError) -> TenantID {
        guard let tenant = grant.tenant else {
            throw DocketError(
                .permissionDenied,
                "a key of administration opens no tenant's documents"
            )
        }
        return tenant
    }

    /// Refuses all but keys of administration.
    func requireAdministration() throws(DocketError) {
        guard grant.tenant == nil, grant.scopes.contains(.admin) else {
            throw DocketError(.permissionDenied, "this needs a key of administration")
        }
    }
}

/// A reply's body with what its metadata says of it.
struct Answer: Sendable {
    var body: [UInt8]
    var source: ReplyMeta.Source = .none
    /// Microseconds since 1970 that the body is known to hold for; 0 for now.
    var asOfMicroseconds: Int64 = 0
    var isDegraded = false

    init(_ body: [UInt8]) { self.body = body }
}

/// What answers one unary method.
protocol UnaryMethod: Sendable {
    /// - Throws: ``DocketError``, which the peer gets as it is.
    func answer(_ body: [UInt8], _ caller: Caller) async throws(DocketError) -> Answer
}
