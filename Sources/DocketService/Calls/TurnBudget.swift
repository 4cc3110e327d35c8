internal import DocketCore
internal import DocketMessages
internal import DocketRuntime
internal import DocketSystem
internal import DocketWire
internal import Synchronization

/// What of a call is done in the turn of its event loop, by bytes.
///
/// The rest is done beside the loop, on threads that tenants share fairly.
///
/// A turn takes at most 2 ms, with the calls of many connections in it.
struct TurnBudget: Sendable {
    /// Bytes that are read, checked and hashed, or written, in some 100 µs.
    static let bytes = 32 << 10
    /// Bytes that are freed, whatever was made of them, in some 100 µs.
    static let freedBytes = 256 << 10

    private let threads: FairThreads
    private let owner: UInt64

    /// The budget of a tenant's calls, or of those of administration for nil.
    init(_ threads: FairThreads, of tenant: TenantID?) {
        self.threads = threads
        owner = tenant?.number ?? 0
    }

    /// Runs `work` on so many bytes: here when they are few, beside the loop otherwise.
    func run<Value: Sendable>(
        on count: Int,
        _ work: @escaping @Sendable () throws(DocketError) -> Value
    ) async throws(DocketError) -> Value {
        guard count > Self.bytes else { return try work() }
        let result: Result<Value, DocketError>
        do throws(FairThreadsRefusal) {
            result = try await threads.run(for: owner, .interactive) { _ in
                Result { () throws(DocketError) in try work() }
            }
        } catch {
            throw DocketError(.unavailable, "the server stops", isNotProcessed: true)
        }
        return try result.get()
    }

    /// The request in `body`.
    func decode<Request: WireMessage>(
        _ type: Request.Type,
        _ body: [UInt8]
    ) async throws(DocketError) -> Request {
        try await run(on: body.count) { () throws(DocketError) in
            try Request.decode(body.rawSpan)
        }
    }

    /// The body of `reply`, which is freed where it is encoded.
    func encode(_ reply: consuming some SizedReply) async throws(DocketError) -> [UInt8] {
        let count = reply.roughBytes(upTo: Self.bytes)
        guard count > Self.bytes else { return reply.encode() }
        let last = LastReference(reply)
        return try await run(on: count) { last.take()?.encode() ?? [] }
    }

    /// Frees what was made of so many bytes: here when they are few, beside the loop otherwise.
    ///
    /// Nobody else may refer to `value`, or it is freed by who does so longest.
    func free<Value: Sendable>(_ value: consuming Value, of count: Int) async {
        guard count > Self.freedBytes else { return }
        let last = LastReference(value)
        // Once the threads have ended nobody waits for a turn.
        try? await threads.run(for: owner, .interactive) { _ in _ = last.take() }
    }
}

/// Hands a value to another thread so that it is freed there: the closure that does the work is
/// freed by the one who waits for it.
private final class LastReference<Value: Sendable>: Sendable {
    private let value: Mutex<Value?>

    init(_ value: consuming Value) { self.value = Mutex(value) }

    /// The value, the first time.
    func take() -> Value? { value.withLock { $0.take() } }
}

extension FairThreads {
    /// Threads for the bytes of large calls; one tenant has at most one of them at a time.
    static func forLargeCalls(_ count: Int) throws(ThreadError) -> FairThreads {
        var limits = FairSchedule.Limits()
        limits.width = max(1, count)
        limits.begun = limits.width
        limits.ownerBegun = 1
        // Calls are bounded by admission.
        limits.ownerWaiting = .max
        limits.delayTarget = .max
        return try FairThreads(name: "codec", limits)
    }
}
