internal import CDocketMessages
package import DocketCore
internal import DocketSystem
internal import DocketWire

extension UploadRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__UploadRequest> {
        unsafe docket__v1__upload_request__init
    }

    /// The number of the field that lists the documents.
    private static let documentsField = 2

    /// Looks at the list first, then reads the documents one by one in the same memory: so much
    /// memory as the largest takes, and the one that cannot be read is named.
    package static func decode(_ body: RawSpan) throws(DocketError) -> UploadRequest {
        var (rest, places): ([UInt8], [Range<Int>]) = ([], [])
        do throws(ProtobufError) {
            try ReadingArena.scan(body, as: Self.self, listed: UInt32(documentsField))
            var reader = ProtobufReader(body)
            var start = 0
            while let field = try reader.nextField() {
                guard field.number == documentsField else {
                    try reader.skip(field.wireType)
                    body.extracting(start..<reader.offset).append(to: &rest)
                    start = reader.offset
                    continue
                }
                let length = try reader.readBytes().byteCount
                places.append(reader.offset - length..<reader.offset)
                start = reader.offset
            }
        } catch {
            throw .unreadable(error)
        }
        var arena = ReadingArena()
        var request: UploadRequest = try arena.read(rest.rawSpan)
        request.documents.reserveCapacity(places.count)
        for (number, place) in places.enumerated() {
            request.documents.append(
                try arena.read(body.extracting(place), item: "documents[\(number)]")
            )
        }
        return request
    }

    /// Packs the documents one by one in the same memory, as they are read.
    package func encode() -> [UInt8] {
        let about = documents.reduce(64 + collection.utf8.count) { $0 + $1.packedBytes }
        return WritingArena.use { arena in
            var body = ByteWriter(capacity: about)
            arena.append(UploadRequest(collection: collection, documents: []), to: &body)
            for document in documents {
                arena.append(document, field: Self.documentsField, to: &body)
            }
            return body.bytes
        }
    }

    static func read(_ fields: Docket__V1__UploadRequest) throws(DocketError) -> UploadRequest {
        // An ignored precondition would lose updates.
        guard fields.n_preconditions == 0 else { throw .unserved("preconditions") }
        return try unsafe UploadRequest(
            collection: text(fields.collection),
            documents: list(fields.documents, fields.n_documents)
        )
    }

    func write(to fields: inout Docket__V1__UploadRequest, _ arena: WritingArena) {
        unsafe fields.collection = arena.text(collection)
        unsafe (fields.n_documents, fields.documents) = arena.list(documents)
    }
}

extension Document {
    /// About the bytes of the document when it is packed.
    fileprivate var packedBytes: Int {
        16 + id.utf8.count + title.utf8.count + body.utf8.count + 48 * attributes.count
    }
}

extension Rejection: ContractMessage {
    static var initialise: Initialise<Docket__V1__Rejection> { unsafe docket__v1__rejection__init }

    static func read(_ fields: Docket__V1__Rejection) throws(DocketError) -> Rejection {
        let detail = unsafe DocketError.Detail(
            field: text(fields.field),
            reason: text(fields.reason)
        )
        let code = fields.code == 0 ? 2 : UInt8(clamping: fields.code)
        return unsafe Rejection(
            item: Int(fields.item),
            id: text(fields.id),
            error: DocketError(
                DocketError.Code(rawValue: code),
                detail.field.isEmpty ? detail.reason : "\(detail.field): \(detail.reason)",
                details: [detail]
            )
        )
    }

    func write(to fields: inout Docket__V1__Rejection, _ arena: WritingArena) {
        fields.item = UInt32(clamping: item)
        unsafe fields.id = arena.text(id)
        fields.code = UInt32(error.code.rawValue)
        unsafe fields.field = arena.text(field)
        unsafe fields.reason = arena.text(reason)
    }
}

extension UploadReply: ContractMessage {
    static var initialise: Initialise<Docket__V1__UploadReply> {
        unsafe docket__v1__upload_reply__init
    }

    static func read(_ fields: Docket__V1__UploadReply) throws(DocketError) -> UploadReply {
        try unsafe UploadReply(
            accepted: Int(fields.accepted),
            versions: numbers(fields.versions, fields.n_versions),
            rejected: list(fields.rejected, fields.n_rejected)
        )
    }

