package import DocketCore
internal import DocketSystem
package import DocketWire

extension Highlight: WireMessage {
    package static func read(_ body: RawSpan) throws -> Highlight {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 2)
        var highlight = Highlight(field: "", fragment: "", ranges: [])
        var ends: [Int] = []
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: highlight.field = try reader.readString(field)
            case 2: highlight.fragment = try reader.readString(field)
            case 3:
                try reader.readNumbers(field) { (end) throws(ProtobufError) in
                    try ends.append(Int(clamping: end), field, maximum: WireLimits.values)
                }
            default: try check.skip(field, &reader)
            }
        }
        let length = highlight.fragment.utf8.count
        guard ends.count.isMultiple(of: 2) else { throw ProtobufError.outOfRange(field: 3) }
        for place in stride(from: 0, to: ends.count, by: 2) {
            guard ends[place] <= ends[place + 1], ends[place + 1] <= length else {
                throw ProtobufError.outOfRange(field: 3)
            }
            highlight.ranges.append(ends[place]..<ends[place + 1])
        }
        return highlight
    }

    package func write(to writer: inout ByteWriter) {
        writer.appendField(1, field)
        writer.appendField(2, fragment)
        writer.appendPacked(3) { packed in
            for range in ranges {
                packed.appendVarint(UInt64(range.lowerBound))
                packed.appendVarint(UInt64(range.upperBound))
            }
        }
    }
}

extension Hit: WireMessage {
    package static func read(_ body: RawSpan) throws -> Hit {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 2, 3)
        var hit = Hit(document: Document(id: ""), version: 0, score: 0)
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: hit.document = try Document.read(try reader.readBytes(field))
            case 2: hit.version = try reader.readNumber(field)
            case 3: hit.score = try reader.readDouble(field)
            case 4:
                try hit.highlights.append(
                    Highlight.read(try reader.readBytes(field)),
                    field,
                    maximum: WireLimits.names
                )
            default: try check.skip(field, &reader)
            }
        }
        return hit
    }

    package func write(to writer: inout ByteWriter) {
        writer.append(1, message: document)
        writer.appendField(2, version)
        writer.append(3, double: score)
        for highlight in highlights { writer.append(4, message: highlight) }
    }
}

extension FacetResult.Count: WireMessage {
    package static func read(_ body: RawSpan) throws -> FacetResult.Count {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1, 2)
        var count = FacetResult.Count(.boolean(false), 0)
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: count.value = try AttributeValue.read(try reader.readBytes(field))
            case 2: count.count = Int(clamping: try reader.readNumber(field) as UInt64)
            default: try check.skip(field, &reader)
            }
        }
        return count
    }

    package func write(to writer: inout ByteWriter) {
        writer.append(1, message: value)
        writer.appendField(2, UInt64(clamping: count))
    }
}

extension FacetResult: WireMessage {
    package static func read(_ body: RawSpan) throws -> FacetResult {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 1)
        var result = FacetResult(attribute: "", counts: [])
        while let field = try check.next(&reader) {
            switch field.number {
            case 1: result.attribute = try reader.readString(field)
            case 2:
                try result.counts.append(
                    Count.read(try reader.readBytes(field)),
                    field,
                    maximum: WireLimits.names
                )
            default: try check.skip(field, &reader)
            }
        }
        return result
    }

    package func write(to writer: inout ByteWriter) {
        writer.appendField(1, attribute)
        for count in counts { writer.append(2, message: count) }
    }
}

extension SearchReply: WireMessage {
    package static func read(_ body: RawSpan) throws -> SearchReply {
        var reader = ProtobufReader(body)
        var check = FieldCheck(singular: 2, 3, 5, 6)
        var reply = SearchReply()
        while let field = try check.next(&reader) {
            switch field.number {
            case 1:
                try reply.hits.append(
                    Hit.read(try reader.readBytes(field)),
                    field,
                    maximum: WireLimits.hits
                )
            case 2: reply.total.value = Int(clamping: try reader.readNumber(field) as UInt64)
            case 3: reply.total.isExact = try !reader.readBool(field)
            case 4:
                try reply.facets.append(
                    FacetResult.read(try reader.readBytes(field)),
                    field,
                    maximum: WireLimits.names
                )
            case 5: reply.cursor = try reader.readBytes(field).copied()
            case 6: reply.isApproximate = try reader.readBool(field)
            case 7:
                try reply.ignoredTerms.append(
                    try reader.readString(field),
                    field,
                    maximum: WireLimits.terms
                )
            default: try check.skip(field, &reader)
            }
        }
        return reply
    }

    package func write(to writer: inout ByteWriter) {
        for hit in hits { writer.append(1, message: hit) }
        writer.appendField(2, UInt64(clamping: total.value))
        writer.appendField(3, !total.isExact)
        for facet in facets { writer.append(4, message: facet) }
        writer.appendField(5, cursor)
        writer.appendField(6, isApproximate)
        writer.append(7, strings: ignoredTerms)
    }
}
