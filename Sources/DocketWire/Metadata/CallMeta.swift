internal import DocketSystem

/// A call's place in a trace, as W3C Trace Context has it.
package struct TraceParent: Hashable, Sendable {
    /// Bytes on the wire: 16 of the trace, 8 of the span, 1 of flags.
    package static let size = 25

    package var traceIDHigh: UInt64
    package var traceIDLow: UInt64
    package var spanID: UInt64
    package var flags: UInt8

    package init(traceIDHigh: UInt64, traceIDLow: UInt64, spanID: UInt64, flags: UInt8) {
        self.traceIDHigh = traceIDHigh
        self.traceIDLow = traceIDLow
        self.spanID = spanID
        self.flags = flags
    }

    fileprivate init?(_ bytes: RawSpan) {
        guard bytes.byteCount == Self.size else { return nil }
        self.init(
            traceIDHigh: bytes.bigEndian64(at: 0),
            traceIDLow: bytes.bigEndian64(at: 8),
            spanID: bytes.bigEndian64(at: 16),
            flags: bytes.byte(at: 24)
        )
    }

    fileprivate func encode(_ field: Int, into writer: inout ByteWriter) {
        writer.appendTag(field, .bytes)
        writer.appendVarint(UInt64(Self.size))
        writer.append(traceIDHigh)
        writer.append(traceIDLow)
        writer.append(spanID)
        writer.append(flags)
    }
}

/// What is about a call and not about its request: the metadata of CALL.
package struct CallMeta: Hashable, Sendable {
    /// Longest idempotency key: 128 bytes.
    package static let idempotencyKeyMaximum = 128
    /// Longest request id: 64 bytes.
    package static let requestIDMaximum = 64

    /// Which method is called, by its number.
    package var method: UInt16 = 0
    /// How long the caller still waits, from the arrival of this frame; 0 when it did not say.
    package var timeoutMilliseconds: UInt32 = 0
    /// How old a cached reply may be; 0 for none older than the newest change known.
    package var maxStaleMilliseconds: UInt32 = 0
    /// A reply from the cache is welcome, flagged, while the search engine is down.
    package var allowDegraded = false
    /// Answer from the engine even where a cached reply would do.
    package var bypassCache = false
    /// Makes the same change twice into one; empty for none.
    package var idempotencyKey: [UInt8] = []
    /// The span of the caller, if it traces.
    package var traceParent: TraceParent?
    /// 0 for the first try, then 1, 2, ...
    package var attempt: UInt8 = 0
    /// The caller's name for the call, for logs; empty to have the server make one.
    package var requestID = ""

    /// Metadata of a call of `method`.
    package init(method: UInt16 = 0) { self.method = method }
}

// MARK: - Protobuf

extension CallMeta {
    /// Writes the message `docket.v1.CallMeta`.
    package func encode(into writer: inout ByteWriter) {
        writer.appendField(1, method)
        writer.appendField(2, timeoutMilliseconds)
        writer.appendField(3, maxStaleMilliseconds)
        writer.appendField(4, allowDegraded)
        writer.appendField(5, bypassCache)
        writer.appendField(6, idempotencyKey)
        traceParent?.encode(7, into: &writer)
        writer.appendField(8, attempt)
        writer.appendField(9, requestID)
    }

    /// Reads the message `docket.v1.CallMeta`; unknown fields are skipped.
    ///
    /// A trace context of another length is ignored: it must never fail a call.
    package static func decode(_ bytes: RawSpan) throws(ProtobufError) -> CallMeta {
        var reader = ProtobufReader(bytes)
        var meta = CallMeta()
        while let field = try reader.nextField() {
            try meta.read(field, from: &reader)
        }
        return meta
    }

    private mutating func read(
        _ field: ProtobufField,
        from reader: inout ProtobufReader
    ) throws(ProtobufError) {
        switch field.number {
        case 1: method = try reader.readNumber(field)
        case 2: timeoutMilliseconds = try reader.readNumber(field)
        case 3: maxStaleMilliseconds = try reader.readNumber(field)
        case 4: allowDegraded = try reader.readBool(field)
        case 5: bypassCache = try reader.readBool(field)
        case 6:
            let maximum = Self.idempotencyKeyMaximum
            idempotencyKey = try reader.readBytes(field, maximum: maximum).copied()
        case 7: traceParent = TraceParent(try reader.readBytes(field))
        case 8: attempt = try reader.readNumber(field)
        case 9: requestID = try reader.readString(field, maximum: Self.requestIDMaximum)
        default: try reader.skip(field.wireType)
        }
    }
}
