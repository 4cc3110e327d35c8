internal import DocketCache
internal import DocketCore
internal import DocketMessages
package import DocketRPC
internal import DocketRuntime
package import DocketSystem
internal import DocketTelemetry
package import DocketWire

/// The calls of one connection: what its key may do, what the cache holds for it, and who serves
/// the rest.
package final class TenantSession: CallSession {
    /// Bytes of any request but an upload: more than the limits of all its fields together.
    private static let requestMaximum = 1 << 20
    /// An upload is held as bytes, documents and rows; short values take several times theirs.
    private static let uploadFactor = 6

    private let grant: Grant
    private let service: DocumentService

    init(_ grant: Grant, _ service: DocumentService) {
        self.grant = grant
        self.service = service
        grant.sessionBegan()
    }

    package var owner: ConnectionOwner {
        grant.tenant.map { .tenant($0.number) } ?? .administration
    }

    deinit { grant.sessionEnded() }

    package var isRevoked: Bool { grant.isExpiredOrRevoked }

    package func requestBounds(_ head: CallHead) -> RequestBounds {
        guard head.meta.method == DocketMethod.upload.rawValue else {
            return RequestBounds(messageBytes: Self.requestMaximum)
        }
        return RequestBounds(
            messageBytes: service.configuration.limits.batchBytes,
            workingFactor: Self.uploadFactor,
            field: "documents"
        )
    }

    package func admit(_ head: CallHead) -> CallStatus? {
        if let error = refusal(head) { return error.callStatus }
        return service.admission.enter(place(of: head))?.callStatus
    }

    private func place(of head: CallHead) -> Admission.Class {
        if let tenant = grant.tenant { return .tenant(tenant) }
        return head.meta.method == DocketMethod.revokeKey.rawValue ? .revocation : .administration
    }

    private func refusal(_ head: CallHead) -> DocketError? {
        guard !grant.isExpiredOrRevoked else {
            return DocketError(
                .unauthenticated,
                "the key is no longer valid",
                isNotProcessed: true
            )
        }
        guard let method = DocketMethod(rawValue: head.meta.method) else {
            return DocketError(
                .unimplemented,
                "there is no method \(head.meta.method)",
                isNotProcessed: true
            )
        }
        guard method.isServed else { return .unserved(method.name) }
        let needsAdministration = method.needsAdministration
        guard needsAdministration == (grant.tenant == nil),
            !grant.scopes.isDisjoint(with: method.allowingScopes)
        else {
            return DocketError(
                .permissionDenied,
                "the key may not call \(method.name)",
                isNotProcessed: true
            )
        }
        return nil
    }

    package func answerAtOnce(
        _ head: CallHead,
        body: RawSpan,
        into reply: inout ReplyWriter
    ) -> Bool {
        guard head.meta.method == DocketMethod.search.rawValue, let tenant = grant.tenant,
            !grant.isExpiredOrRevoked, grant.scopes.contains(.read),
            let cached = service.searcher.cached(tenant, .raw, body, head.meta, at: head.arrived)
        else { return false }
        service.searcher.renewIfDue(cached, body, grant, head.meta, turn)
        reply.body = cached.body
        reply.origin.source = .l1
        reply.origin.asOfMicroseconds = UInt64(clamping: cached.asOfMicroseconds)
        reply.origin.approximate = cached.isApproximate
        return true
    }

    private var turn: TurnBudget { TurnBudget(service.threads, of: grant.tenant) }

    package func answeredAtOnce(_ count: Int, since arrival: MonotonicTime) {
        service.metrics.answeredSearches(
            count,
            of: grant.quota,
            nanoseconds: MonotonicTime.now().nanoseconds(since: arrival)
        )
    }

    package func serve(_ call: ServerCall) async {
        let work = WorkLimit(deadlineNanoseconds: call.head.deadline.nanoseconds)
        let caller = Caller(
            grant: grant,
            meta: call.head.meta,
            work: work,
            turn: turn
        )
        await withTaskCancellationHandler {
            await service.serve(call, caller)
        } onCancel: {
            work.stop()
        }
    }

    package func ended(_ head: CallHead, _ status: StatusCode) {
        service.admission.leave(place(of: head))
        service.metrics.ended(
            head.meta.method,
            isAdministration: grant.tenant == nil,
            status,
            took: MonotonicTime.now() - head.arrived
        )
    }
}
