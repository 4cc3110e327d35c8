internal import DocketSystem

/// The server's answer to HELLO: every limit that it enforces, so that none comes as a surprise.
package struct HelloAck: Hashable, Sendable {
    /// Longest name of a server: 64 bytes.
    package static let serverIDMaximum = 64

    /// What the server receives, and the credit that the client starts with.
    package var receive = ReceiveLimits()
    /// What belongs to the connection.
    package var connection = ConnectionLimits()
    /// What the service asks of requests.
    package var service = ServiceLimits()
    /// The codecs that the server reads; identity is always read.
    package var codecs: [UInt8] = [FrameCodec.identity.rawValue]
    /// A name for the process that answers, for logs.
    package var serverID = ""
    /// Optional behaviours that both understand, a bit each; none in version 1.
    package var features: UInt64 = 0

    package init() {}
}

/// Limits of a connection beyond the sizes of what is received; 0 means not limited.
package struct ConnectionLimits: Hashable, Sendable {
    /// Most calls open at once: 256.
    package var streamsMaximum: UInt32 = 256
    /// Least time between two pings of the client: 10 s.
    package var pingMinimumMilliseconds: UInt32 = 10_000
    /// Time without a frame and without a call after which the server closes: 5 min.
    package var idleTimeoutMilliseconds: UInt32 = 300_000
    /// Age at which the server sends GOAWAY, already jittered: 30 min.
    package var ageMaximumMilliseconds: UInt32 = 1_800_000
    /// Time that calls have to end after GOAWAY: 30 s.
    package var graceMilliseconds: UInt32 = 30_000
    /// Most calls that may be cancelled in 30 s: 200.
    package var cancelsMaximum: UInt32 = 200
    /// Most frames in 30 s that carry nothing: 1,000.
    package var emptyFramesMaximum: UInt32 = 1000
    /// Longest time that a call may run, also when it gave no deadline: 5 min.
    package var callTimeoutMaximumMilliseconds: UInt32 = 300_000
    /// Connections that this server still takes.
    package var connectionsRemaining: UInt32 = 0
    /// Most bytes of messages that are not complete or wait for their turn, over all connections of
    /// the tenant: 32 MiB.
    package var incompleteBytesMaximum: UInt32 = 32 << 20
    /// Time after which a peer is cut that reads nothing of what waits for it: 20 s.
    package var unreadTimeoutMilliseconds: UInt32 = 20_000

    package init() {}
}

/// Limits of requests, as the service checks them; sizes in bytes, 0 means not limited.
package struct ServiceLimits: Hashable, Sendable {
    package var documentBytes: UInt32 = 0
    package var batchDocuments: UInt32 = 0
    package var batchBytes: UInt32 = 0
    package var idBytes: UInt32 = 0
    package var titleBytes: UInt32 = 0
    package var attributes: UInt32 = 0
    package var attributeValues: UInt32 = 0
    package var attributeValueBytes: UInt32 = 0
    package var nameBytes: UInt32 = 0
    package var queryBytes: UInt32 = 0
    package var queryTerms: UInt32 = 0
    package var filterDepth: UInt32 = 0
    package var filterNodes: UInt32 = 0
    package var pageHits: UInt32 = 0
    package var facets: UInt32 = 0
    package var facetValues: UInt32 = 0
    package var sortKeys: UInt32 = 0
    package var ids: UInt32 = 0
    package var replyBytes: UInt32 = 0
    package var idempotencyKeyBytes: UInt32 = 0
    package var candidates: UInt32 = 0
    package var searchedAttributes: UInt32 = 0

    package init() {}
}

// MARK: - Protobuf

/// A message of numbers only: its fields in the order of their numbers, from 1.
private protocol NumberMessage {
    static var fields: [WritableKeyPath<Self, UInt32>] { get }
    init()
}

extension NumberMessage {
    fileprivate func encode(into writer: inout ByteWriter) {
        for (place, field) in Self.fields.enumerated() {
            writer.appendField(place + 1, self[keyPath: field])
        }
    }

    /// Reads the message; a field that is missing is 0, also where a new value has a default.
    fileprivate static func decode(_ bytes: RawSpan) throws(ProtobufError) -> Self {
        var reader = ProtobufReader(bytes)
        var message = Self()
        for field in fields { message[keyPath: field] = 0 }
        while let field = try reader.nextField() {
            if fields.indices ~= field.number - 1 {
                message[keyPath: fields[field.number - 1]] = try reader.readNumber(field)
            } else {
                try reader.skip(field.wireType)
            }
        }
        return message
    }
}

extension ConnectionLimits: NumberMessage {
    fileprivate static var fields: [WritableKeyPath<ConnectionLimits, UInt32>] {
        [
            \.streamsMaximum, \.pingMinimumMilliseconds, \.idleTimeoutMilliseconds,
            \.ageMaximumMilliseconds, \.graceMilliseconds, \.cancelsMaximum,
            \.emptyFramesMaximum, \.callTimeoutMaximumMilliseconds, \.connectionsRemaining,
            \.incompleteBytesMaximum, \.unreadTimeoutMilliseconds,
        ]
    }
}

extension ServiceLimits: NumberMessage {
    fileprivate static var fields: [WritableKeyPath<ServiceLimits, UInt32>] {
        [
            \.documentBytes, \.batchDocuments, \.batchBytes, \.idBytes, \.titleBytes,
            \.attributes, \.attributeValues, \.attributeValueBytes, \.nameBytes, \.queryBytes,
            \.queryTerms, \.filterDepth, \.filterNodes, \.pageHits, \.facets, \.facetValues,
            \.sortKeys, \.ids, \.replyBytes, \.idempotencyKeyBytes, \.candidates,
            \.searchedAttributes,
        ]
    }
}

extension HelloAck {
    /// Writes the message `docket.v1.HelloAck`.
    package func encode(into writer: inout ByteWriter) {
        writer.appendMessage(1, receive.encode)
        writer.appendMessage(2, connection.encode)
        writer.appendMessage(3, service.encode)
        writer.appendField(4, codecs)
        writer.appendField(5, serverID.printable(maximum: Self.serverIDMaximum))
        writer.appendField(6, features)
    }

    /// Reads the message `docket.v1.HelloAck`; unknown fields are skipped.
    package static func decode(_ bytes: RawSpan) throws(ProtobufError) -> HelloAck {
        var reader = ProtobufReader(bytes)
        var ack = HelloAck()
        var seen: Set<Int> = []
        while let field = try reader.nextField() {
            if (1...3).contains(field.number), !seen.insert(field.number).inserted {
                throw .duplicateMessage(field: field.number)
            }
            switch field.number {
            case 1: ack.receive = try ReceiveLimits.decode(reader.readBytes(field))
            case 2: ack.connection = try ConnectionLimits.decode(reader.readBytes(field))
            case 3: ack.service = try ServiceLimits.decode(reader.readBytes(field))
            case 4:
                ack.codecs = try reader.readBytes(field, maximum: Hello.codecsMaximum).copied()
            case 5: ack.serverID = try reader.readString(field, maximum: serverIDMaximum)
            case 6: ack.features = try reader.readNumber(field)
            default: try reader.skip(field.wireType)
            }
        }
        return ack
    }
}
