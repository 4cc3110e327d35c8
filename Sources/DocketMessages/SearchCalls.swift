package import DocketCore
internal import DocketSystem
package import DocketWire

extension SearchRequest.Match {
    static func read(
        _ field: ProtobufField,
        _ reader: inout ProtobufReader
    ) throws -> SearchRequest.Match {
        let number: UInt64 = try reader.readNumber(field)
        guard number != 0 else { return .any }
        guard let match = SearchRequest.Match(rawValue: UInt8(clamping: number)) else {
            throw DocketError.invalid("match", "is unknown")
        }
        return match
    }
}

extension SortKey: WireMessage {
    package static func read(_ body: RawSpan) throws -> SortKey {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 2)
        var key = SortKey("")
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: key.attribute = try reader.readString(field)
            case 2: key.isDescending = try reader.readBool(field)
            default: try check.skip(field, &reader)
            }
        }
        return key
    }

    package func write(to writer: inout ByteWriter) {
        writer.appendField(1, attribute)
        writer.appendField(2, isDescending)
    }
}

extension FacetRequest: WireMessage {
    package static func read(_ body: RawSpan) throws -> FacetRequest {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 2)
        var facet = FacetRequest("")
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: facet.attribute = try reader.readString(field)
            case 2:
                let limit: UInt32 = try reader.readNumber(field)
                facet.limit = limit == 0 ? 10 : Int(limit)
            default: try check.skip(field, &reader)
            }
        }
        return facet
    }

    package func write(to writer: inout ByteWriter) {
        writer.appendField(1, attribute)
        writer.appendField(2, UInt32(clamping: limit))
    }
}

extension SearchRequest: WireMessage {
    package static func read(_ body: RawSpan) throws -> SearchRequest {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 2, 3, 4, 5, 8, 9, 11, 12, 13)
        var request = SearchRequest(collection: "")
        var filter = FilterChoice()
        var total: (mode: UInt64, bound: UInt32) = (0, 0)
        while let field = try check.next(&reader) {
            switch field.number {
            case 6:
                try request.sort.append(
                    SortKey.read(try reader.readBytes(field)),
                    field,
                    maximum: WireLimits.names
                )
            case 7:
                try request.facets.append(
                    FacetRequest.read(try reader.readBytes(field)),
                    field,
                    maximum: WireLimits.names
                )
            case 10:
                try request.highlights.append(
                    try reader.readString(field),
                    field,
                    maximum: WireLimits.names
                )
            case 4: filter.tree = try Filter.read(try reader.readBytes(field))
            case 5: filter.text = try reader.readString(field)
            case 11: total.mode = try reader.readNumber(field)
            case 12: total.bound = try reader.readNumber(field)
            case 1...13: try request.readSingular(field, &reader)
            default: try check.skip(field, &reader)
            }
        }
        request.filter = try filter.resolve()
        request.total = try mode(total.mode, bound: total.bound)
        return request
    }

    private mutating func readSingular(
        _ field: ProtobufField,
        _ reader: inout ProtobufReader
    ) throws {
        switch field.number {
        case 1: collection = try reader.readString(field)
        case 2: query = try reader.readString(field)
        case 3: match = try Match.read(field, &reader)
        case 8: limit = Int(try reader.readNumber(field) as UInt32)
        case 9: cursor = try reader.readBytes(field).copied()
        default: fields = try NameList.read(try reader.readBytes(field)).names
        }
    }

    private static func mode(_ mode: UInt64, bound: UInt32) throws(DocketError) -> TotalMode {
        switch mode {
        case 0, 1: .exact
        case 2: .bounded(bound == 0 ? 1000 : Int(bound))
        case 3: .none
        default: throw .invalid("total", "is unknown")
        }
    }

    package func write(to writer: inout ByteWriter) {
        writer.appendField(1, collection)
        writer.appendField(2, query)
        writer.appendField(3, match.rawValue)
        if let filter { writer.append(4, message: filter) }
        for key in sort { writer.append(6, message: key) }
        for facet in facets { writer.append(7, message: facet) }
        writer.appendPresentField(8, UInt32(clamping: limit))
        writer.appendField(9, cursor)
        writer.append(10, strings: highlights)
        switch total {
        case .exact: writer.appendField(11, 1 as UInt8)
        case .bounded(let bound):
            writer.appendField(11, 2 as UInt8)
            writer.appendField(12, UInt32(clamping: bound))
        case .none: writer.appendField(11, 3 as UInt8)
        }
        if let fields { writer.append(13, message: NameList(names: fields)) }
    }
}
