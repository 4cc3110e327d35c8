/// Where a reply came from and what it is worth.
package struct ReplyOrigin: Hashable, Sendable {
    /// Where an answer came from.
    package enum Source: UInt8, Hashable, Sendable {
        /// It was not looked up: an upload, an error.
        case none = 0
        /// The memory of the server that answered.
        case l1 = 1
        /// The shared cache.
        case l2 = 2
        /// The engine or the store.
        case engine = 3
    }

    package var source = Source.none
    /// As of when the answer is right, in microseconds since 1970; 0 when that means nothing.
    package var asOfMicroseconds: UInt64 = 0
    /// Answered from a cache because the engine could not be asked.
    package var degraded = false
    /// Totals or facets may be off, because only part of the matches was looked at.
    package var approximate = false
    /// From the arrival of the call to this frame, by the server's clock; 0 for an answer that was
    /// given in the turn that read the call.
    package var tookMicroseconds: UInt64 = 0

    package init() {}

    /// Writes these fields of `docket.v1.ReplyMeta`, and `requestID` behind them.
    package func encode(requestID: String, into writer: inout ByteWriter) {
        writer.appendField(2, source.rawValue)
        writer.appendField(3, asOfMicroseconds)
        writer.appendField(4, degraded)
        writer.appendField(5, approximate)
        writer.appendField(6, tookMicroseconds)
        if !requestID.isEmpty {
            writer.appendField(7, requestID.printable(maximum: CallMeta.requestIDMaximum))
        }
    }
}

/// What is about a reply and not in its body: the metadata of the last DATA and of STATUS.
package struct ReplyMeta: Hashable, Sendable {
    /// How the call ended; `ok` on the last DATA.
    package var status = CallStatus.ok
    package var origin = ReplyOrigin()
    /// The name under which the server logged the call.
    package var requestID = ""

    /// The end of a call with `status`.
    package init(status: CallStatus = .ok) { self.status = status }
}

// MARK: - Protobuf

extension ReplyMeta {
    /// Writes the message `docket.v1.ReplyMeta`; it always fits in 8 KiB.
    package func encode(into writer: inout ByteWriter) {
        if status.code != .ok { writer.appendMessage(1, status.encode) }
        origin.encode(requestID: requestID, into: &writer)
    }

    /// Reads the message `docket.v1.ReplyMeta`; unknown fields are skipped.
    package static func decode(_ bytes: RawSpan) throws(ProtobufError) -> ReplyMeta {
        var reader = ProtobufReader(bytes)
        var meta = ReplyMeta()
        var hasStatus = false
        while let field = try reader.nextField() {
            switch field.number {
            case 1:
                if hasStatus { throw .duplicateMessage(field: 1) }
                hasStatus = true
                meta.status = try CallStatus.decode(reader.readBytes(field))
            case 2:
                let source = ReplyOrigin.Source(rawValue: try reader.readNumber(field))
                meta.origin.source = source ?? .none
            case 3: meta.origin.asOfMicroseconds = try reader.readNumber(field)
            case 4: meta.origin.degraded = try reader.readBool(field)
            case 5: meta.origin.approximate = try reader.readBool(field)
            case 6: meta.origin.tookMicroseconds = try reader.readNumber(field)
            case 7:
                meta.requestID = try reader.readString(
                    field,
                    maximum: CallMeta.requestIDMaximum
                )
            default: try reader.skip(field.wireType)
            }
        }
        return meta
    }
}