    func write(to fields: inout Docket__V1__UploadReply, _ arena: WritingArena) {
        fields.accepted = UInt32(clamping: accepted)
        unsafe (fields.n_versions, fields.versions) = arena.list(versions) { $0 }
        unsafe (fields.n_rejected, fields.rejected) = arena.list(rejected)
        if accepted > 0 { fields.state = DocumentState.indexing.number }
    }
}

extension GetRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__GetRequest> {
        unsafe docket__v1__get_request__init
    }

    static func read(_ fields: Docket__V1__GetRequest) throws(DocketError) -> GetRequest {
        try unsafe GetRequest(
            collection: text(fields.collection),
            ids: texts(fields.ids, fields.n_ids),
            fields: (message(fields.fields) as NameList?)?.names
        )
    }

    func write(to fields: inout Docket__V1__GetRequest, _ arena: WritingArena) {
        unsafe fields.collection = arena.text(collection)
        unsafe (fields.n_ids, fields.ids) = arena.texts(ids)
        unsafe fields.fields = arena.message(self.fields.map(NameList.init))
    }
}

/// The message `FieldSelection`.
struct NameList: ContractMessage {
    var names: [String]

    static var initialise: Initialise<Docket__V1__FieldSelection> {
        unsafe docket__v1__field_selection__init
    }

    static func read(_ fields: Docket__V1__FieldSelection) throws(DocketError) -> NameList {
        unsafe NameList(names: texts(fields.names, fields.n_names))
    }

    func write(to fields: inout Docket__V1__FieldSelection, _ arena: WritingArena) {
        unsafe (fields.n_names, fields.names) = arena.texts(names)
    }
}

extension GetReply: ContractMessage {
    static var initialise: Initialise<Docket__V1__GetReply> { unsafe docket__v1__get_reply__init }

    static func read(_ fields: Docket__V1__GetReply) throws(DocketError) -> GetReply {
        var reply = GetReply()
        reply.documents = try unsafe list(fields.documents, fields.n_documents)
        reply.missing = unsafe texts(fields.missing, fields.n_missing)
        reply.left = unsafe texts(fields.left, fields.n_left)
        return reply
    }

    func write(to fields: inout Docket__V1__GetReply, _ arena: WritingArena) {
        unsafe (fields.n_documents, fields.documents) = arena.list(documents)
        unsafe (fields.n_missing, fields.missing) = arena.texts(missing)
        unsafe (fields.n_left, fields.left) = arena.texts(left)
    }
}

extension DeleteRequest: ContractMessage {
    static var initialise: Initialise<Docket__V1__DeleteRequest> {
        unsafe docket__v1__delete_request__init
    }

    static func read(_ fields: Docket__V1__DeleteRequest) throws(DocketError) -> DeleteRequest {
        try unsafe DeleteRequest(
            collection: text(fields.collection),
            ids: texts(fields.ids, fields.n_ids),
            filter: filter(fields.filter, text: fields.filter_text),
            cursor: bytes(fields.cursor)
        )
    }

    func write(to fields: inout Docket__V1__DeleteRequest, _ arena: WritingArena) {
        unsafe fields.collection = arena.text(collection)
        unsafe (fields.n_ids, fields.ids) = arena.texts(ids)
        unsafe fields.filter = arena.message(filter)
        unsafe fields.cursor = arena.bytes(cursor)
    }
}

extension DeleteReply: ContractMessage {
    static var initialise: Initialise<Docket__V1__DeleteReply> {
        unsafe docket__v1__delete_reply__init
    }

    static func read(_ fields: Docket__V1__DeleteReply) throws(DocketError) -> DeleteReply {
        var reply = DeleteReply()
        reply.deleted = Int(fields.deleted)
        reply.missing = unsafe texts(fields.missing, fields.n_missing)
        reply.cursor = unsafe bytes(fields.cursor)
        return reply
    }

    func write(to fields: inout Docket__V1__DeleteReply, _ arena: WritingArena) {
        fields.deleted = UInt32(clamping: deleted)
        unsafe (fields.n_missing, fields.missing) = arena.texts(missing)
        unsafe fields.cursor = arena.bytes(cursor)
    }
}
