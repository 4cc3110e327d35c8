public import DocketCore
internal import DocketMessages
internal import DocketRuntime
internal import DocketWire

/// Documents: storing, getting, deleting, asking for their states.
extension DocketClient {
    /// Stores documents; those that are accepted are durable when it returns, the others are named.
    ///
    /// Of two uploads of one document the one that began after the other had returned wins; uploads
    /// that run at the same time have no order.
    ///
    /// To repeat an upload over a restart of the program, give the same `idempotencyKey` and
    /// the same documents again, within 24 h.
    ///
    /// - Parameters:
    ///   - documents: 1 to 1,000, each id once, 8 MiB in all.
    ///   - collection: Its name.
    ///   - idempotencyKey: 1 to 128 bytes; by default random ones for each call.
    ///   - timeout: For all attempts; by default that of the configuration for writes.
    /// - Returns: What became of each document, in their order.
    /// - Throws: ``DocketError``, and then nothing, or with an unknown outcome everything that is
    ///   acceptable, was stored.
    public func upload(
        _ documents: [Document],
        to collection: String,
        idempotencyKey: [UInt8]? = nil,
        timeout: Duration? = nil
    ) async throws(DocketError) -> UploadReply {
        var options = Options.write(timeout ?? configuration.timeouts.writes)
        options.priority = .bulk
        options.idempotencyKey = idempotencyKey ?? Self.randomIdempotencyKey()
        let request = UploadRequest(collection: collection, documents: documents)
        return try await call(.upload, request, options).value
    }

    /// The newest versions of documents by id, asking as often as their size needs.
    ///
    /// - Parameters:
    ///   - ids: 1 to 1,000.
    ///   - collection: Its name.
    ///   - fields: `title`, `body` and attributes to be returned; nil for everything.
    ///   - timeout: For each of the calls.
    /// - Returns: The documents that are there, and the ids that are not.
    /// - Throws: ``DocketError``.
    public func get(
        _ ids: [String],
        from collection: String,
        fields: [String]? = nil,
        timeout: Duration? = nil
    ) async throws(DocketError) -> GetReply {
        let options = Options.read(timeout ?? configuration.timeouts.reads)
        var whole = GetReply()
        var left = ids
        repeat {
            let request = GetRequest(collection: collection, ids: left, fields: fields)
            let reply: GetReply = try await call(.get, request, options).value
            whole.documents += reply.documents
            whole.missing += reply.missing
            guard reply.left.count < left.count else {
                throw DocketError(.internalError, "the server returned none of the documents")
            }
            left = reply.left
        } while !left.isEmpty
        return whole
    }

    /// Deletes documents by id; they are gone from every search when it returns.
    ///
    /// - Parameters:
    ///   - ids: 1 to 1,000.
    ///   - collection: Its name.
    ///   - idempotencyKey: As for an upload.
    ///   - timeout: For all attempts.
    /// - Returns: How many were there, and the ids that were not.
    /// - Throws: ``DocketError``; with an unknown outcome all or none are deleted.
    public func delete(
        _ ids: [String],
        from collection: String,
        idempotencyKey: [UInt8]? = nil,
        timeout: Duration? = nil
    ) async throws(DocketError) -> DeleteReply {
        var options = Options.write(timeout ?? configuration.timeouts.writes)
        options.idempotencyKey = idempotencyKey ?? Self.randomIdempotencyKey()
        return try await call(
            .delete,
            DeleteRequest(collection: collection, ids: ids),
            options
        ).value
    }

    /// Deletes all documents that match, slice by slice.
    ///
    /// - Parameters:
    ///   - filter: What they match.
    ///   - collection: Its name.
    ///   - timeout: For each slice.
    ///   - progress: Called after each slice with the number deleted so far.
    /// - Returns: How many were deleted; after a lost connection it may be too low.
    /// - Throws: ``DocketError``; the slices before it are deleted, and another call goes on.
    @discardableResult
    public func delete(
        matching filter: Filter,
        from collection: String,
        timeout: Duration? = nil,
        progress: (Int) -> Void = { _ in }
    ) async throws(DocketError) -> Int {
        var options = Options.write(timeout ?? configuration.timeouts.writes)
        options.isRepeatable = true
        var deleted = 0
        var request = DeleteRequest(collection: collection, filter: filter)
        repeat {
            let reply: DeleteReply = try await call(.delete, request, options).value
            deleted += reply.deleted
            request.cursor = reply.cursor
            progress(deleted)
        } while !request.cursor.isEmpty
        return deleted
    }

    /// The states of documents of a collection, and how many of it are in which.
    ///
    /// - Parameters:
    ///   - ids: At most 1,000; none for the counts alone.
    ///   - collection: Its name; empty for the counts of all collections.
    ///   - timeout: For all attempts.
    /// - Returns: The state of each of `ids`, and the counts by state.
    /// - Throws: ``DocketError``.
    public func status(
        of ids: [String] = [],
        in collection: String = "",
        timeout: Duration? = nil
    ) async throws(DocketError) -> StatusReply {
        try await call(
            .status,
            StatusRequest(collection: collection, ids: ids),
            .read(timeout ?? configuration.timeouts.reads)
        ).value
    }
}
