/// One thing that is wrong with a request.
package struct StatusDetail: Hashable, Sendable {
    /// Longest field name that travels: 128 bytes.
    package static let fieldMaximum = 128
    /// Longest reason that travels: 256 bytes.
    package static let reasonMaximum = 256

    /// The field at fault as the contract names it, or empty.
    package var field: String
    /// Place in the request's list from 0, or nil when the whole request is meant.
    package var item: UInt32?
    /// The limit that was broken, in the field's unit, or 0.
    package var limit: UInt64
    /// What is wrong, in words.
    package var reason: String

    package init(field: String, item: UInt32? = nil, limit: UInt64 = 0, reason: String) {
        self.field = field
        self.item = item
        self.limit = limit
        self.reason = reason
    }
}

/// How a call ended, and what the caller can do about it.
package struct CallStatus: Hashable, Sendable {
    /// Longest message that travels: 1 KiB.
    package static let messageMaximum = 1 << 10
    /// Most details that travel: 100, and no more than fit in the metadata.
    package static let detailsMaximum = 100
    /// Bytes that details may take of the 8 KiB of metadata.
    package static let detailsBytesMaximum = 6 << 10

    package var code: StatusCode
    /// One lower-case sentence; never text of an engine.
    package var message: String
    package var details: [StatusDetail]
    /// How long to wait before another try, when the server knows.
    package var retryAfterMilliseconds: UInt32?
    /// True when the server certainly did nothing, so that a retry is always safe.
    package var notProcessed: Bool

    package init(
        _ code: StatusCode,
        _ message: String = "",
        details: [StatusDetail] = [],
        retryAfterMilliseconds: UInt32? = nil,
        notProcessed: Bool = false
    ) {
        self.code = code
        self.message = message
        self.details = details
        self.retryAfterMilliseconds = retryAfterMilliseconds
        self.notProcessed = notProcessed
    }

    /// The status of a call that went well.
    package static var ok: CallStatus { CallStatus(.ok) }

    /// The status of a call that a frame's fault ends.
    package init(_ error: FrameError) { self.init(error.statusCode, error.message) }
}

// MARK: - Protobuf

extension CallStatus {
    /// Writes the message `docket.v1.Status`, cut to its bounds, with control characters replaced.
    package func encode(into writer: inout ByteWriter) {
        writer.appendField(1, code.rawValue)
        writer.appendField(2, message.printable(maximum: Self.messageMaximum))
        let end = writer.count + Self.detailsBytesMaximum
        for detail in details.prefix(Self.detailsMaximum) {
            let start = writer.count
            writer.appendMessage(3, detail.encode)
            if writer.count > end {
                writer.truncate(to: start)
                break
            }
        }
        if let retryAfterMilliseconds { writer.appendPresentField(4, retryAfterMilliseconds) }
        writer.appendField(5, notProcessed)
    }

    /// Reads the message `docket.v1.Status`; longer texts and lists than the bounds are refused.
    package static func decode(_ bytes: RawSpan) throws(ProtobufError) -> CallStatus {
        var reader = ProtobufReader(bytes)
        var status = CallStatus.ok
        while let field = try reader.nextField() {
            switch field.number {
            case 1: status.code = StatusCode(wire: try reader.readNumber(field))
            case 2: status.message = try reader.readString(field, maximum: messageMaximum)
            case 3:
                guard status.details.count < detailsMaximum else { throw .outOfRange(field: 3) }
                status.details.append(try StatusDetail.decode(reader.readBytes(field)))
            case 4: status.retryAfterMilliseconds = try reader.readNumber(field)
            case 5: status.notProcessed = try reader.readBool(field)
            default: try reader.skip(field.wireType)
            }
        }
        return status
    }
}

extension StatusDetail {
    fileprivate func encode(into writer: inout ByteWriter) {
        writer.appendField(1, field.printable(maximum: Self.fieldMaximum))
        if let item { writer.appendPresentField(2, item) }
        writer.appendField(3, limit)
        writer.appendField(4, reason.printable(maximum: Self.reasonMaximum))
    }

    fileprivate static func decode(_ bytes: RawSpan) throws(ProtobufError) -> StatusDetail {
        var reader = ProtobufReader(bytes)
        var detail = StatusDetail(field: "", reason: "")
        while let field = try reader.nextField() {
            switch field.number {
            case 1: detail.field = try reader.readString(field, maximum: fieldMaximum)
            case 2: detail.item = try reader.readNumber(field)
            case 3: detail.limit = try reader.readNumber(field)
            case 4: detail.reason = try reader.readString(field, maximum: reasonMaximum)
            default: try reader.skip(field.wireType)
            }
        }
        return detail
    }
}

extension String {
    /// At most `maximum` bytes of the text, whole scalars, each control character made a space.
    package func printable(maximum: Int) -> String {
        // Nearly every text, and the request id of every reply, is short and plain.
        if utf8.count <= maximum, utf8.allSatisfy({ (0x20..<0x7f).contains($0) }) { return self }
        var scalars = UnicodeScalarView()
        var count = 0
        for scalar in unicodeScalars {
            let isControl = scalar.properties.generalCategory == .control
            let shown: Unicode.Scalar = isControl ? " " : scalar
            count += UTF8.width(shown)
            if count > maximum { break }
            scalars.append(shown)
        }
        return String(scalars)
    }
}
