package import DocketCore
internal import DocketSystem
package import DocketWire

extension StatusRequest: WireMessage {
    package static func read(_ body: RawSpan) throws -> StatusRequest {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1)
        var request = StatusRequest()
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: request.collection = try reader.readString(field)
            case 2:
                try request.ids.append(
                    try reader.readString(field),
                    field,
                    maximum: WireLimits.ids
                )
            default: try check.skip(field, &reader)
            }
        }
        return request
    }

    package func write(to writer: inout ByteWriter) {
        writer.appendField(1, collection)
        writer.append(2, strings: ids)
    }
}

extension CollectionStatus: WireMessage {
    package static func read(_ body: RawSpan) throws -> CollectionStatus {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 2, 3, 4, 5, 6)
        var status = CollectionStatus(name: "", counts: StateCounts())
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: status.name = try reader.readString(field)
            case 2: status.counts.indexing = Int(clamping: try reader.readNumber(field) as UInt64)
            case 3: status.counts.indexed = Int(clamping: try reader.readNumber(field) as UInt64)
            case 4: status.counts.failed = Int(clamping: try reader.readNumber(field) as UInt64)
            case 5: status.counts.deleting = Int(clamping: try reader.readNumber(field) as UInt64)
            case 6: status.counts.bytes = Int(clamping: try reader.readNumber(field) as UInt64)
            default: try check.skip(field, &reader)
            }
        }
        return status
    }

    package func write(to writer: inout ByteWriter) {
        writer.appendField(1, name)
        writer.appendField(2, UInt64(clamping: counts.indexing))
        writer.appendField(3, UInt64(clamping: counts.indexed))
        writer.appendField(4, UInt64(clamping: counts.failed))
        writer.appendField(5, UInt64(clamping: counts.deleting))
        writer.appendField(6, UInt64(clamping: counts.bytes))
    }
}

extension StatusReply: WireMessage {
    package static func read(_ body: RawSpan) throws -> StatusReply {
        var reader = ProtobufReader(body)
        var check = FieldCheck()
        var reply = StatusReply()
        while let field = try check.next(&reader) {
            switch field.number {
            case 1:
                try reply.documents.append(
                    DocumentStatus.read(try reader.readBytes(field)),
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
                try reply.collections.append(
                    CollectionStatus.read(try reader.readBytes(field)),
                    field,
                    maximum: WireLimits.ids
                )
            default: try check.skip(field, &reader)
            }
        }
        return reply
    }

    package func write(to writer: inout ByteWriter) {
        for document in documents { writer.append(1, message: document) }
        writer.append(2, strings: missing)
        for collection in collections { writer.append(3, message: collection) }
    }
}

extension StreamRequest: WireMessage {
    package static func read(_ body: RawSpan) throws -> StreamRequest {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 2, 3, 4, 5, 6, 7)
        var request = StreamRequest(collection: "")
        var filter = FilterChoice()
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: request.collection = try reader.readString(field)
            case 2: request.query = try reader.readString(field)
            case 3: request.match = try SearchRequest.Match.read(field, &reader)
            case 4: filter.tree = try Filter.read(try reader.readBytes(field))
            case 5: filter.text = try reader.readString(field)
            case 6: request.cursor = try reader.readBytes(field).copied()
            case 7: request.fields = try NameList.read(try reader.readBytes(field)).names
            default: try check.skip(field, &reader)
            }
        }
        request.filter = try filter.resolve()
        return request
    }

    package func write(to writer: inout ByteWriter) {
        writer.appendField(1, collection)
        writer.appendField(2, query)
        writer.appendField(3, match.rawValue)
        if let filter { writer.append(4, message: filter) }
        writer.appendField(6, cursor)
        if let fields { writer.append(7, message: NameList(names: fields)) }
    }
}

extension StreamPart: WireMessage {
    package static func read(_ body: RawSpan) throws -> StreamPart {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 2)
        var part = StreamPart()
        while let field = try check.next(&reader) {
            switch field.number {
            case 1:
                try part.documents.append(
                    VersionedDocument.read(try reader.readBytes(field)),
                    field,
                    maximum: WireLimits.hits
                )
            case 2: part.cursor = try reader.readBytes(field).copied()
            case 3:
                try part.ignoredTerms.append(
                    try reader.readString(field),
                    field,
                    maximum: WireLimits.terms
                )
            default: try check.skip(field, &reader)
            }
        }
        return part
    }

    package func write(to writer: inout ByteWriter) {
        for document in documents { writer.append(1, message: document) }
        writer.appendField(2, cursor)
        writer.append(3, strings: ignoredTerms)
    }
}
