internal import DocketClient
internal import DocketCore

/// Where an upload goes.
struct UploadTarget: Sendable {
    /// One batch.
    let upload: @Sendable ([Document]) async throws -> UploadReply
    /// Asks for the states of documents, by id.
    let status: @Sendable ([String]) async throws -> StatusReply
}

extension UploadTarget {
    /// A collection of a server.
    init(_ client: DocketClient, collection: String) {
        self.init(
            upload: { try await client.upload($0, to: collection) },
            status: { try await client.status(of: $0, in: collection) }
        )
    }
}
