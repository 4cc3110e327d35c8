internal import DocketRPC
internal import DocketRuntime
internal import DocketSystem
internal import DocketTestKit
internal import DocketWire

/// Serves each call as its ``Behaviour`` says; every credential is welcome.
struct BehaviourServer: CallServer {
    let report: AsyncStream<TestServer.Event>.Continuation
    let gate: Gate

    func open(_ connection: ConnectionInfo) async throws(CallFailure) -> any CallSession {
        BehaviourSession(report: report, gate: gate)
    }
}

private final class BehaviourSession: CallSession {
    let isRevoked = false
    let owner = ConnectionOwner.tenant(1)
    private let report: AsyncStream<TestServer.Event>.Continuation
    private let gate: Gate

    init(report: AsyncStream<TestServer.Event>.Continuation, gate: Gate) {
        self.report = report
        self.gate = gate
    }

    func answerAtOnce(_ head: CallHead, body: RawSpan, into reply: inout ReplyWriter) -> Bool {
        head.meta.method == Behaviour.atOnce.rawValue
    }

    func answeredAtOnce(_ count: Int, since arrival: MonotonicTime) {
        report.yield(.answered(count, turn: arrival))
    }

    func admit(_ head: CallHead) -> CallStatus? {
        Behaviour(rawValue: head.meta.method) == nil
            ? CallStatus(.unimplemented, "there is no such method", notProcessed: true) : nil
    }

    func requestBounds(_ head: CallHead) -> RequestBounds {
        let behaviour = Behaviour(rawValue: head.meta.method)
        return RequestBounds(
            messageBytes: 16 << 20,
            isOneMessage: behaviour == .single,
            workingFactor: behaviour == .held ? 4 : 1
        )
    }

    func ended(_ head: CallHead, _ status: StatusCode) {
        if let behaviour = Behaviour(rawValue: head.meta.method) { report.yield(.ended(behaviour)) }
    }

    func serve(_ call: ServerCall) async {
        guard let behaviour = Behaviour(rawValue: call.head.meta.method) else { return }
        report.yield(.began(behaviour))
        do {
            try await serve(call, behaviour)
        } catch let failure as CallFailure where !Task.isCancelled {
            await call.fail(failure.status)
        } catch {
            report.yield(.cancelled(behaviour))
        }
    }

    private func serve(_ call: ServerCall, _ behaviour: Behaviour) async throws {
        switch behaviour {
        case .only: try await call.finish(call.receiveOnly())
        case .echo:
            while let message = try await call.receive() { try await call.send(message) }
            try await call.finish()
        case .sized: try await sendSized(call)
        case .sum:
            var sum = 0
            while let message = try await call.receive() { sum += message.count }
            var writer = ByteWriter()
            writer.append(UInt64(sum))
            try await call.finish(writer.bytes)
        case .hold:
            try await Task.sleep(for: .seconds(3600))
        case .stubborn:
            await gate.passUncancelled()
            try await call.finish()
        case .fail:
            let request = try await call.receive() ?? []
            throw CallFailure(
                StatusCode(rawValue: request.first ?? 2),
                String(decoding: request.dropFirst(), as: UTF8.self)
            )
        case .failLate:
            try await call.send([1])
            try await call.send([2])
            throw CallFailure(.aborted, "after two")
        case .nothing, .early, .atOnce: try await call.finish()
        case .single:
            _ = try await call.receive()
            await gate.pass()
            try await call.finish()
        case .held:
            let message = try await call.receive() ?? []
            report.yield(.sent(message.count))
            await gate.pass()
            try await call.finish([1])
        case .detailed:
            throw CallFailure(
                CallStatus(
                    .invalidArgument,
                    "three are wrong",
                    details: (UInt32(0)..<3).map {
                        StatusDetail(field: "field-\($0)", item: $0, limit: 7, reason: "too long")
                    },
                    retryAfterMilliseconds: 250
                )
            )
        }
    }

    private func sendSized(_ call: ServerCall) async throws {
        let request = try await call.receive() ?? []
        let sizes = stride(from: 0, to: request.count, by: 4).map {
            Int(request.rawSpan.bigEndian32(at: $0))
        }
        for (number, size) in sizes.enumerated() {
            try await call.send([UInt8](repeating: UInt8(truncatingIfNeeded: number), count: size))
            report.yield(.sent(number))
        }
        try await call.finish()
    }
}
