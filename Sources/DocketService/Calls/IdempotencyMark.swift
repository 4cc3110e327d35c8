internal import DocketCore
internal import DocketCrypto
internal import DocketWire

/// What tells a repeated write from another: the caller's key and a hash of the request.
struct IdempotencyMark: Sendable {
    private let key: [UInt8]
    private let method: DocketMethod
    private let bodyHash: [UInt8]

    fileprivate init(_ key: [UInt8], _ method: DocketMethod, _ body: [UInt8]) {
        self.key = key
        self.method = method
        bodyHash = SHA256.hash(body)
    }

    /// As the store takes it, which keeps the note with the outcomes.
    func keeping(_ note: [UInt8] = []) -> Idempotency {
        Idempotency(key: key, method: method.rawValue, bodyHash: bodyHash, note: note)
    }
}

extension Caller {
    /// What makes the write safe to repeat, when the call has an idempotency key; takes as long as
    /// a hash of `body`.
    func idempotency(
        for method: DocketMethod,
        _ body: [UInt8],
        _ limits: Limits
    ) throws(DocketError) -> IdempotencyMark? {
        guard !meta.idempotencyKey.isEmpty else { return nil }
        guard meta.idempotencyKey.count <= limits.idempotencyKeyBytes else {
            throw .invalid(
                "idempotency_key",
                "is \(meta.idempotencyKey.count) bytes, the limit is \(limits.idempotencyKeyBytes)",
                limit: limits.idempotencyKeyBytes
            )
        }
        return IdempotencyMark(meta.idempotencyKey, method, body)
    }
}
