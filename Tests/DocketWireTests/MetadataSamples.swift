import DocketWire
import Testing

/// One message of `wire.proto` with every field set, and its bytes as `protoc` writes them.
struct MetadataSample: Sendable {
    let name: String
    /// By `protoc --encode` from the same values.
    let golden: [UInt8]
    /// What this code writes for those values.
    let encoded: [UInt8]
    /// Decodes, and encodes what came out.
    let recode: @Sendable ([UInt8]) throws(ProtobufError) -> [UInt8]

    static let all: [MetadataSample] = [
        MetadataSample(
            name: "CallMeta",
            golden: [UInt8](
                hex: """
                    080310dc0b18904e2001280132046b2d01ff3a190102030405060708090a0b0c0d0e0f10
                    1112131415161718 0140024a067265712dc3bc
                    """
            ),
            encoded: written(callMeta.encode),
            recode: { bytes throws(ProtobufError) in
                written(try CallMeta.decode(bytes).encode)
            }
        ),
        MetadataSample(
            name: "ReplyMeta",
            golden: [UInt8](
                hex: """
                    0a4008081208746f6f206d616e791a210a09646f63756d656e7473100018e807220f6d6f
                    7265207468616e20312c3030301a0b0a0269642205656d7074792000280110021880a6e2
                    d5d18891032001280130ac063a027231
                    """
            ),
            encoded: written(replyMeta.encode),
            recode: { bytes throws(ProtobufError) in
                written(try ReplyMeta.decode(bytes).encode)
            }
        ),
        MetadataSample(
            name: "Hello",
            golden: [UInt8](
                hex: """
                    0a15088080081080401880808008208080202880808002120201001a07646b5f74657374
                    2210646f636b65742d73776966742f302e312801
                    """
            ),
            encoded: written(hello.encode),
            recode: { bytes throws(ProtobufError) in
                written(try Hello.decode(bytes).encode)
            }
        ),
        MetadataSample(
            name: "HelloAck",
            golden: [UInt8](
                hex: """
                    0a1308808004108020188080402080801028808040122808800210904e18e0a71220c0ee
                    6d28b0ea0130c80138e80740e0a712488f4e508080801058a09c011a3308011002180320
                    0428053006380740084809500a580b600c680d700e780f800110880111900112980113a0
                    0114a80115b00116220200012a0273313001
                    """
            ),
            encoded: written(helloAck.encode),
            recode: { bytes throws(ProtobufError) in
                written(try HelloAck.decode(bytes).encode)
            }
        ),
        MetadataSample(
            name: "GoAway",
            golden: [UInt8](hex: "08ffffffff07100118b0ea0120002a0c636f6e6e65637420616e6577"),
            encoded: written(goAway.encode),
            recode: { bytes throws(ProtobufError) in
                written(try GoAway.decode(bytes).encode)
            }
        ),
    ]
}

// MARK: - The values behind the samples

extension MetadataSample {
    static var callMeta: CallMeta {
        var meta = CallMeta(method: 3)
        meta.timeoutMilliseconds = 1500
        meta.maxStaleMilliseconds = 10_000
        meta.allowDegraded = true
        meta.bypassCache = true
        meta.idempotencyKey = [0x6b, 0x2d, 0x01, 0xff]
        meta.traceParent = TraceParent(
            traceIDHigh: 0x0102_0304_0506_0708,
            traceIDLow: 0x090a_0b0c_0d0e_0f10,
            spanID: 0x1112_1314_1516_1718,
            flags: 1
        )
        meta.attempt = 2
        meta.requestID = "req-ü"
        return meta
    }

    static var replyMeta: ReplyMeta {
        let details = [
            StatusDetail(field: "documents", item: 0, limit: 1000, reason: "more than 1,000"),
            StatusDetail(field: "id", reason: "empty"),
        ]
        var meta = ReplyMeta(
            status: CallStatus(
                .resourceExhausted,
                "too many",
                details: details,
                retryAfterMilliseconds: 0,
                notProcessed: true
            )
        )
        meta.origin.source = .l2
        meta.origin.asOfMicroseconds = 1_763_913_452_000_000
        meta.origin.degraded = true
        meta.origin.approximate = true
        meta.origin.tookMicroseconds = 812
        meta.requestID = "r1"
        return meta
    }

    static var hello: Hello {
        var hello = Hello()
        hello.codecs = [1, 0]
        hello.credential = Array("dk_test".utf8)
        hello.agent = "docket-swift/0.1"
        hello.features = 1
        return hello
    }

    static var helloAck: HelloAck {
        var ack = HelloAck()
        ack.receive.frameRawMaximum = 65_536
        ack.receive.metaMaximum = 4096
        ack.receive.messageMaximum = 1 << 20
        ack.receive.initialStreamCredit = 256 << 10
        ack.receive.initialConnectionCredit = 1 << 20
        ack.connection.connectionsRemaining = 9999
        ack.service = serviceLimits
        ack.codecs = [0, 1]
        ack.serverID = "s1"
        ack.features = 1
        return ack
    }

    /// Each limit is the number of its field.
    private static var serviceLimits: ServiceLimits {
        var limits = ServiceLimits()
        (limits.documentBytes, limits.batchDocuments, limits.batchBytes) = (1, 2, 3)
        (limits.idBytes, limits.titleBytes, limits.attributes) = (4, 5, 6)
        (limits.attributeValues, limits.attributeValueBytes, limits.nameBytes) = (7, 8, 9)
        (limits.queryBytes, limits.queryTerms, limits.filterDepth) = (10, 11, 12)
        (limits.filterNodes, limits.pageHits, limits.facets) = (13, 14, 15)
        (limits.facetValues, limits.sortKeys, limits.ids) = (16, 17, 18)
        (limits.replyBytes, limits.idempotencyKeyBytes, limits.candidates) = (19, 20, 21)
        limits.searchedAttributes = 22
        return limits
    }

    static let goAway = GoAway(
        lastStream: GoAway.allStreams,
        reason: .age,
        graceMilliseconds: 30_000,
        retryAfterMilliseconds: 0,
        message: "connect anew"
    )
}

extension MetadataSample: CustomTestStringConvertible {
    var testDescription: String { name }
}
