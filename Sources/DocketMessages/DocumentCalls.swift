package import DocketCore
internal import DocketSystem
package import DocketWire

extension UploadRequest: WireMessage {
    package static func read(_ body: RawSpan) throws -> UploadRequest {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1)
        var request = UploadRequest(collection: "", documents: [])
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: request.collection = try reader.readString(field)
            case 2: try request.append(try reader.readBytes(field), field)
            // An ignored precondition would lose updates.
            case 3: throw DocketError.unserved("preconditions")
            default: try check.skip(field, &reader)
            }
        }
        return request
    }

    private mutating func append(_ body: RawSpan, _ field: ProtobufField) throws {
        let document: Document
        do {
            document = try Document.read(body)
        } catch let fault as ProtobufError {
            throw DocketError.invalid("documents[\(documents.count)]", "cannot be read: \(fault)")
        }
        try documents.append(document, field, maximum: WireLimits.documents)
    }

    package func write(to writer: inout ByteWriter) {
        writer.appendField(1, collection)
        for document in documents { writer.append(2, message: document) }
    }
}

extension Rejection: WireMessage {
    package static func read(_ body: RawSpan) throws -> Rejection {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 2, 3, 4, 5)
        var (item, id, code): (UInt32, String, UInt64) = (0, "", 2)
        var detail = DocketError.Detail(field: "", reason: "")
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: item = try reader.readNumber(field)
            case 2: id = try reader.readString(field, allowsNUL: true)
            case 3: code = try reader.readNumber(field)
            case 4: detail.field = try reader.readString(field)
            case 5: detail.reason = try reader.readString(field)
            default: try check.skip(field, &reader)
            }
        }
        let message = detail.field.isEmpty ? detail.reason : "\(detail.field): \(detail.reason)"
        return Rejection(
            item: Int(item),
            id: id,
            error: DocketError(
                DocketError.Code(rawValue: UInt8(clamping: code)),
                message,
                details: [detail]
            )
        )
    }

    package func write(to writer: inout ByteWriter) {
        writer.appendField(1, UInt32(clamping: item))
        writer.appendField(2, id)
        writer.appendField(3, error.code.rawValue)
        writer.appendField(4, field)
        writer.appendField(5, reason)
    }
}

extension UploadReply: WireMessage {
    package static func read(_ body: RawSpan) throws -> UploadReply {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 4)
        var reply = UploadReply()
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: reply.accepted = Int(try reader.readNumber(field) as UInt32)
            case 2:
                try reader.readNumbers(field) { (version) throws(ProtobufError) in
                    try reply.versions.append(version, field, maximum: WireLimits.documents)
                }
            case 3:
                try reply.rejected.append(
                    Rejection.read(try reader.readBytes(field)),
                    field,
                    maximum: WireLimits.documents
                )
            case 4: _ = try reader.readNumber(field) as UInt64
            default: try check.skip(field, &reader)
            }
        }
        return reply
    }

    package func write(to writer: inout ByteWriter) {
        writer.appendField(1, UInt32(clamping: accepted))
        writer.appendPacked(2) { packed in
            for version in versions { packed.appendVarint(version) }
        }
        for rejection in rejected { writer.append(3, message: rejection) }
        if accepted > 0 { writer.appendField(4, DocumentState.indexing.rawValue) }
    }
}

extension GetRequest: WireMessage {
    package static func read(_ body: RawSpan) throws -> GetRequest {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 3)
        var request = GetRequest(collection: "", ids: [])
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: request.collection = try reader.readString(field)
            case 2:
                try request.ids.append(
                    try reader.readString(field),
                    field,
                    maximum: WireLimits.ids
                )
            case 3: request.fields = try NameList.read(try reader.readBytes(field)).names
            default: try check.skip(field, &reader)
            }
        }
        return request
    }

    package func write(to writer: inout ByteWriter) {
        writer.appendField(1, collection)
        writer.append(2, strings: ids)
        if let fields { writer.append(3, message: NameList(names: fields)) }
    }
}

/// The message `FieldSelection`.
struct NameList: WireMessage {
    var names: [String] = []

    static func read(_ body: RawSpan) throws -> NameList {
        var reader = ProtobufReader(body)
        var check = FieldCheck()
        var list = NameList()
        while let field = try check.next(&reader) {
            guard field.number == 1 else {
                try check.skip(field, &reader)
                continue
            }
            try list.names.append(try reader.readString(field), field, maximum: WireLimits.names)
        }
        return list
    }

    func write(to writer: inout ByteWriter) { writer.append(1, strings: names) }
}

extension GetReply: WireMessage {
    package static func read(_ body: RawSpan) throws -> GetReply {
        var reader = ProtobufReader(body)
        var check = FieldCheck()
        var reply = GetReply()
        while let field = try check.next(&reader) {
            switch field.number {
            case 1:
                try reply.documents.append(
                    VersionedDocument.read(try reader.readBytes(field)),
                    field,
                    maximum: WireLimits.ids
                )
            case 2:
                try reply.missing.append(
                    try reader.readString(field),
                    field,
                    maximum: WireLimits.ids
                )
            case 3:
                try reply.left.append(try reader.readString(field), field, maximum: WireLimits.ids)
            default: try check.skip(field, &reader)
            }
        }
        return reply
    }

    package func write(to writer: inout ByteWriter) {
        for document in documents { writer.append(1, message: document) }
        writer.append(2, strings: missing)
        writer.append(3, strings: left)
    }
}

extension DeleteRequest: WireMessage {
    package static func read(_ body: RawSpan) throws -> DeleteRequest {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 3, 4, 5)
        var request = DeleteRequest(collection: "")
        var filter = FilterChoice()
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: request.collection = try reader.readString(field)
            case 2:
                try request.ids.append(
                    try reader.readString(field),
                    field,
                    maximum: WireLimits.ids
                )
            case 3: filter.tree = try Filter.read(try reader.readBytes(field))
            case 4: filter.text = try reader.readString(field)
            case 5: request.cursor = try reader.readBytes(field).copied()
            default: try check.skip(field, &reader)
            }
        }
        request.filter = try filter.resolve()
        return request
    }

    package func write(to writer: inout ByteWriter) {
        writer.appendField(1, collection)
        writer.append(2, strings: ids)
        if let filter { writer.append(3, message: filter) }
        writer.appendField(5, cursor)
    }
}

extension DeleteReply: WireMessage {
    package static func read(_ body: RawSpan) throws -> DeleteReply {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 3)
        var reply = DeleteReply()
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: reply.deleted = Int(try reader.readNumber(field) as UInt32)
            case 2:
                try reply.missing.append(
                    try reader.readString(field),
                    field,
                    maximum: WireLimits.ids
                )
            case 3: reply.cursor = try reader.readBytes(field).copied()
            default: try check.skip(field, &reader)
            }
        }
        return reply
    }

    package func write(to writer: inout ByteWriter) {
        writer.appendField(1, UInt32(clamping: deleted))
        writer.append(2, strings: missing)
        writer.appendField(3, cursor)
    }
}
