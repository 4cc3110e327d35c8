import DocketCore

extension ContractText {
    private static let document = Document(
        id: "an id",
        title: "a title",
        body: "a body",
        attributes: [
            Attribute("text", ["one", ""]),
            Attribute("number", [0.5, 0]),
            Attribute("flag", [true, false]),
            Attribute("time", [.time(microseconds: -1), .time(microseconds: 1)]),
        ]
    )

    private static let documentText = """
        id: "an id" title: "a title" body: "a body"
        attributes { name: "text" strings: "one" strings: "" }
        attributes { name: "number" numbers: 0.5 numbers: 0.0 }
        attributes { name: "flag" booleans: true booleans: false }
        attributes { name: "time" times_us: -1 times_us: 1 }
        """

    private static let stored = VersionedDocument(
        document: document,
        version: 7,
        state: .failed
    )

    private static let storedText =
        "documents { document { \(documentText) } version: 7 state: DOCUMENT_STATE_FAILED }"

    static let documents = [
        ContractText(
            "UploadRequest",
            UploadRequest(collection: "a collection", documents: [document]),
            "collection: \"a collection\"\ndocuments { \(documentText) }"
        ),
        ContractText(
            "UploadReply",
            UploadReply(
                accepted: 1,
                versions: [9, 0],
                rejected: [Rejection(item: 1, id: "an id", error: .invalid("a field", "a reason"))]
            ),
            """
            accepted: 1 versions: 9 versions: 0
            rejected { item: 1 id: "an id" code: 3 field: "a field" reason: "a reason" }
            state: DOCUMENT_STATE_INDEXING
            """
        ),
        ContractText(
            "GetRequest",
            GetRequest(collection: "a collection", ids: ["an id", ""], fields: ["a field"]),
            """
            collection: "a collection" ids: "an id" ids: "" fields { names: "a field" }
            """
        ),
        ContractText("GetReply", getReply, "\(storedText)\nmissing: \"missing\" left: \"left\""),
        ContractText(
            "DeleteRequest",
            DeleteRequest(collection: "c", ids: ["an id"], filter: .exists("a"), cursor: [1, 2]),
            """
            collection: "c" ids: "an id"
            filter { nodes { operator: FILTER_OPERATOR_EXISTS attribute: "a" } } cursor: [1, 2]
            """
        ),
        ContractText("DeleteReply", deleteReply, "deleted: 5 missing: \"missing\" cursor: [3]"),
        ContractText(
            "StatusRequest",
            StatusRequest(collection: "c", ids: ["an id"]),
            "collection: \"c\" ids: \"an id\""
        ),
        ContractText(
            "StatusReply",
            statusReply,
            """
            documents { id: "an id" state: DOCUMENT_STATE_DELETED version: 4 indexed_version: 3
            error: "an error" created_us: -2 updated_us: 6 } missing: "missing"
            collections { name: "c" indexing: 1 indexed: 2 failed: 3 deleting: 4 bytes: 5 }
            lag { waiting: 6 oldest_ms: 7 in_time: 8 late: 9 }
            """
        ),
        ContractText(
            "StreamPart",
            StreamPart(documents: [stored], cursor: [8]),
            "\(storedText) cursor: [8]"
        ),
    ]

    private static var getReply: GetReply {
        var reply = GetReply()
        reply.documents = [stored]
        reply.missing = ["missing"]
        reply.left = ["left"]
        return reply
    }

    private static var deleteReply: DeleteReply {
        var reply = DeleteReply()
        reply.deleted = 5
        reply.missing = ["missing"]
        reply.cursor = [3]
        return reply
    }

    private static var statusReply: StatusReply {
        var reply = StatusReply()
        reply.documents = [
            DocumentStatus(
                id: "an id",
                state: .deleted,
                version: 4,
                indexedVersion: 3,
                error: "an error",
                createdMicroseconds: -2,
                updatedMicroseconds: 6
            )
        ]
        reply.missing = ["missing"]
        var counts = StateCounts()
        (counts.indexing, counts.indexed, counts.failed) = (1, 2, 3)
        (counts.deleting, counts.bytes) = (4, 5)
        reply.collections = [CollectionStatus(name: "c", counts: counts)]
        (reply.lag.waiting, reply.lag.oldest) = (6, .milliseconds(7))
        (reply.lag.inTime, reply.lag.late) = (8, 9)
        return reply
    }
}
