import DocketWire
import Foundation
import Testing

/// The repository's own files, found from where this one is.
enum Repository {
    static func text(_ path: String, file: String = #filePath) throws -> String {
        let here = URL(fileURLWithPath: file).resolvingSymlinksInPath()
        let root = here.deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
    }
}

@Suite("Codes in the contract", .timeLimit(.minutes(5)))
struct ContractTests {
    /// Number by name of the values of an enum whose names begin with `prefix`.
    private func values(_ prefix: String) throws -> [String: Int] {
        let text = try Repository.text("proto/docket/v1/wire.proto")
        var values: [String: Int] = [:]
        for line in text.split(separator: "\n") {
            let words = line.split(whereSeparator: { " =;".contains($0) })
            guard words.count >= 2, words[0].hasPrefix(prefix) else { continue }
            values[String(words[0].dropFirst(prefix.count))] = Int(words[1])
        }
        return values
    }

    @Test("status codes are the same in wire.proto and here")
    func statusCodes() throws {
        let codes: [String: StatusCode] = [
            "OK": .ok, "CANCELLED": .cancelled, "UNKNOWN": .unknown,
            "INVALID_ARGUMENT": .invalidArgument, "DEADLINE_EXCEEDED": .deadlineExceeded,
            "NOT_FOUND": .notFound, "ALREADY_EXISTS": .alreadyExists,
            "PERMISSION_DENIED": .permissionDenied, "RESOURCE_EXHAUSTED": .resourceExhausted,
            "FAILED_PRECONDITION": .failedPrecondition, "ABORTED": .aborted,
            "OUT_OF_RANGE": .outOfRange, "UNIMPLEMENTED": .unimplemented,
            "INTERNAL": .internalError, "UNAVAILABLE": .unavailable, "DATA_LOSS": .dataLoss,
            "UNAUTHENTICATED": .unauthenticated,
        ]
        #expect(try values("STATUS_CODE_") == codes.mapValues { Int($0.rawValue) })
    }

    @Test("reasons of GOAWAY are the same in wire.proto and here")
    func goAwayReasons() throws {
        let reasons: [String: GoAway.Reason] = [
            "SHUTDOWN": .shutdown, "AGE": .age, "IDLE": .idle, "PROTOCOL_ERROR": .protocolError,
            "FRAME_TOO_LARGE": .frameTooLarge, "FLOW_CONTROL": .flowControl, "TIMEOUT": .timeout,
            "TOO_MANY_PINGS": .tooManyPings, "TOO_MANY_CANCELS": .tooManyCancels,
            "TOO_MANY_EMPTY_FRAMES": .tooManyEmptyFrames, "UNAUTHENTICATED": .unauthenticated,
            "UNACCEPTABLE_LIMITS": .unacceptableLimits,
            "TOO_MANY_CONNECTIONS": .tooManyConnections, "INTERNAL_ERROR": .internalError,
        ]
        #expect(try values("GO_AWAY_REASON_") == reasons.mapValues { Int($0.rawValue) })
    }

    @Test("sources of a reply are the same in wire.proto and here")
    func sources() throws {
        let sources: [String: ReplyOrigin.Source] = [
            "NONE": .none, "L1": .l1, "L2": .l2, "ENGINE": .engine,
        ]
        #expect(try values("REPLY_SOURCE_") == sources.mapValues { Int($0.rawValue) })
    }
}
