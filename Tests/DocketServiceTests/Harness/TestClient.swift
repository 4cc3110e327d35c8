import DocketCore
import DocketMessages
import DocketRPC
import DocketSystem
import DocketWire

/// One connection to the service under test.
struct TestClient: Sendable {
    /// The schema of the collections that tests make.
    static let schema: [AttributeDefinition] = [
        AttributeDefinition("author", .keyword, [.filter, .sort, .facet, .search]),
        AttributeDefinition("year", .number, [.filter, .sort, .facet]),
        AttributeDefinition("open", .boolean, [.filter, .facet]),
        AttributeDefinition("plain", .keyword),
    ]

    let connection: ClientConnection

    /// The reply's body as it came, with its metadata.
    func raw(
        _ method: DocketMethod,
        _ body: [UInt8],
        _ change: (inout CallMeta) -> Void = { _ in }
    ) async throws -> (body: [UInt8], meta: ReplyMeta) {
        var meta = CallMeta(method: method.rawValue)
        change(&meta)
        do {
            return try await connection.call(meta, body)
        } catch let failure as CallFailure {
            throw DocketError(failure.status)
        }
    }

    func call<Reply: WireMessage>(
        _ method: DocketMethod,
        _ request: some WireMessage,
        _ change: (inout CallMeta) -> Void = { _ in }
    ) async throws -> Reply {
        let body = try await raw(method, request.encode(), change).body
        return try Reply.decode(body.rawSpan)
    }

    func create(
        _ name: String = "papers",
        _ attributes: [AttributeDefinition] = schema
    ) async throws {
        let request = CreateCollectionRequest(name: name, attributes: attributes)
        let _: CollectionDescription = try await call(.createCollection, request)
    }

    @discardableResult
    func upload(
        _ documents: [Document],
        to collection: String = "papers",
        key: String = ""
    ) async throws -> UploadReply {
        try await call(.upload, UploadRequest(collection: collection, documents: documents)) {
            $0.idempotencyKey = Array(key.utf8)
        }
    }

    @discardableResult
    func delete(_ ids: [String], from collection: String = "papers") async throws -> DeleteReply {
        try await call(.delete, DeleteRequest(collection: collection, ids: ids))
    }

    func get(_ ids: [String], from collection: String = "papers") async throws -> GetReply {
        try await call(.get, GetRequest(collection: collection, ids: ids))
    }

    func status(_ ids: [String], of collection: String = "papers") async throws -> StatusReply {
        try await call(.status, StatusRequest(collection: collection, ids: ids))
    }

    func search(
        _ query: String,
        in collection: String = "papers",
        _ change: (inout SearchRequest) -> Void = { _ in },
        meta: (inout CallMeta) -> Void = { _ in }
    ) async throws -> Found {
        var request = SearchRequest(collection: collection, query: query)
        change(&request)
        return try await search(request, meta: meta)
    }

    func search(
        _ request: SearchRequest,
        meta change: (inout CallMeta) -> Void = { _ in }
    ) async throws -> Found {
        let (body, meta) = try await raw(.search, request.encode(), change)
        return Found(reply: try SearchReply.decode(body.rawSpan), meta: meta)
    }

    /// All parts of a stream, until its end or `limit`.
    func stream(_ request: StreamRequest, limit: Int = .max) async throws -> [StreamPart] {
        let call = try await connection.open(CallMeta(method: DocketMethod.stream.rawValue))
        do {
            try await call.send(request.encode(), isLast: true)
            var parts: [StreamPart] = []
            while parts.count < limit, let part = try await call.receive() {
                parts.append(try StreamPart.decode(part.rawSpan))
            }
            await call.close()
            return parts
        } catch let failure as CallFailure {
            await call.close()
            throw DocketError(failure.status)
        }
    }
}

/// What a search found, with what its reply says of itself.
struct Found: Sendable {
    var reply: SearchReply
    var meta: ReplyMeta

    var ids: [String] { reply.hits.map(\.document.id) }
}

extension WireMessage {
    /// The message in `body`.
    static func reading(_ body: [UInt8]) throws -> Self { try decode(body.rawSpan) }
}

/// The error that `body` throws; nil when it throws none, or one that no caller should see.
func failure(of body: () async throws -> Void) async -> DocketError? {
    do {
        try await body()
        return nil
    } catch let failure as CallFailure {
        return DocketError(failure.status)
    } catch {
        return error as? DocketError
    }
}
