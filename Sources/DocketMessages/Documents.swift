package import DocketCore
package import DocketWire

extension Attribute: WireMessage {
    package static func read(_ body: RawSpan) throws -> Attribute {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1)
        var attribute = Attribute("", [])
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: attribute.name = try reader.readString(field)
            case 2:
                try attribute.values.append(
                    .string(try reader.readString(field, allowsNUL: true)),
                    field,
                    maximum: WireLimits.values
                )
            case 3, 4, 5: try attribute.readNumbers(field, &reader)
            default: try check.skip(field, &reader)
            }
        }
        return attribute
    }

    /// A packed list, or one value of an unpacked one.
    private mutating func readNumbers(
        _ field: ProtobufField,
        _ reader: inout ProtobufReader
    ) throws(ProtobufError) {
        guard field.wireType == .bytes else { return try readNumber(field, &reader) }
        var list = ProtobufReader(try reader.readBytes(field))
        let element = ProtobufField(
            number: field.number,
            wireType: field.number == 3 ? .fixed64 : .varint
        )
        while !list.isAtEnd { try readNumber(element, &list) }
    }

    private mutating func readNumber(
        _ field: ProtobufField,
        _ reader: inout ProtobufReader
    ) throws(ProtobufError) {
        let value: AttributeValue
        switch (field.number, field.wireType) {
        case (3, .fixed64): value = .number(Double(bitPattern: try reader.readFixed64()))
        case (4, .varint): value = .boolean(try reader.readVarint() != 0)
        case (5, .varint): value = .time(microseconds: ZigZag.decode(try reader.readVarint()))
        default: throw .unexpectedWireType(field: field.number)
        }
        try values.append(value, field, maximum: WireLimits.values)
    }

    package func write(to writer: inout ByteWriter) {
        writer.appendField(1, name)
        for case .string(let string) in values { writer.appendPresentField(2, text: string) }
        writer.appendPacked(3) { list in
            for case .number(let number) in values { list.append(number.bitPattern.byteSwapped) }
        }
        writer.appendPacked(4) { list in
            for case .boolean(let boolean) in values { list.append(boolean ? 1 as UInt8 : 0) }
        }
        writer.appendPacked(5) { list in
            for case .time(let time) in values { list.appendVarint(ZigZag.encode(time)) }
        }
    }
}

// Documents may come with a NUL: the validator refuses it by item and field, not the whole batch.
extension Document: WireMessage {
    package static func read(_ body: RawSpan) throws -> Document {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 2, 3)
        var document = Document(id: "")
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: document.id = try reader.readString(field, allowsNUL: true)
            case 2: document.title = try reader.readString(field, allowsNUL: true)
            case 3: document.body = try reader.readString(field, allowsNUL: true)
            case 4:
                try document.attributes.append(
                    Attribute.read(try reader.readBytes(field)),
                    field,
                    maximum: WireLimits.attributes
                )
            default: try check.skip(field, &reader)
            }
        }
        return document
    }

    package func write(to writer: inout ByteWriter) {
        writer.appendField(1, id)
        writer.appendField(2, title)
        writer.appendField(3, body)
        for attribute in attributes { writer.append(4, message: attribute) }
    }
}

extension VersionedDocument: WireMessage {
    package static func read(_ body: RawSpan) throws -> VersionedDocument {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 2, 3)
        var found = VersionedDocument(document: Document(id: ""), version: 0, state: .indexing)
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: found.document = try Document.read(try reader.readBytes(field))
            case 2: found.version = try reader.readNumber(field)
            case 3: found.state = try DocumentState.read(field, &reader)
            default: try check.skip(field, &reader)
            }
        }
        return found
    }

    package func write(to writer: inout ByteWriter) {
        writer.append(1, message: document)
        writer.appendField(2, version)
        writer.appendField(3, state.rawValue)
    }
}

extension DocumentState {
    static func read(
        _ field: ProtobufField,
        _ reader: inout ProtobufReader
    ) throws(ProtobufError) -> DocumentState {
        let number: UInt64 = try reader.readNumber(field)
        guard let state = DocumentState(rawValue: UInt8(clamping: number)) else {
            throw .outOfRange(field: field.number)
        }
        return state
    }
}

extension DocumentStatus: WireMessage {
    package static func read(_ body: RawSpan) throws -> DocumentStatus {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 2, 3, 4, 5, 6, 7)
        var status = DocumentStatus(
            id: "",
            state: .indexing,
            version: 0,
            indexedVersion: 0,
            createdMicroseconds: 0,
            updatedMicroseconds: 0
        )
        while let field = try check.next(&reader) {
            guard (1...7).contains(field.number) else {
                try check.skip(field, &reader)
                continue
            }
            switch field.number {
            case 1: status.id = try reader.readString(field)
            case 2: status.state = try DocumentState.read(field, &reader)
            case 3: status.version = try reader.readNumber(field)
            case 4: status.indexedVersion = try reader.readNumber(field)
            case 5: status.error = try reader.readString(field)
            case 6: status.createdMicroseconds = Int64(bitPattern: try reader.readNumber(field))
            default: status.updatedMicroseconds = Int64(bitPattern: try reader.readNumber(field))
            }
        }
        return status
    }

    package func write(to writer: inout ByteWriter) {
        writer.appendField(1, id)
        writer.appendField(2, state.rawValue)
        writer.appendField(3, version)
        writer.appendField(4, indexedVersion)
        writer.appendField(5, error)
        writer.append(6, int64: createdMicroseconds)
        writer.append(7, int64: updatedMicroseconds)
    }
}
