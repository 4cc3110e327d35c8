internal import DocketCore
internal import DocketJSON
internal import DocketText

/// The body of a bulk request, and its reply.
struct BulkCodec {
    /// What of the reply is asked for: enough to tell what became of each.
    static let path =
        "/_bulk?filter_path=items.*._id,items.*._index,items.*.status,items.*._version,"
        + "items.*.error.type,items.*.error.reason"
    static let contentType = "application/x-ndjson"
    static let replyBytesMaximum = 64 << 20

    /// Two lines for a document that goes in, one for one that goes out.
    static func encode(_ changes: [IndexChange]) -> [UInt8] {
        var writer = JSONWriter()
        let cutter = WordCutter()
        for change in changes {
            writer.object { line in
                line.member(change.content == nil ? "delete" : "index") { action in
                    action.object { members in
                        members.member("_index", change.place.name)
                        members.member("_id", change.identity.text)
                        members.member("routing", "\(change.tenant.number)")
                        members.member("version", change.version)
                        members.member("version_type", "external")
                    }
                }
            }
            writer.endLine()
            guard let content = change.content else { continue }
            writer.object { encode(content, of: change, cutter, &$0) }
            writer.endLine()
        }
        return writer.take()
    }

    private static func encode(
        _ content: BoundDocument,
        of change: IndexChange,
        _ cutter: WordCutter,
        _ writer: inout JSONWriter
    ) {
        let tenant = change.tenant
        writer.member(Mapping.tenant, "\(tenant.number)")
        writer.member(
            Mapping.collection,
            IndexedIdentity.collection(tenant, change.collection.number)
        )
        writer.member(Mapping.number, change.number)
        let schema = change.collection.schema
        let language = TextLanguage(code: schema.language?.code)
        let title = cutter.cut(content.title, of: language)
        if !title.isEmpty {
            write(title, in: Mapping.title, &writer)
            // The copy of the title field is the rest of its weight.
            let more = Mapping.titleWeight - 1
            write(title, in: Mapping.everything, times: more, &writer)
        }
        let body = cutter.cut(content.body, of: language)
        if !body.isEmpty { write(body, in: Mapping.body, &writer) }
        var grams = [String](repeating: title.grams, count: Mapping.titleWeight)
        grams.append(body.grams)
        let fields = SlotFields(schema)
        for attribute in content.attributes {
            if let field = fields.values(of: attribute.slot) {
                writer.member(field) { list in
                    list.array { for value in attribute.values { $0.value(indexed: value) } }
                }
            }
            guard let field = fields.text(of: attribute.slot) else { continue }
            // The engine leaves a gap between values, so that no phrase reaches over it.
            let own = schema.attributes[attribute.slot].language ?? schema.language
            let values = attribute.values.compactMap(\.string).map {
                cutter.cut($0, of: TextLanguage(code: own?.code))
            }
            grams += values.map(\.grams)
            writer.member(field) { list in
                list.array { for value in values { $0.value(value.words) } }
            }
            writer.member(Mapping.stems(of: field)) { list in
                list.array { writer in
                    for value in values { for stems in value.stemValues { writer.value(stems) } }
                }
            }
        }
        grams.removeAll(where: \.isEmpty)
        guard !grams.isEmpty else { return }
        writer.member(Mapping.grams) { list in
            list.array { for gram in grams { $0.value(gram) } }
        }
    }

    private static func write(_ text: CutText, in field: String, _ writer: inout JSONWriter) {
        writer.member(field, text.words)
        let stems = text.stemValues
        guard stems.count > 1 else {
            return writer.member(Mapping.stems(of: field), text.stems)
        }
        writer.member(Mapping.stems(of: field)) { list in
            list.array { for value in stems { $0.value(value) } }
        }
    }

    private static func write(
        _ text: CutText,
        in field: String,
        times: Int,
        _ writer: inout JSONWriter
    ) {
        for (field, texts) in [(field, [text.words]), (Mapping.stems(of: field), text.stemValues)] {
            writer.member(field) { list in
                list.array { writer in
                    for _ in 0..<times { for text in texts { writer.value(text) } }
                }
            }
        }
    }

    /// What became of each of `changes`, by position and name.
    ///
    /// - Throws: ``DocketError`` `internalError` for a reply that does not speak of just these.
    static func decode(
        _ reply: [UInt8],
        of changes: [IndexChange],
        _ names: IndexNames
    ) throws(DocketError) -> [IndexOutcome] {
        var parser = JSONParserHandle(byteMaximum: replyBytesMaximum)
        let items: JSONValue?
        do {
            items = try parser.parse(reply).member("items")
        } catch {
            throw .wrongBulkReply.caused(by: "\(error)")
        }
        var outcomes: [IndexOutcome] = []
        outcomes.reserveCapacity(changes.count)
        let isList = try items?.forEachElement { (element) throws(DocketError) in
            guard outcomes.count < changes.count else { throw .wrongBulkReply }
            outcomes.append(try outcome(element, of: changes[outcomes.count], names))
        }
        guard isList == true, outcomes.count == changes.count else { throw .wrongBulkReply }
        return outcomes
    }

    private static func outcome(
        _ element: borrowing JSONValue,
        of change: IndexChange,
        _ names: IndexNames
    ) throws(DocketError) -> IndexOutcome {
        let action = change.content == nil ? element.member("delete") : element.member("index")
        guard let item = action, item.member("_id")?.string == change.identity.text,
            let index = item.member("_index")?.string,
            index == change.place.name || names.place(ofIndex: index) == change.place.name,
            let status = item.member("status")?.integer
        else { throw .wrongBulkReply }
        return BulkOutcomes.outcome(
            status: Int(status),
            type: item.member("error")?.member("type")?.string,
            reason: item.member("error")?.member("reason")?.string ?? "",
            of: change
        )
    }
}

extension IndexChange {
    var identity: IndexedIdentity { IndexedIdentity(tenant, collection.number, number) }
}

extension JSONWriter {
    /// A value as its field holds it: truth as 0 and 1, instants in microseconds.
    mutating func value(indexed value: AttributeValue) {
        switch value {
        case .string(let string): self.value(string)
        case .number(let number): self.value(number)
        case .boolean(let boolean): self.value(boolean ? 1 : 0)
        case .time(let microseconds): self.value(microseconds)
        }
    }
}

extension CutText {
    /// The stems, and as a value of their own those that words have without accents.
    fileprivate var stemValues: [String] { plainStems.isEmpty ? [stems] : [stems, plainStems] }
}

extension AttributeValue {
    fileprivate var string: String? {
        if case .string(let string) = self { string } else { nil }
    }
}

extension DocketError {
    fileprivate static let wrongBulkReply = DocketError(
        .internalError,
        "the search engine's reply does not fit the documents sent"
    )
}
